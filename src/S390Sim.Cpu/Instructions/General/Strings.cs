using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// MOVE STRING, COMPARE LOGICAL STRING, SEARCH STRING, SEARCH STRING UNICODE (chapter 7). Each execution goes at most to the
/// end of a block and then ends with condition code 3.
/// </summary>
internal static unsafe class Strings
{
    [Instruction(Op.MVST)]
    public static Insn* Mvst(CpuState* c, Insn* i)
    {
        if (!Ending(c, out var ending)) return null;
        var to = LongOperand.Address(c, i->R1);
        var from = LongOperand.Address(c, i->R2);
        var length = Math.Min(LongOperand.InBlock(to, ulong.MaxValue), LongOperand.InBlock(from, ulong.MaxValue));
        if (!c->Locate(from, i->R2, length, AccessKind.Fetch, out var source)) return null;
        var end = new ReadOnlySpan<byte>(source.First, length).IndexOf(ending);
        if (end >= 0) length = end + 1;
        if (!c->Locate(to, i->R1, length, AccessKind.Store, out var target)) return null;
        Move.LeftToRight(target.First, source.First, length);
        target.Stored();
        if (end >= 0)
        {
            LongOperand.SetAddress(c, i->R1, to + (ulong)end);
            c->Cc = 1;
            return i + 2;
        }
        LongOperand.SetAddress(c, i->R1, to + (ulong)length);
        LongOperand.SetAddress(c, i->R2, from + (ulong)length);
        c->Cc = 3;
        return i + 2;
    }

    [Instruction(Op.CLST)]
    public static Insn* Clst(CpuState* c, Insn* i)
    {
        if (!Ending(c, out var ending)) return null;
        var first = LongOperand.Address(c, i->R1);
        var second = LongOperand.Address(c, i->R2);
        var length = Math.Min(LongOperand.InBlock(first, ulong.MaxValue), LongOperand.InBlock(second, ulong.MaxValue));
        if (!c->Locate(first, i->R1, length, AccessKind.Fetch, out var a)) return null;
        if (!c->Locate(second, i->R2, length, AccessKind.Fetch, out var b)) return null;
        c->Cc = 3;
        var n = 0;
        for (; n < length; n++)
        {
            if (a[n] == b[n] && a[n] != ending) continue;
            c->Cc = a[n] == b[n] ? 0 : a[n] == ending ? 1 : b[n] == ending ? 2 : a[n] < b[n] ? 1 : 2;
            break;
        }
        if (c->Cc == 0) return i + 2;
        LongOperand.SetAddress(c, i->R1, first + (ulong)n);
        LongOperand.SetAddress(c, i->R2, second + (ulong)n);
        return i + 2;
    }

    [Instruction(Op.SRST)]
    public static Insn* Srst(CpuState* c, Insn* i)
    {
        if (!Ending(c, out var character)) return null;
        var end = LongOperand.Address(c, i->R1);
        var at = LongOperand.Address(c, i->R2);
        if (end == at)
        {
            c->Cc = 2;
            return i + 2;
        }
        var length = LongOperand.InBlock(at, (end - at) & c->AddressMask);
        if (!c->Locate(at, i->R2, length, AccessKind.Fetch, out var operand)) return null;
        var found = new ReadOnlySpan<byte>(operand.First, length).IndexOf(character);
        if (found >= 0)
        {
            LongOperand.SetAddress(c, i->R1, at + (ulong)found);
            c->Cc = 1;
            return i + 2;
        }
        at = (at + (ulong)length) & c->AddressMask;
        if (at == end)
        {
            c->Cc = 2;
            return i + 2;
        }
        LongOperand.SetAddress(c, i->R2, at);
        c->Cc = 3;
        return i + 2;
    }

    [Instruction(Op.SRSTU)]
    public static Insn* Srstu(CpuState* c, Insn* i)
    {
        if ((c->Low(0) & 0xFFFF_0000) != 0) return c->Program(ProgramCode.Specification);
        var character = (ushort)c->Low(0);
        var at = LongOperand.Address(c, i->R2);
        var end = LongOperand.Address(c, i->R1);
        // Where one address is odd and the other even, the last character reaches one byte beyond the end.
        end = (end + ((end ^ at) & 1)) & c->AddressMask;
        // The last of the characters that begin in this block may end in the next.
        var limit = (LongOperand.InBlock(at, ulong.MaxValue) + 1) / 2;
        for (var n = 0; n < limit; n++, at = (at + 2) & c->AddressMask)
        {
            if (at == end)
            {
                c->Cc = 2;
                return i + 2;
            }
            if (!c->Load16(at, i->R2, out var next))
            {
                if (n == 0) return null;
                break;
            }
            if (next != character) continue;
            LongOperand.SetAddress(c, i->R1, at);
            c->Cc = 1;
            return i + 2;
        }
        LongOperand.SetAddress(c, i->R2, at);
        c->Cc = 3;
        return i + 2;
    }

    // Bits 56-63 of register 0; bits 32-55 must be zeros.
    private static bool Ending(CpuState* c, out byte ending)
    {
        ending = (byte)c->Low(0);
        if ((c->Low(0) & 0xFFFF_FF00) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
