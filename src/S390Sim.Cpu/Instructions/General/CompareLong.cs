using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// COMPARE LOGICAL LONG, COMPARE LOGICAL LONG EXTENDED, COMPARE LOGICAL LONG UNICODE (chapter 7). The shorter operand is
/// extended with padding; a unit of operation compares what lies in one block.
/// </summary>
internal static unsafe class CompareLong
{
    private const uint LengthMask = 0xFF_FFFF;      // bits 40-63

    /// <summary>How far a unit of operation came.</summary>
    private struct Progress
    {
        public ulong First, Second;
        public int Order;
    }

    [Instruction(Op.CLCL)]
    public static Insn* Clcl(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R2) & 1) != 0) return c->Program(ProgramCode.Specification);
        var first = LongOperand.Address(c, i->R1);
        var second = LongOperand.Address(c, i->R2);
        var firstLength = c->Low(i->R1 + 1) & LengthMask;
        var secondLength = c->Low(i->R2 + 1) & LengthMask;
        var padding = (byte)(c->Low(i->R2 + 1) >> 24);
        if (!Unit(c, i->R1, first, firstLength, i->R2, second, secondLength, padding, out var done)) return null;
        LongOperand.SetAddress(c, i->R1, first + done.First);
        LongOperand.SetAddress(c, i->R2, second + done.Second);
        c->Low(i->R1 + 1) = (c->Low(i->R1 + 1) & ~LengthMask) | (firstLength - (uint)done.First);
        c->Low(i->R2 + 1) = (c->Low(i->R2 + 1) & ~LengthMask) | (secondLength - (uint)done.Second);
        var ended = done.Order != 0 || (done.First == firstLength && done.Second == secondLength);
        if (!ended) return c->Repeat(i);
        c->Cc = done.Order;
        return i + 1;
    }

    [Instruction(Op.CLCLE)]
    public static Insn* Clcle(CpuState* c, Insn* i) => Extended(c, i, 1, (uint)i->Address2(c) & 0xFF) ? i + 2 : null;

    [Instruction(Op.CLCLU)]
    public static Insn* Clclu(CpuState* c, Insn* i) => Extended(c, i, 2, (uint)i->Address2(c) & 0xFFFF) ? i + 3 : null;

    private static bool Extended(CpuState* c, Insn* i, int size, uint padding)
    {
        var first = LongOperand.Address(c, i->R1);
        var second = LongOperand.Address(c, i->R3);
        var firstLength = LongOperand.Length(c, i->R1 + 1);
        var secondLength = LongOperand.Length(c, i->R3 + 1);
        if (((i->R1 | i->R3) & 1) != 0 || ((firstLength | secondLength) & (uint)(size - 1)) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        Progress done;
        if (size == 1)
        {
            if (!Unit(c, i->R1, first, firstLength, i->R3, second, secondLength, (byte)padding, out done)) return false;
        }
        else if (!UnicodeUnit(c, i, first, firstLength, second, secondLength, (ushort)padding, out done))
            return false;
        LongOperand.SetAddress(c, i->R1, first + done.First);
        LongOperand.SetLength(c, i->R1 + 1, firstLength - done.First);
        LongOperand.SetAddress(c, i->R3, second + done.Second);
        LongOperand.SetLength(c, i->R3 + 1, secondLength - done.Second);
        var ended = done.Order != 0 || (done.First == firstLength && done.Second == secondLength);
        c->Cc = ended ? done.Order : 3;
        return true;
    }

    /// <summary>Compares up to the end of a block of either operand, or to the first difference.</summary>
    private static bool Unit(CpuState* c, int b1, ulong first, ulong firstLength, int b2, ulong second, ulong secondLength,
        byte padding, out Progress done)
    {
        done = default;
        var m = LongOperand.InBlock(first, firstLength);
        var n = LongOperand.InBlock(second, secondLength);
        if (m == 0 && n == 0) return true;
        StorageOperand a = default, b = default;
        if (m != 0 && !c->Locate(first, b1, m, AccessKind.Fetch, out a)) return false;
        if (n != 0 && !c->Locate(second, b2, n, AccessKind.Fetch, out b)) return false;
        if (m == 0)
        {
            var equal = EqualTo(new(b.First, n), padding);
            done.Second = (ulong)equal;
            if (equal < n) done.Order = padding < b[equal] ? 1 : 2;
        }
        else if (n == 0)
        {
            var equal = EqualTo(new(a.First, m), padding);
            done.First = (ulong)equal;
            if (equal < m) done.Order = a[equal] < padding ? 1 : 2;
        }
        else
        {
            var both = Math.Min(m, n);
            var equal = new ReadOnlySpan<byte>(a.First, both).CommonPrefixLength(new ReadOnlySpan<byte>(b.First, both));
            done.First = done.Second = (ulong)equal;
            if (equal < both) done.Order = a[equal] < b[equal] ? 1 : 2;
        }
        return true;
    }

    private static int EqualTo(ReadOnlySpan<byte> bytes, byte padding)
    {
        var difference = bytes.IndexOfAnyExcept(padding);
        return difference < 0 ? bytes.Length : difference;
    }

    private static bool UnicodeUnit(CpuState* c, Insn* i, ulong first, ulong firstLength, ulong second, ulong secondLength,
        ushort padding, out Progress done)
    {
        done = default;
        for (var n = 0; n < 256 && (done.First < firstLength || done.Second < secondLength); n++)
        {
            var a = padding;
            var b = padding;
            if (done.First < firstLength && !c->Load16((first + done.First) & c->AddressMask, i->R1, out a)) return n != 0;
            if (done.Second < secondLength && !c->Load16((second + done.Second) & c->AddressMask, i->R3, out b)) return n != 0;
            if (a != b)
            {
                done.Order = a < b ? 1 : 2;
                return true;
            }
            if (done.First < firstLength) done.First += 2;
            if (done.Second < secondLength) done.Second += 2;
        }
        return true;
    }
}
