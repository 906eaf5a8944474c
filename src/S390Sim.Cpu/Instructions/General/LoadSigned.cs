using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD COMPLEMENT, LOAD NEGATIVE and LOAD POSITIVE (chapter 7).</summary>
internal static unsafe class LoadSigned
{
    [Instruction(Op.LCR)]
    public static Insn* Lcr(CpuState* c, Insn* i) => Complement(c, ref c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.LCGR)]
    public static Insn* Lcgr(CpuState* c, Insn* i) => Complement(c, ref c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.LCGFR)]
    public static Insn* Lcgfr(CpuState* c, Insn* i) => Complement(c, ref c->Gr[i->R1], (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.LPR)]
    public static Insn* Lpr(CpuState* c, Insn* i)
        => (int)c->Low(i->R2) < 0
            ? Complement(c, ref c->Low(i->R1), c->Low(i->R2), i + 1)
            : Plain(c, ref c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.LPGR)]
    public static Insn* Lpgr(CpuState* c, Insn* i)
        => (long)c->Gr[i->R2] < 0
            ? Complement(c, ref c->Gr[i->R1], c->Gr[i->R2], i + 2)
            : Plain(c, ref c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.LNR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lnr(CpuState* c, Insn* i)
        => Plain(c, ref c->Low(i->R1), (int)c->Low(i->R2) < 0 ? c->Low(i->R2) : 0 - c->Low(i->R2), i + 1);

    [Instruction(Op.LNGR)]
    public static Insn* Lngr(CpuState* c, Insn* i)
        => Plain(c, ref c->Gr[i->R1], (long)c->Gr[i->R2] < 0 ? c->Gr[i->R2] : 0 - c->Gr[i->R2], i + 2);

    [Instruction(Op.LNGFR)]
    public static Insn* Lngfr(CpuState* c, Insn* i)
        => Plain(c, ref c->Gr[i->R1], (ulong)((int)c->Low(i->R2) < 0 ? (int)c->Low(i->R2) : -(int)c->Low(i->R2)), i + 2);

    [Instruction(Op.LPGFR)]
    public static Insn* Lpgfr(CpuState* c, Insn* i)
    {
        var value = (long)(int)c->Low(i->R2);
        return Plain(c, ref c->Gr[i->R1], (ulong)(value < 0 ? -value : value), i + 2);
    }

    // Zero minus the operand: only the maximum negative number overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Complement(CpuState* c, ref uint result, uint value, Insn* next)
    {
        result = 0 - value;
        c->Cc = ConditionCode.OfDifference(0, (int)value, (int)(0 - value));
        return Add.Completed(c, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Complement(CpuState* c, ref ulong result, ulong value, Insn* next)
    {
        result = 0 - value;
        c->Cc = ConditionCode.OfDifference(0, (long)value, (long)(0 - value));
        return Add.Completed(c, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Plain(CpuState* c, ref uint result, uint value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfSign((int)value);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Plain(CpuState* c, ref ulong result, ulong value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfSign((long)value);
        return next;
    }
}
