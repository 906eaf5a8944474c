using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE AND TRAP and LOAD AND TRAP: a data exception with DXC FF hex after completion (chapter 7).</summary>
internal static unsafe class Trap
{
    private const byte CompareAndTrapCode = 0xFF;
    private const ulong AfpRegisterControl = 1UL << 18;

    [Instruction(Op.CRT)]
    public static Insn* Crt(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (int)c->Low(i->R2)), i + 2);

    [Instruction(Op.CGRT)]
    public static Insn* Cgrt(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (long)c->Gr[i->R2]), i + 2);

    [Instruction(Op.CIT)]
    public static Insn* Cit(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfComparison((int)c->Low(i->R1), (short)i->I2), i + 3);

    [Instruction(Op.CGIT)]
    public static Insn* Cgit(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfComparison((long)c->Gr[i->R1], (short)i->I2), i + 3);

    [Instruction(Op.CLRT)]
    public static Insn* Clrt(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), c->Low(i->R2)), i + 2);

    [Instruction(Op.CLGRT)]
    public static Insn* Clgrt(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], c->Gr[i->R2]), i + 2);

    [Instruction(Op.CLFIT)]
    public static Insn* Clfit(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), (ushort)i->I2), i + 3);

    [Instruction(Op.CLGIT)]
    public static Insn* Clgit(CpuState* c, Insn* i)
        => Compared(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], (ushort)i->I2), i + 3);

    [Instruction(Op.CLT)]
    public static Insn* Clt(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Compared(c, i, ConditionCode.OfLogicalComparison(c->Low(i->R1), b), i + 3) : null;

    [Instruction(Op.CLGT)]
    public static Insn* Clgt(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b)
            ? Compared(c, i, ConditionCode.OfLogicalComparison(c->Gr[i->R1], b), i + 3) : null;

    [Instruction(Op.LAT)]
    public static Insn* Lat(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Loaded(c, ref c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.LFHAT)]
    public static Insn* Lfhat(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Loaded(c, ref c->High(i->R1), b, i + 3) : null;

    [Instruction(Op.LGAT)]
    public static Insn* Lgat(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Loaded(c, ref c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.LLGFAT)]
    public static Insn* Llgfat(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Loaded(c, ref c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.LLGTAT)]
    public static Insn* Llgtat(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Loaded(c, ref c->Gr[i->R1], b & 0x7FFF_FFFF, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Compared(CpuState* c, Insn* i, int comparison, Insn* next)
        => (i->M3 & (8 >> comparison)) != 0 ? Raise(c) : next;

    // The operand is loaded even when it is zero and traps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Loaded(CpuState* c, ref uint result, uint value, Insn* next)
    {
        result = value;
        return value == 0 ? Raise(c) : next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Loaded(CpuState* c, ref ulong result, ulong value, Insn* next)
    {
        result = value;
        return value == 0 ? Raise(c) : next;
    }

    // Chapter 6, "Data-Exception Code": the DXC goes to the FPC too when the AFP-register control is one.
    private static Insn* Raise(CpuState* c)
    {
        if ((c->Cr[0] & AfpRegisterControl) != 0) c->Fpc = (c->Fpc & 0xFFFF_00FF) | (CompareAndTrapCode << 8);
        return c->Data(CompareAndTrapCode);
    }
}
