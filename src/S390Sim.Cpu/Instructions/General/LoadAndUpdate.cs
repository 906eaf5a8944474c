using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// LOAD AND ADD, ADD LOGICAL, AND, EXCLUSIVE OR, OR (chapter 7): the old value of the second operand goes to R1, its
/// combination with R3 to storage, in one interlocked update.
/// </summary>
internal static unsafe class LoadAndUpdate
{
    private interface IUpdate
    {
        /// <summary>The new value.</summary>
        static abstract ulong Apply(ulong old, ulong third);

        /// <summary>The condition code of 64-bit operands.</summary>
        static abstract int Code(ulong old, ulong third, ulong result);

        /// <summary>The condition code of 32-bit operands.</summary>
        static abstract int Code(uint old, uint third, uint result);
    }

    private readonly struct Sum : IUpdate
    {
        public static ulong Apply(ulong old, ulong third) => old + third;
        public static int Code(ulong old, ulong third, ulong result) => ConditionCode.OfSum((long)old, (long)third, (long)result);
        public static int Code(uint old, uint third, uint result) => ConditionCode.OfSum((int)old, (int)third, (int)result);
    }

    private readonly struct LogicalSum : IUpdate
    {
        public static ulong Apply(ulong old, ulong third) => old + third;
        public static int Code(ulong old, ulong third, ulong result) => (result != 0 ? 1 : 0) + (result < old ? 2 : 0);
        public static int Code(uint old, uint third, uint result) => (result != 0 ? 1 : 0) + (result < old ? 2 : 0);
    }

    private readonly struct AndBits : IUpdate
    {
        public static ulong Apply(ulong old, ulong third) => old & third;
        public static int Code(ulong old, ulong third, ulong result) => result != 0 ? 1 : 0;
        public static int Code(uint old, uint third, uint result) => result != 0 ? 1 : 0;
    }

    private readonly struct OrBits : IUpdate
    {
        public static ulong Apply(ulong old, ulong third) => old | third;
        public static int Code(ulong old, ulong third, ulong result) => result != 0 ? 1 : 0;
        public static int Code(uint old, uint third, uint result) => result != 0 ? 1 : 0;
    }

    private readonly struct ExclusiveOrBits : IUpdate
    {
        public static ulong Apply(ulong old, ulong third) => old ^ third;
        public static int Code(ulong old, ulong third, ulong result) => result != 0 ? 1 : 0;
        public static int Code(uint old, uint third, uint result) => result != 0 ? 1 : 0;
    }

    [Instruction(Op.LAA)]
    public static Insn* Laa(CpuState* c, Insn* i)
    {
        if (!Word<Sum>(c, i)) return null;
        return c->Cc != 3 || c->OverflowIsMasked() ? i + 3 : null;
    }

    [Instruction(Op.LAAG)]
    public static Insn* Laag(CpuState* c, Insn* i)
    {
        if (!Doubleword<Sum>(c, i)) return null;
        return c->Cc != 3 || c->OverflowIsMasked() ? i + 3 : null;
    }

    [Instruction(Op.LAAL)]
    public static Insn* Laal(CpuState* c, Insn* i) => Word<LogicalSum>(c, i) ? i + 3 : null;

    [Instruction(Op.LAALG)]
    public static Insn* Laalg(CpuState* c, Insn* i) => Doubleword<LogicalSum>(c, i) ? i + 3 : null;

    [Instruction(Op.LAN)]
    public static Insn* Lan(CpuState* c, Insn* i) => Word<AndBits>(c, i) ? i + 3 : null;

    [Instruction(Op.LANG)]
    public static Insn* Lang(CpuState* c, Insn* i) => Doubleword<AndBits>(c, i) ? i + 3 : null;

    [Instruction(Op.LAO)]
    public static Insn* Lao(CpuState* c, Insn* i) => Word<OrBits>(c, i) ? i + 3 : null;

    [Instruction(Op.LAOG)]
    public static Insn* Laog(CpuState* c, Insn* i) => Doubleword<OrBits>(c, i) ? i + 3 : null;

    [Instruction(Op.LAX)]
    public static Insn* Lax(CpuState* c, Insn* i) => Word<ExclusiveOrBits>(c, i) ? i + 3 : null;

    [Instruction(Op.LAXG)]
    public static Insn* Laxg(CpuState* c, Insn* i) => Doubleword<ExclusiveOrBits>(c, i) ? i + 3 : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Word<T>(CpuState* c, Insn* i) where T : struct, IUpdate
    {
        var address = i->Address2(c);
        if (!IsAligned(c, address, 3) || !c->Locate(address, i->B2, 4, AccessKind.Store, out var operand)) return false;
        var old = BinaryPrimitives.ReverseEndianness(*(uint*)operand.First);
        var third = c->Low(i->R3);
        var result = (uint)T.Apply(old, third);
        *(uint*)operand.First = BinaryPrimitives.ReverseEndianness(result);
        operand.Stored();
        c->Low(i->R1) = old;
        c->Cc = T.Code(old, third, result);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Doubleword<T>(CpuState* c, Insn* i) where T : struct, IUpdate
    {
        var address = i->Address2(c);
        if (!IsAligned(c, address, 7) || !c->Locate(address, i->B2, 8, AccessKind.Store, out var operand)) return false;
        var old = BinaryPrimitives.ReverseEndianness(*(ulong*)operand.First);
        var third = c->Gr[i->R3];
        var result = T.Apply(old, third);
        *(ulong*)operand.First = BinaryPrimitives.ReverseEndianness(result);
        operand.Stored();
        c->Gr[i->R1] = old;
        c->Cc = T.Code(old, third, result);
        return true;
    }

    private static bool IsAligned(CpuState* c, ulong address, ulong bits)
    {
        if ((address & bits) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
