using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE LOGICAL of storage with storage (chapter 7).</summary>
[SkipLocalsInit]
internal static unsafe class CompareCharacters
{
    [Instruction(Op.CLC)]
    public static Insn* Clc(CpuState* c, Insn* i)
    {
        var length = i->L1 + 1;
        var first = c->Readable(i->Address1(c), length);
        var second = c->Readable(i->Address2(c), length);
        if (first == null || second == null) return ClcSlow(c, i, length);
        c->Cc = Order(new(first, length), new(second, length));
        return i + 3;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* ClcSlow(CpuState* c, Insn* i, int length)
    {
        Span<byte> first = stackalloc byte[length];
        Span<byte> second = stackalloc byte[length];
        if (!c->Fetch(i->Address1(c), i->B1, first) || !c->Fetch(i->Address2(c), i->B2, second)) return null;
        c->Cc = Order(first, second);
        return i + 3;
    }

    /// <summary>0 equal, 1 first operand low, 2 first operand high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Order(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var order = first.SequenceCompareTo(second);
        return order == 0 ? 0 : order < 0 ? 1 : 2;
    }
}
