using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// LOAD and STORE ON CONDITION, their high and immediate forms, and SELECT (chapter 7). When the condition is not met the
/// second operand is not accessed; the manual leaves that to the model.
/// </summary>
internal static unsafe class OnCondition
{
    [Instruction(Op.LOCR)]
    public static Insn* Locr(CpuState* c, Insn* i) => Word(Met(c, i), ref c->Low(i->R1), c->Low(i->R2), i + 2);

    [Instruction(Op.LOCGR)]
    public static Insn* Locgr(CpuState* c, Insn* i) => Doubleword(Met(c, i), ref c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.LOCFHR)]
    public static Insn* Locfhr(CpuState* c, Insn* i) => Word(Met(c, i), ref c->High(i->R1), c->High(i->R2), i + 2);

    [Instruction(Op.LOCHI)]
    public static Insn* Lochi(CpuState* c, Insn* i) => Word(Met(c, i), ref c->Low(i->R1), (uint)(short)i->I2, i + 3);

    [Instruction(Op.LOCHHI)]
    public static Insn* Lochhi(CpuState* c, Insn* i) => Word(Met(c, i), ref c->High(i->R1), (uint)(short)i->I2, i + 3);

    [Instruction(Op.LOCGHI)]
    public static Insn* Locghi(CpuState* c, Insn* i) => Doubleword(Met(c, i), ref c->Gr[i->R1], (ulong)(short)i->I2, i + 3);

    [Instruction(Op.LOC)]
    public static Insn* Loc(CpuState* c, Insn* i)
        => !Met(c, i) ? i + 3 : Operand.Word(c, i, out var b) ? Word(true, ref c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.LOCFH)]
    public static Insn* Locfh(CpuState* c, Insn* i)
        => !Met(c, i) ? i + 3 : Operand.Word(c, i, out var b) ? Word(true, ref c->High(i->R1), b, i + 3) : null;

    [Instruction(Op.LOCG)]
    public static Insn* Locg(CpuState* c, Insn* i)
        => !Met(c, i) ? i + 3 : Operand.Doubleword(c, i, out var b) ? Doubleword(true, ref c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.STOC)]
    public static Insn* Stoc(CpuState* c, Insn* i)
        => !Met(c, i) || c->Store32(i->Address2(c), i->B2, c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STOCFH)]
    public static Insn* Stocfh(CpuState* c, Insn* i)
        => !Met(c, i) || c->Store32(i->Address2(c), i->B2, c->High(i->R1)) ? i + 3 : null;

    [Instruction(Op.STOCG)]
    public static Insn* Stocg(CpuState* c, Insn* i)
        => !Met(c, i) || c->Store64(i->Address2(c), i->B2, c->Gr[i->R1]) ? i + 3 : null;

    [Instruction(Op.SELR)]
    public static Insn* Selr(CpuState* c, Insn* i)
        => Word(true, ref c->Low(i->R1), Selected(c, i) ? c->Low(i->R2) : c->Low(i->R3), i + 2);

    [Instruction(Op.SELFHR)]
    public static Insn* Selfhr(CpuState* c, Insn* i)
        => Word(true, ref c->High(i->R1), Selected(c, i) ? c->High(i->R2) : c->High(i->R3), i + 2);

    [Instruction(Op.SELGR)]
    public static Insn* Selgr(CpuState* c, Insn* i)
        => Doubleword(true, ref c->Gr[i->R1], Selected(c, i) ? c->Gr[i->R2] : c->Gr[i->R3], i + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Met(CpuState* c, Insn* i) => (i->M3 & (8 >> c->Cc)) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Selected(CpuState* c, Insn* i) => (i->M4 & (8 >> c->Cc)) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Word(bool met, ref uint result, uint value, Insn* next)
    {
        if (met) result = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Doubleword(bool met, ref ulong result, ulong value, Insn* next)
    {
        if (met) result = value;
        return next;
    }
}
