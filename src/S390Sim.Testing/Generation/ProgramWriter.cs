using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>
/// Writes one program: draws operands that mean something, and sets the registers they need, before the program or in it.
/// What registers hold is followed only as far as bases go.
/// </summary>
internal sealed partial class ProgramWriter(Dice dice, bool narrowAddresses, int highHalfOdds)
{
    private const int MaxLines = 40, MaxTargets = 15;

    private readonly List<CodeLine> _lines = [];
    private readonly List<CodeLine> _targets = [];
    private readonly ulong?[] _known = new ulong?[16];
    private readonly bool[] _touched = new bool[16];
    private readonly bool[] _reserved = new bool[16];
    private readonly ulong[] _before = new ulong[16];
    private int _address;

    /// <summary>Whether another line, with what sets up its operands, fits.</summary>
    public bool HasRoom => _lines.Count < MaxLines && _address < TestLayout.TargetOffset - 64;

    /// <summary>Adds an instruction with operands that are allowed; false to try again.</summary>
    public bool TryAdd(Op op, Func<CodeLine, bool> allows)
    {
        if (!HasRoom) return true;
        BeginInstruction();
        var (lines, address) = (_lines.Count, _address);
        var line = Draw(op);
        if (!allows(line))
        {
            // What set its operands up goes too; what is known of those registers is not true then.
            _lines.RemoveRange(lines, _lines.Count - lines);
            _address = address;
            _known.AsSpan().Clear();
            return false;
        }
        Append(line);
        if (OperandRoles.IsMachineDetermined(op))
            Append(new CodeLine(Op.BRC, new Operands { M1 = 1 }, _lines.Count - 1));
        // An emulator that translates a line of instructions at once looks at what changed only after it.
        if (OperandRoles.ChangesTranslation(op) && !dice.OneIn(24))
            Append(new CodeLine(Op.BRC, new Operands { M1 = 15 }, _lines.Count + 1));
        return true;
    }

    /// <summary>Adds an EXECUTE of an instruction.</summary>
    public void Execute(Op op, Op target, Func<CodeLine, bool> allows)
    {
        if (!HasRoom || _targets.Count == MaxTargets) return;
        BeginInstruction();
        var line = Draw(target);
        var isBranch = (line.Row.Flags & InstructionFlags.Branch) != 0;
        if (!allows(line) || (isBranch && target is not (Op.EX or Op.EXRL))) return;
        // A modifier must not make another instruction of the target.
        var modifier = dice.OneIn(4) || (line.Row.Mask << 8) >> 56 != 0 ? (byte)0 : Free();
        if (modifier != 0) SetRegister(modifier, dice.OneIn(8) ? OperandValues.Doubleword(dice) : (ulong)dice.Below(64));
        var operands = new Operands { R1 = modifier };
        if (op == Op.EX) operands.B2 = BaseFor(TestLayout.Code, 0);
        _targets.Add(line);
        var execute = new CodeLine(op, operands, ~(_targets.Count - 1));
        if (!allows(execute)) return;
        Append(execute);
        Forget(line);
    }

    /// <summary>Adds a loop of a few rounds around some lines.</summary>
    public void Loop(Action<int> body)
    {
        if (!HasRoom) return;
        BeginInstruction();
        var counter = Free();
        Append(new CodeLine(Op.LGHI, new Operands { R1 = counter, I2 = dice.Between(1, 4) }));
        var first = _lines.Count;
        _reserved[counter] = true;
        body(dice.Between(1, 4));
        _reserved[counter] = false;
        Append(new CodeLine(dice.OneIn(2) ? Op.BRCT : Op.BRCTG, new Operands { R1 = counter }, first));
    }

    /// <summary>The case with the program and its registers.</summary>
    public MachineCase Finish(MachineCase test)
    {
        var before = test.Before;
        for (var n = 0; n < 16; n++)
        {
            before.Gr[n] = _touchedBefore[n] ? _before[n] : OperandValues.Doubleword(dice);
            if (narrowAddresses && _touchedBefore[n] && dice.OneIn(highHalfOdds)) before.Gr[n] |= dice.Next() << 32;
            before.Ar[n] = dice.OneIn(3) ? (uint)dice.Below(2) : (uint)dice.Next();
            before.Fpr[n] = OperandValues.FloatingRegister(dice);
        }
        // A branch may have been written to go further than the program came to be.
        test = test with
        {
            Code = [.. _lines.Select(l => l.Label > _lines.Count ? l with { Label = _lines.Count } : l)],
            Targets = _targets,
        };
        return test with { Data = WithPatches(test.Data, test) };
    }

    private readonly bool[] _touchedBefore = new bool[16];

    private void BeginInstruction() => _used.AsSpan().Clear();

    private void Append(CodeLine line)
    {
        _lines.Add(line);
        _address += line.Length;
        Forget(line);
    }

    // Whatever register an instruction names may be changed; so may the ones that some use without naming them.
    private void Forget(CodeLine line)
    {
        var o = line.Operands;
        foreach (var field in InstructionTable.Fields(line.Op))
        {
            if (field.Field is Field.R1 or Field.R2 or Field.R3)
                Forget(o[field.Field]);
            else if (field.Field is Field.B1 or Field.B2 or Field.B3 or Field.B4 or Field.X2)
                _touched[o[field.Field]] = true;
        }
        if (line.Row.Mnemonic.StartsWith("lm", StringComparison.Ordinal))
            for (var n = o.R1; n != o.R3; n = (byte)(n + 1 & 15)) Forget(n);
        for (var n = 0; n < 3; n++) Forget(n);
    }

    private void Forget(int register)
    {
        _touched[register] = _touched[register ^ 1] = true;
        _known[register] = _known[register ^ 1] = null;
    }

    /// <summary>Makes a register hold a value: from the start when no line has used it, by a line otherwise.</summary>
    private void SetRegister(int register, ulong value)
    {
        if (!_touched[register])
        {
            _before[register] = value;
            _touchedBefore[register] = true;
        }
        else if (value == (ulong)(long)(int)value)
        {
            AppendSetup(new CodeLine(Op.LGFI, new Operands { R1 = (byte)register, I2 = (int)value }));
        }
        else
        {
            AppendSetup(new CodeLine(Op.LLIHF, new Operands { R1 = (byte)register, I2 = (int)(value >> 32) }));
            AppendSetup(new CodeLine(Op.IILF, new Operands { R1 = (byte)register, I2 = (int)value }));
        }
        _touched[register] = true;
        _used[register] = true;
        _known[register] = value;
    }

    private void AppendSetup(CodeLine line)
    {
        _lines.Add(line);
        _address += line.Length;
    }
}
