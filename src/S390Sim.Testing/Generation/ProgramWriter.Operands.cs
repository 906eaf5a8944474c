using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Operands of one instruction.</summary>
internal sealed partial class ProgramWriter
{
    // Registers that the instruction under way needs to be as they are.
    private readonly bool[] _used = new bool[16];

    private CodeLine Draw(Op op)
    {
        var row = InstructionTable.Get(op);
        var o = new Operands();
        foreach (var field in InstructionTable.Fields(op))
            o[field.Field] = Value(row, field);
        if (OperandRoles.Long(op) is { Length: > 0 } roles)
        {
            Long(op, ref o, roles);
            return new CodeLine(op, o);
        }
        if (Control(op, o) is { } control) return control;
        if (OperandRoles.IsPair(op) && !dice.OneIn(16)) o.R1 &= 14;
        if (op is Op.CDS or Op.CDSY or Op.CDSG or Op.LPD or Op.LPDG && !dice.OneIn(16)) o.R3 &= 14;
        if (op is Op.UNPKA or Op.UNPKU && !dice.OneIn(8)) o.L1 = o.L1 & (op == Op.UNPKA ? 31 : 63) | 1;
        if (op is Op.PKA or Op.PKU && !dice.OneIn(8)) o.L2 = o.L2 & (op == Op.PKA ? 31 : 63) | 1;
        if (op is Op.MP or Op.DP && !dice.OneIn(8)) (o.L1, o.L2) = (o.L1 | 8, o.L2 & 7);
        if (op == Op.MVCRL) SetRegister(0, dice.OneIn(16) ? OperandValues.Doubleword(dice) : (ulong)dice.Below(256));
        if (op == Op.PLO) SetRegister(0, (ulong)dice.Below(24));
        Reserve(row, o);
        return (row.Flags & InstructionFlags.Branch) != 0 ? Branch(row, o) : new CodeLine(op, WithAddresses(row, o));
    }

    private int Value(InstructionRow row, in FieldDescription field) => field.Field switch
    {
        Field.R1 or Field.R2 or Field.R3 when row.Syntax.Contains('F' + field.Field.ToString()[1..], StringComparison.Ordinal)
            => OperandRoles.IsExtended(row) && !dice.OneIn(12) ? dice.Pick(0, 1, 4, 5, 8, 9, 12, 13) : dice.Below(16),
        Field.R1 or Field.R2 or Field.R3 => Register(),
        Field.B1 or Field.B2 or Field.B3 or Field.B4 or Field.X2 => 0,
        Field.M3 or Field.M4 or Field.M5 or Field.M1 => dice.OneIn(4) ? 0 : dice.Below(1 << field.Width),
        Field.D1 or Field.D2 or Field.D3 or Field.D4 => OperandValues.Number(dice, field.Width, field.Signed),
        _ => OperandValues.Number(dice, Math.Min(field.Width, 32), field.Signed),
    };

    private int Register()
    {
        var register = dice.Below(16);
        // Bases are worth keeping.
        if (_known[register] is not null && !dice.OneIn(4) || _reserved[register]) register = dice.Below(16);
        return _reserved[register] ? 15 : register;
    }

    private void Reserve(InstructionRow row, in Operands o)
    {
        foreach (var field in InstructionTable.Fields(row.Op))
        {
            if (field.Field is not (Field.R1 or Field.R2 or Field.R3)) continue;
            if (!dice.OneIn(10)) _used[o[field.Field]] = true;
            if (OperandRoles.IsPair(row.Op)) _used[o[field.Field] | 1] = true;
        }
        if (row.Op is Op.TRT or Op.TRTR or Op.EDMK) _used[1] = _used[2] = !dice.OneIn(4);
    }

