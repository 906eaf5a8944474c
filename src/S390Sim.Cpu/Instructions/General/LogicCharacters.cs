using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>AND, OR, EXCLUSIVE OR of storage with storage (chapter 7): byte by byte, left to right.</summary>
internal static unsafe class LogicCharacters
{
    [Instruction(Op.NC)]
    public static Insn* Nc(CpuState* c, Insn* i) => Combine<AndBits>(c, i);

    [Instruction(Op.OC)]
    public static Insn* Oc(CpuState* c, Insn* i) => Combine<OrBits>(c, i);

    [Instruction(Op.XC)]
    public static Insn* Xc(CpuState* c, Insn* i) => Combine<ExclusiveOrBits>(c, i);

    private interface ICombination
    {
        static abstract ulong Apply(ulong a, ulong b);
    }

    private readonly struct AndBits : ICombination
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Apply(ulong a, ulong b) => a & b;
    }

    private readonly struct OrBits : ICombination
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Apply(ulong a, ulong b) => a | b;
    }

    private readonly struct ExclusiveOrBits : ICombination
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Apply(ulong a, ulong b) => a ^ b;
    }

    private static Insn* Combine<T>(CpuState* c, Insn* i) where T : struct, ICombination
    {
        var length = i->L1 + 1;
        var source = i->Address2(c);
        var destination = i->Address1(c);
        var from = c->Readable(source, length);
        var to = c->Writable(destination, length);
        if (from == null || to == null) return CombineSlow<T>(c, i, destination, source, length);
        // A source less than eight bytes to the left of the destination is overwritten within a doubleword.
        var n = 0;
        ulong ones = 0;
        if ((nuint)(to - from) - 1 >= 7)
        {
            for (; n + 8 <= length; n += 8)
            {
                var result = T.Apply(*(ulong*)(to + n), *(ulong*)(from + n));
                *(ulong*)(to + n) = result;
                ones |= result;
            }
        }
        for (; n < length; n++)
        {
            to[n] = (byte)T.Apply(to[n], from[n]);
            ones |= to[n];
        }
        c->Cc = ones == 0 ? 0 : 1;
        return i + 3;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* CombineSlow<T>(CpuState* c, Insn* i, ulong destination, ulong source, int length)
        where T : struct, ICombination
    {
        if (!c->Locate(source, i->B2, length, AccessKind.Fetch, out var from)) return null;
        if (!c->Locate(destination, i->B1, length, AccessKind.Store, out var to)) return null;
        ulong ones = 0;
        for (var n = 0; n < length; n++)
        {
            to[n] = (byte)T.Apply(to[n], from[n]);
            ones |= to[n];
        }
        to.Stored();
        c->Cc = ones == 0 ? 0 : 1;
        return i + 3;
    }
}
