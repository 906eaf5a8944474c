using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>SUBTRACT LOGICAL, with borrow, and high (chapter 7, "SUBTRACT LOGICAL").</summary>
internal static unsafe class SubtractLogical
{
    [Instruction(Op.SLR)]
    public static Insn* Slr(CpuState* c, Insn* i) => Difference(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.SLRK)]
    public static Insn* Slrk(CpuState* c, Insn* i) => Difference(c, ref c->Low(i->R1), c->Low(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.SL)]
    public static Insn* Sl(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.SLY)]
    public static Insn* Sly(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.SLFI)]
    public static Insn* Slfi(CpuState* c, Insn* i) => Difference(c, ref c->Low(i->R1), c->Low(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.SLGR)]
    public static Insn* Slgr(CpuState* c, Insn* i) => Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.SLGRK)]
    public static Insn* Slgrk(CpuState* c, Insn* i) => Difference(c, ref c->Gr[i->R1], c->Gr[i->R2], c->Gr[i->R3], i + 2);

    [Instruction(Op.SLG)]
    public static Insn* Slg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.SLGFR)]
    public static Insn* Slgfr(CpuState* c, Insn* i)
        => Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)c->Low(i->R2), i + 2);

    [Instruction(Op.SLGF)]
    public static Insn* Slgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)b, i + 3) : null;

    [Instruction(Op.SLGFI)]
    public static Insn* Slgfi(CpuState* c, Insn* i)
        => Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(uint)i->I2, i + 3);

    [Instruction(Op.SLHHHR)]
    public static Insn* Slhhhr(CpuState* c, Insn* i)
        => Difference(c, ref c->High(i->R1), c->High(i->R2), c->High(i->R3), i + 2);

    [Instruction(Op.SLHHLR)]
    public static Insn* Slhhlr(CpuState* c, Insn* i)
        => Difference(c, ref c->High(i->R1), c->High(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.SLBR)]
    public static Insn* Slbr(CpuState* c, Insn* i) => WithBorrow(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 2);

    [Instruction(Op.SLB)]
    public static Insn* Slb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? WithBorrow(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.SLBGR)]
    public static Insn* Slbgr(CpuState* c, Insn* i) => WithBorrow(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.SLBG)]
    public static Insn* Slbg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? WithBorrow(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Difference(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        result = a - b;
        c->Cc = ConditionCode.OfCarry(a >= b, a - b);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Difference(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        result = a - b;
        c->Cc = ConditionCode.OfCarry(a >= b, a - b);
        return next;
    }

    // The borrow in is the one out of an earlier operation: condition code 0 or 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* WithBorrow(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        var sum = (ulong)a + ~b + ((uint)c->Cc >> 1);
        result = (uint)sum;
        c->Cc = ConditionCode.OfCarry(sum >> 32 != 0, (uint)sum);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* WithBorrow(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        var partial = a + ~b;
        var sum = partial + ((uint)c->Cc >> 1);
        result = sum;
        c->Cc = ConditionCode.OfCarry(partial < a || sum < partial, sum);
        return next;
    }
}
