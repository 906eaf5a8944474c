using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// MOVE LONG, MOVE LONG EXTENDED, MOVE LONG UNICODE (chapter 7). A unit of operation moves or pads what lies in one block;
/// then MOVE LONG is executed again, and the others end with condition code 3.
/// </summary>
internal static unsafe class MoveLong
{
    private const uint LengthMask = 0xFF_FFFF;      // bits 40-63

    [Instruction(Op.MVCL)]
    public static Insn* Mvcl(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R2) & 1) != 0) return c->Program(ProgramCode.Specification);
        var to = LongOperand.Address(c, i->R1);
        var from = LongOperand.Address(c, i->R2);
        var toLength = c->Low(i->R1 + 1) & LengthMask;
        var fromLength = c->Low(i->R2 + 1) & LengthMask;
        if (IsDestructive(c, i, to, from, Math.Min(toLength, fromLength)))
        {
            LongOperand.SetAddress(c, i->R1, to);
            LongOperand.SetAddress(c, i->R2, from);
            c->Cc = 3;
            return i + 1;
        }
        if (!Unit(c, i->R1, to, toLength, i->R2, from, fromLength, (byte)(c->Low(i->R2 + 1) >> 24), out var moved, out var taken))
            return null;
        LongOperand.SetAddress(c, i->R1, to + moved);
        LongOperand.SetAddress(c, i->R2, from + taken);
        c->Low(i->R1 + 1) = (c->Low(i->R1 + 1) & ~LengthMask) | (toLength - (uint)moved);
        c->Low(i->R2 + 1) = (c->Low(i->R2 + 1) & ~LengthMask) | (fromLength - (uint)taken);
        if (moved != toLength) return c->Repeat(i);
        c->Cc = toLength == fromLength ? 0 : toLength < fromLength ? 1 : 2;
        return i + 1;
    }

    [Instruction(Op.MVCLE)]
    public static Insn* Mvcle(CpuState* c, Insn* i) => Extended(c, i, 1, (uint)i->Address2(c) & 0xFF) ? i + 2 : null;

    [Instruction(Op.MVCLU)]
    public static Insn* Mvclu(CpuState* c, Insn* i) => Extended(c, i, 2, (uint)i->Address2(c) & 0xFFFF) ? i + 3 : null;

    // Characters of one or two bytes from the R3 pair to the R1 pair, then padding.
    private static bool Extended(CpuState* c, Insn* i, int size, uint padding)
    {
        var to = LongOperand.Address(c, i->R1);
        var from = LongOperand.Address(c, i->R3);
        var toLength = LongOperand.Length(c, i->R1 + 1);
        var fromLength = LongOperand.Length(c, i->R3 + 1);
        if (((i->R1 | i->R3) & 1) != 0 || ((toLength | fromLength) & (uint)(size - 1)) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        ulong moved, taken;
        if (size == 1)
        {
            if (!Unit(c, i->R1, to, toLength, i->R3, from, fromLength, (byte)padding, out moved, out taken)) return false;
        }
        else if (!UnicodeUnit(c, i, to, toLength, from, fromLength, (ushort)padding, out moved, out taken))
            return false;
        LongOperand.SetAddress(c, i->R1, to + moved);
        LongOperand.SetLength(c, i->R1 + 1, toLength - moved);
        LongOperand.SetAddress(c, i->R3, from + taken);
        LongOperand.SetLength(c, i->R3 + 1, fromLength - taken);
        c->Cc = moved != toLength ? 3 : toLength == fromLength ? 0 : toLength < fromLength ? 1 : 2;
        return true;
    }

    /// <summary>Moves or pads up to the end of a block of either operand.</summary>
    private static bool Unit(CpuState* c, int b1, ulong to, ulong toLength, int b2, ulong from, ulong fromLength, byte padding,
        out ulong moved, out ulong taken)
    {
        moved = (ulong)LongOperand.InBlock(to, toLength);
        taken = fromLength == 0 ? 0 : Math.Min(moved, (ulong)LongOperand.InBlock(from, fromLength));
        if (taken != 0) moved = taken;
        if (moved == 0) return true;
        StorageOperand source = default;
        if (taken != 0 && !c->Locate(from, b2, (int)taken, AccessKind.Fetch, out source)) return false;
        if (!c->Locate(to, b1, (int)moved, AccessKind.Store, out var target)) return false;
        if (taken != 0) Move.LeftToRight(target.First, source.First, (int)taken);
        else new Span<byte>(target.First, (int)moved).Fill(padding);
        target.Stored();
        return true;
    }

    // Characters may lie across two blocks, where the unit is a single one.
    private static bool UnicodeUnit(CpuState* c, Insn* i, ulong to, ulong toLength, ulong from, ulong fromLength, ushort padding,
        out ulong moved, out ulong taken)
    {
        taken = moved = 0;
        for (var n = 0; n < 256 && moved < toLength; n++)
        {
            var character = padding;
            if (taken < fromLength && !c->Load16((from + taken) & c->AddressMask, i->R3, out character)) return n != 0;
            if (!c->Store16((to + moved) & c->AddressMask, i->R1, character)) return n != 0;
            if (taken < fromLength) taken += 2;
            moved += 2;
        }
        return true;
    }

    // Whether the first destination byte is also a source byte other than the first; addresses wrap around.
    private static bool IsDestructive(CpuState* c, Insn* i, ulong to, ulong from, uint length)
    {
        var distance = (to - from) & c->AddressMask;
        if (distance == 0 || distance >= length) return false;
        return c->Psw.Space != 1 || AccessRegister(c, i->R1) == AccessRegister(c, i->R2);
    }

    private static uint AccessRegister(CpuState* c, int register) => register == 0 ? 0 : c->Ar[register];
}
