using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>SUBTRACT, SUBTRACT HALFWORD and SUBTRACT HIGH: signed differences (chapter 7, "SUBTRACT").</summary>
internal static unsafe class Subtract
{
    [Instruction(Op.SR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Sr(CpuState* c, Insn* i) => Difference(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.SRK)]
    public static Insn* Srk(CpuState* c, Insn* i) => Difference(c, ref c->Low(i->R1), c->Low(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.S)]
    public static Insn* S(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.SY)]
    public static Insn* Sy(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.SH)]
    public static Insn* Sh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), (uint)b, i + 2) : null;

    [Instruction(Op.SHY)]
    public static Insn* Shy(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Difference(c, ref c->Low(i->R1), c->Low(i->R1), (uint)b, i + 3) : null;

    [Instruction(Op.SGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Sgr(CpuState* c, Insn* i) => Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.SGRK)]
    public static Insn* Sgrk(CpuState* c, Insn* i) => Difference(c, ref c->Gr[i->R1], c->Gr[i->R2], c->Gr[i->R3], i + 2);

    [Instruction(Op.SG)]
    public static Insn* Sg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.SGFR)]
    public static Insn* Sgfr(CpuState* c, Insn* i)
        => Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.SGF)]
    public static Insn* Sgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(int)b, i + 3) : null;

    [Instruction(Op.SGH)]
    public static Insn* Sgh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Difference(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)b, i + 3) : null;

    [Instruction(Op.SHHHR)]
    public static Insn* Shhhr(CpuState* c, Insn* i)
        => Difference(c, ref c->High(i->R1), c->High(i->R2), c->High(i->R3), i + 2);

    [Instruction(Op.SHHLR)]
    public static Insn* Shhlr(CpuState* c, Insn* i)
        => Difference(c, ref c->High(i->R1), c->High(i->R2), c->Low(i->R3), i + 2);

    // The 32-bit difference.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Difference(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        var difference = a - b;
        result = difference;
        if ((int)((a ^ b) & (a ^ difference)) < 0) return Add.Overflow(c, next);
        c->Cc = ConditionCode.OfSign((int)difference);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Difference(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        var difference = a - b;
        result = difference;
        if ((long)((a ^ b) & (a ^ difference)) < 0) return Add.Overflow(c, next);
        c->Cc = ConditionCode.OfSign((long)difference);
        return next;
    }
}
