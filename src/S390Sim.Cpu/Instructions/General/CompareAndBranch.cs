using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE AND BRANCH, logical, immediate and relative; the condition code stays (chapter 7).</summary>
internal static unsafe class CompareAndBranch
{
    [Instruction(Op.CRB)]
    public static Insn* Crb(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (int)c->Low(i->R2)));

    [Instruction(Op.CGRB)]
    public static Insn* Cgrb(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (long)c->Gr[i->R2]));

    [Instruction(Op.CIB)]
    public static Insn* Cib(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (sbyte)i->I2));

    [Instruction(Op.CGIB)]
    public static Insn* Cgib(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (sbyte)i->I2));

    [Instruction(Op.CLRB)]
    public static Insn* Clrb(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), c->Low(i->R2)));

    [Instruction(Op.CLGRB)]
    public static Insn* Clgrb(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], c->Gr[i->R2]));

    [Instruction(Op.CLIB)]
    public static Insn* Clib(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), (byte)i->I2));

    [Instruction(Op.CLGIB)]
    public static Insn* Clgib(CpuState* c, Insn* i)
        => Branch(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], (byte)i->I2));

    [Instruction(Op.CRJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Crj(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (int)c->Low(i->R2)));

    [Instruction(Op.CGRJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cgrj(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (long)c->Gr[i->R2]));

    [Instruction(Op.CIJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cij(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (sbyte)i->I2));

    [Instruction(Op.CGIJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cgij(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (sbyte)i->I2));

    [Instruction(Op.CLRJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clrj(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), c->Low(i->R2)));

    [Instruction(Op.CLGRJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clgrj(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], c->Gr[i->R2]));

    [Instruction(Op.CLIJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clij(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), (byte)i->I2));

    [Instruction(Op.CLGIJ)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clgij(CpuState* c, Insn* i)
        => Relative(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], (byte)i->I2));

    // The comparison is a condition code in all but name. The rightmost mask bit never counts, since that code cannot be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Branch(CpuState* c, Insn* i, int comparison)
        => (i->M3 & (8 >> comparison)) != 0 ? c->Branch(i, i->Address1(c)) : i + 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Relative(CpuState* c, Insn* i, int comparison)
        => (i->M3 & (8 >> comparison)) != 0 ? c->BranchRelative(i, i->RI4) : i + 3;
}
