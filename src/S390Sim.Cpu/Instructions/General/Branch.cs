using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>BRANCH ON CONDITION, ON COUNT, ON INDEX, and their relative forms (chapter 7).</summary>
internal static unsafe class Branch
{
    [Instruction(Op.BCR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Bcr(CpuState* c, Insn* i) => Met(c, i) && i->R2 != 0 ? c->Branch(i, c->Gr[i->R2]) : i + 1;

    [Instruction(Op.BC)]
    public static Insn* Bc(CpuState* c, Insn* i) => Met(c, i) ? c->Branch(i, i->Address2(c)) : i + 2;

    [Instruction(Op.BRC)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Brc(CpuState* c, Insn* i) => Met(c, i) ? c->BranchRelative(i, i->RI2) : i + 2;

    [Instruction(Op.BRCL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Brcl(CpuState* c, Insn* i) => Met(c, i) ? c->BranchRelative(i, i->RI2) : i + 3;

    [Instruction(Op.BIC)]
    public static Insn* Bic(CpuState* c, Insn* i)
        => !Met(c, i) ? i + 3 : Operand.Doubleword(c, i, out var target) ? c->Branch(i, target) : null;

    [Instruction(Op.BRCT)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Brct(CpuState* c, Insn* i) => --c->Low(i->R1) != 0 ? c->BranchRelative(i, i->RI2) : i + 2;

    [Instruction(Op.BRCTG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Brctg(CpuState* c, Insn* i) => --c->Gr[i->R1] != 0 ? c->BranchRelative(i, i->RI2) : i + 2;

    [Instruction(Op.BRCTH)]
    public static Insn* Brcth(CpuState* c, Insn* i) => --c->High(i->R1) != 0 ? c->BranchRelative(i, i->RI2) : i + 3;

    [Instruction(Op.BRXH)]
    public static Insn* Brxh(CpuState* c, Insn* i) => Index(c, i) > 0 ? c->BranchRelative(i, i->RI2) : i + 2;

    [Instruction(Op.BRXLE)]
    public static Insn* Brxle(CpuState* c, Insn* i) => Index(c, i) <= 0 ? c->BranchRelative(i, i->RI2) : i + 2;

    [Instruction(Op.BRXHG)]
    public static Insn* Brxhg(CpuState* c, Insn* i) => IndexLong(c, i) > 0 ? c->BranchRelative(i, i->RI2) : i + 3;

    [Instruction(Op.BRXLG)]
    public static Insn* Brxlg(CpuState* c, Insn* i) => IndexLong(c, i) <= 0 ? c->BranchRelative(i, i->RI2) : i + 3;

    // The branch address is formed before the count or index changes: the registers may be the same.
    [Instruction(Op.BCTR)]
    public static Insn* Bctr(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
        return --c->Low(i->R1) != 0 && i->R2 != 0 ? c->Branch(i, target) : i + 1;
    }

    [Instruction(Op.BCTGR)]
    public static Insn* Bctgr(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
        return --c->Gr[i->R1] != 0 && i->R2 != 0 ? c->Branch(i, target) : i + 2;
    }

    [Instruction(Op.BCT)]
    public static Insn* Bct(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return --c->Low(i->R1) != 0 ? c->Branch(i, target) : i + 2;
    }

    [Instruction(Op.BCTG)]
    public static Insn* Bctg(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return --c->Gr[i->R1] != 0 ? c->Branch(i, target) : i + 3;
    }

    [Instruction(Op.BXH)]
    public static Insn* Bxh(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return Index(c, i) > 0 ? c->Branch(i, target) : i + 2;
    }

    [Instruction(Op.BXLE)]
    public static Insn* Bxle(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return Index(c, i) <= 0 ? c->Branch(i, target) : i + 2;
    }

    [Instruction(Op.BXHG)]
    public static Insn* Bxhg(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return IndexLong(c, i) > 0 ? c->Branch(i, target) : i + 3;
    }

    [Instruction(Op.BXLEG)]
    public static Insn* Bxleg(CpuState* c, Insn* i)
    {
        var target = i->Address2(c);
        return IndexLong(c, i) <= 0 ? c->Branch(i, target) : i + 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Met(CpuState* c, Insn* i) => (i->R1 & (8 >> c->Cc)) != 0;

    // Adds the increment in R3 to R1 and compares with the register of odd number of the pair R3 begins or is in; the compare
    // value is taken first, since R1 may be the same register. Negative, zero or positive as the sum is low, equal or high.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Index(CpuState* c, Insn* i)
    {
        var limit = (int)c->Low(i->R3 | 1);
        c->Low(i->R1) += c->Low(i->R3);
        return ((int)c->Low(i->R1)).CompareTo(limit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IndexLong(CpuState* c, Insn* i)
    {
        var limit = (long)c->Gr[i->R3 | 1];
        c->Gr[i->R1] += c->Gr[i->R3];
        return ((long)c->Gr[i->R1]).CompareTo(limit);
    }
}