    private Operands WithAddresses(InstructionRow row, Operands o)
    {
        var alignment = OperandRoles.Alignment(row.Op);
        var first = 0UL;
        foreach (var field in InstructionTable.Fields(row.Op))
        {
            switch (field.Field)
            {
                case Field.RI2:
                    // It must lie on its boundary; in programs it always does.
                    var operand = Address(8) & ~(_lines.Count == 0 ? 1UL : 7UL);
                    o.RI2 = (int)((long)(operand - TestLayout.Code) - _address) / 2;
                    break;
                case Field.B1:
                    first = Address(alignment);
                    o.B1 = BaseFor(first, o.D1);
                    break;
                case Field.B3:
                    o.B3 = (byte)dice.Below(16);
                    break;
                case Field.B4:
                    o.B4 = BaseFor(Address(alignment), o.D4);
                    break;
                case Field.B2 when OperandRoles.IsShift(row.Op):
                    o.B2 = (byte)(dice.OneIn(2) ? 0 : dice.Below(16));
                    break;
                case Field.B2:
                    var address = first != 0 && dice.OneIn(4) && !OperandRoles.MustNotOverlap(row.Op)
                        ? first + (ulong)dice.Between(-20, 20) : Address(alignment);
                    if (row.Syntax.Contains("X2", StringComparison.Ordinal) && dice.OneIn(3))
                    {
                        o.X2 = Free();
                        SetRegister(o.X2, (ulong)dice.Between(-40, 40));
                    }
                    o.B2 = BaseFor(address - (o.X2 == 0 ? 0 : _known[o.X2] ?? 0), o.D2);
                    break;
            }
        }
        return o;
    }

    // Forward, so that programs end; the line it leads to may not be written yet.
    private CodeLine Branch(InstructionRow row, Operands o)
    {
        var label = Math.Min(_lines.Count + 1 + dice.Below(4), MaxLines);
        foreach (var field in InstructionTable.Fields(row.Op))
        {
            if (field.Field is Field.RI2 or Field.RI4) return new CodeLine(row.Op, o, label);
            if (field.Field is not (Field.B2 or Field.B4)) continue;
            var b = BaseFor(TestLayout.Code, 0);
            if (field.Field == Field.B2) o.B2 = b;
            else o.B4 = b;
            // What set the base up moved this line.
            return new CodeLine(row.Op, o, Math.Max(label, _lines.Count + 1));
        }
        if (dice.OneIn(3)) return new CodeLine(row.Op, o with { R2 = 0 });
        o.R2 = Free();
        _touched[o.R2] = true;
        var setsMode = row.Op is Op.BSM or Op.BASSM && !dice.OneIn(3);
        // In 24- and 31-bit modes the high half stays: nothing that depends on the mode then.
        if (narrowAddresses) AppendSetup(new CodeLine(Op.LGHI, new Operands { R1 = o.R2 }));
        AppendSetup(new CodeLine(Op.LARL, new Operands { R1 = o.R2 }, label + (setsMode ? 2 : 1) + (narrowAddresses ? 1 : 0)));
        if (setsMode)
            AppendSetup(dice.OneIn(2) ? new CodeLine(Op.OILL, new Operands { R1 = o.R2, I2 = 1 })
                : new CodeLine(Op.OILH, new Operands { R1 = o.R2, I2 = 0x8000 }));
        return new CodeLine(row.Op, o);
    }

    private byte Free()
    {
        for (; ; )
        {
            var register = (byte)dice.Between(1, 15);
            if (_used[register] || _reserved[register] || (_known[register] is not null && dice.OneIn(2))) continue;
            _used[register] = true;
            return register;
        }
    }

    /// <summary>A register that, with the displacement, leads to an address.</summary>
    private byte BaseFor(ulong address, int displacement)
    {
        var value = address - (ulong)(long)displacement;
        for (byte register = 1; register < 16; register++)
        {
            if (_known[register] != value) continue;
            _used[register] = true;
            return register;
        }
        var free = Free();
        SetRegister(free, value);
        return free;
    }

    // Mostly inside the two pages, often about the boundary between them, sometimes in or about the page that is read-only.
    private ulong Address(int alignment)
    {
        var offset = dice.Below(12) switch
        {
            0 => dice.OneIn(3) ? dice.Between(-64, 300) : dice.Between(0, 300),
            1 => TestLayout.DataSize + dice.Between(-300, dice.OneIn(3) ? 16 : -257),
            2 => dice.OneIn(3) ? TestLayout.DataSize + dice.Between(-16, 4096) : dice.Between(300, 7600),
            < 6 => 4096 + dice.Between(-260, 64),
            _ => dice.Between(300, 7600),
        };
        var address = TestLayout.Data + (ulong)(long)offset;
        return dice.OneIn(10) ? address : address & ~(ulong)(alignment - 1);
    }
}
