using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// DIVIDE, DIVIDE SINGLE and DIVIDE LOGICAL: remainder in the even register of the pair, quotient in the odd one. A divisor of
/// zero, or a quotient that does not fit, is a fixed-point-divide exception and changes nothing (chapter 7).
/// </summary>
internal static unsafe class Divide
{
    [Instruction(Op.DR)]
    public static Insn* Dr(CpuState* c, Insn* i) => Signed(c, i, c->Low(i->R2), i + 1);

    [Instruction(Op.D)]
    public static Insn* D(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Signed(c, i, b, i + 2) : null;

    [Instruction(Op.DSGR)]
    public static Insn* Dsgr(CpuState* c, Insn* i) => Single(c, i, (long)c->Gr[i->R2], i + 2);

    [Instruction(Op.DSG)]
    public static Insn* Dsg(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Doubleword(c, i, out var b) ? Single(c, i, (long)b, i + 3) : null;

    [Instruction(Op.DSGFR)]
    public static Insn* Dsgfr(CpuState* c, Insn* i) => Single(c, i, (int)c->Low(i->R2), i + 2);

    [Instruction(Op.DSGF)]
    public static Insn* Dsgf(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Single(c, i, (int)b, i + 3) : null;

    [Instruction(Op.DLR)]
    public static Insn* Dlr(CpuState* c, Insn* i) => Logical(c, i, c->Low(i->R2), i + 2);

    [Instruction(Op.DL)]
    public static Insn* Dl(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Logical(c, i, b, i + 3) : null;

    [Instruction(Op.DLGR)]
    public static Insn* Dlgr(CpuState* c, Insn* i) => LogicalLong(c, i, c->Gr[i->R2], i + 2);

    [Instruction(Op.DLG)]
    public static Insn* Dlg(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Doubleword(c, i, out var b) ? LogicalLong(c, i, b, i + 3) : null;

    private static Insn* Signed(CpuState* c, Insn* i, uint b, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var dividend = (long)(((ulong)c->Low(i->R1) << 32) | c->Low(i->R1 + 1));
        var divisor = (int)b;
        // The most negative dividend by -1 would trap on the host; its quotient does not fit anyway.
        if (divisor == 0 || dividend == long.MinValue) return c->Program(ProgramCode.FixedPointDivide);
        var (quotient, remainder) = Math.DivRem(dividend, divisor);
        if (quotient != (int)quotient) return c->Program(ProgramCode.FixedPointDivide);
        c->Low(i->R1) = (uint)remainder;
        c->Low(i->R1 + 1) = (uint)quotient;
        return next;
    }

    private static Insn* Single(CpuState* c, Insn* i, long divisor, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var dividend = (long)c->Gr[i->R1 + 1];
        if (divisor == 0 || (divisor == -1 && dividend == long.MinValue)) return c->Program(ProgramCode.FixedPointDivide);
        var (quotient, remainder) = Math.DivRem(dividend, divisor);
        c->Gr[i->R1] = (ulong)remainder;
        c->Gr[i->R1 + 1] = (ulong)quotient;
        return next;
    }

    private static Insn* Logical(CpuState* c, Insn* i, uint divisor, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        // The quotient fits in a word exactly when the high word of the dividend is less than the divisor.
        if (c->Low(i->R1) >= divisor) return c->Program(ProgramCode.FixedPointDivide);
        var (quotient, remainder) = Math.DivRem(((ulong)c->Low(i->R1) << 32) | c->Low(i->R1 + 1), divisor);
        c->Low(i->R1) = (uint)remainder;
        c->Low(i->R1 + 1) = (uint)quotient;
        return next;
    }

    private static Insn* LogicalLong(CpuState* c, Insn* i, ulong divisor, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var high = c->Gr[i->R1];
        var low = c->Gr[i->R1 + 1];
        if (high >= divisor) return c->Program(ProgramCode.FixedPointDivide);
        var (quotient, remainder) = high == 0 ? Math.DivRem(low, divisor) : DivideLong(high, low, divisor);
        c->Gr[i->R1] = remainder;
        c->Gr[i->R1 + 1] = quotient;
        return next;
    }

    private static (ulong Quotient, ulong Remainder) DivideLong(ulong high, ulong low, ulong divisor)
    {
        var (quotient, remainder) = UInt128.DivRem(new UInt128(high, low), divisor);
        return ((ulong)quotient, (ulong)remainder);
    }
}
