using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// LOAD AND TEST, which makes a signaling NaN quiet, and LOAD COMPLEMENT, LOAD NEGATIVE and LOAD POSITIVE, which change the sign
/// of whatever there is (chapter 19). Condition code 0 zero, 1 less than zero, 2 greater than zero, 3 a NaN.
/// </summary>
internal static unsafe class LoadSign
{
    [Instruction(Op.LTEBR)]
    public static Insn* Ltebr(CpuState* c, Insn* i) => Test<ShortFormat>(c, i);

    [Instruction(Op.LTDBR)]
    public static Insn* Ltdbr(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        if (!HostArithmetic.IsFinite(operand)) return Test<LongFormat>(c, i);
        c->Cc = operand == 0 ? 0 : operand < 0 ? 1 : 2;
        c->Fpr(i->R1) = c->Fpr(i->R2);
        return i + 2;
    }

    [Instruction(Op.LTXBR)]
    public static Insn* Ltxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Test<ExtendedFormat>(c, i) : null;

    [Instruction(Op.LCEBR)]
    public static Insn* Lcebr(CpuState* c, Insn* i) => Replace<ShortFormat>(c, i, ~c->Fpr(i->R2));

    [Instruction(Op.LCDBR)]
    public static Insn* Lcdbr(CpuState* c, Insn* i) => Replace<LongFormat>(c, i, ~c->Fpr(i->R2));

    [Instruction(Op.LCXBR)]
    public static Insn* Lcxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Replace<ExtendedFormat>(c, i, ~c->Fpr(i->R2)) : null;

    [Instruction(Op.LNEBR)]
    public static Insn* Lnebr(CpuState* c, Insn* i) => Replace<ShortFormat>(c, i, ulong.MaxValue);

    [Instruction(Op.LNDBR)]
    public static Insn* Lndbr(CpuState* c, Insn* i) => Replace<LongFormat>(c, i, ulong.MaxValue);

    [Instruction(Op.LNXBR)]
    public static Insn* Lnxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Replace<ExtendedFormat>(c, i, ulong.MaxValue) : null;

    [Instruction(Op.LPEBR)]
    public static Insn* Lpebr(CpuState* c, Insn* i) => Replace<ShortFormat>(c, i, 0);

    [Instruction(Op.LPDBR)]
    public static Insn* Lpdbr(CpuState* c, Insn* i) => Replace<LongFormat>(c, i, 0);

    [Instruction(Op.LPXBR)]
    public static Insn* Lpxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Replace<ExtendedFormat>(c, i, 0) : null;

    private static Insn* Test<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Test<TFormat>(FprOperand.Read<TFormat>(c, i->R2), ref context);
        return Ieee.DeliverWithCode<TFormat>(c, i, result, context);
    }

    // The second operand with the leftmost bit of another doubleword for its sign.
    private static Insn* Replace<TFormat>(CpuState* c, Insn* i, ulong sign) where TFormat : struct, IBfpFormat
    {
        const ulong Sign = 1UL << 63;
        var result = FprOperand.Read<TFormat>(c, i->R2);
        var place = typeof(TFormat) == typeof(ShortFormat) ? 31 : typeof(TFormat) == typeof(LongFormat) ? 63 : 127;
        result &= (UInt128.One << place) - 1;
        if ((sign & Sign) != 0) result |= UInt128.One << place;
        c->Cc = Bfp.ConditionCode<TFormat>(result);
        FprOperand.Write<TFormat>(c, i->R1, result);
        return i + 2;
    }
}
