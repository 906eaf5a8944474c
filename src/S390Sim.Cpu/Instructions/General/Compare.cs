using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE, COMPARE HALFWORD, COMPARE IMMEDIATE and COMPARE HIGH: signed (chapter 7, "COMPARE").</summary>
internal static unsafe class Compare
{
    [Instruction(Op.CR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cr(CpuState* c, Insn* i) => Signed(c, (int)c->Low(i->R1), (int)c->Low(i->R2), i + 1);

    [Instruction(Op.C)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* C(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), (int)b, i + 2) : null;

    [Instruction(Op.CY)]
    public static Insn* Cy(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), (int)b, i + 3) : null;

    [Instruction(Op.CFI)]
    public static Insn* Cfi(CpuState* c, Insn* i) => Signed(c, (int)c->Low(i->R1), i->I2, i + 3);

    [Instruction(Op.CRL)]
    public static Insn* Crl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), (int)b, i + 3) : null;

    [Instruction(Op.CGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cgr(CpuState* c, Insn* i) => Signed(c, (long)c->Gr[i->R1], (long)c->Gr[i->R2], i + 2);

    [Instruction(Op.CG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], (long)b, i + 3) : null;

    [Instruction(Op.CGRL)]
    public static Insn* Cgrl(CpuState* c, Insn* i)
        => Operand.RelativeDoubleword(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], (long)b, i + 3) : null;

    [Instruction(Op.CGFR)]
    public static Insn* Cgfr(CpuState* c, Insn* i) => Signed(c, (long)c->Gr[i->R1], (int)c->Low(i->R2), i + 2);

    [Instruction(Op.CGF)]
    public static Insn* Cgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], (int)b, i + 3) : null;

    [Instruction(Op.CGFI)]
    public static Insn* Cgfi(CpuState* c, Insn* i) => Signed(c, (long)c->Gr[i->R1], i->I2, i + 3);

    [Instruction(Op.CGFRL)]
    public static Insn* Cgfrl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], (int)b, i + 3) : null;

    [Instruction(Op.CH)]
    public static Insn* Ch(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.CHY)]
    public static Insn* Chy(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.CHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Chi(CpuState* c, Insn* i) => Signed(c, (int)c->Low(i->R1), (short)i->I2, i + 2);

    [Instruction(Op.CHRL)]
    public static Insn* Chrl(CpuState* c, Insn* i)
        => Operand.RelativeHalfword(c, i, out var b) ? Signed(c, (int)c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.CGH)]
    public static Insn* Cgh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CGHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cghi(CpuState* c, Insn* i) => Signed(c, (long)c->Gr[i->R1], (short)i->I2, i + 2);

    [Instruction(Op.CGHRL)]
    public static Insn* Cghrl(CpuState* c, Insn* i)
        => Operand.RelativeHalfword(c, i, out var b) ? Signed(c, (long)c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CHHR)]
    public static Insn* Chhr(CpuState* c, Insn* i) => Signed(c, (int)c->High(i->R1), (int)c->High(i->R2), i + 2);

    [Instruction(Op.CHLR)]
    public static Insn* Chlr(CpuState* c, Insn* i) => Signed(c, (int)c->High(i->R1), (int)c->Low(i->R2), i + 2);

    [Instruction(Op.CHF)]
    public static Insn* Chf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Signed(c, (int)c->High(i->R1), (int)b, i + 3) : null;

    [Instruction(Op.CIH)]
    public static Insn* Cih(CpuState* c, Insn* i) => Signed(c, (int)c->High(i->R1), i->I2, i + 3);

    [Instruction(Op.CHHSI)]
    public static Insn* Chhsi(CpuState* c, Insn* i)
        => c->Load16(i->Address1(c), i->B1, out var a) ? Signed(c, (short)a, (short)i->I2, i + 3) : null;

    [Instruction(Op.CHSI)]
    public static Insn* Chsi(CpuState* c, Insn* i)
        => c->Load32(i->Address1(c), i->B1, out var a) ? Signed(c, (int)a, (short)i->I2, i + 3) : null;

    [Instruction(Op.CGHSI)]
    public static Insn* Cghsi(CpuState* c, Insn* i)
        => c->Load64(i->Address1(c), i->B1, out var a) ? Signed(c, (long)a, (short)i->I2, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Signed(CpuState* c, long a, long b, Insn* next)
    {
        c->Cc = ConditionCode.OfComparison(a, b);
        return next;
    }
}
