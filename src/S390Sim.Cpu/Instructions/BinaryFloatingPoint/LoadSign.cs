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
    private const ulong Sign = 1UL << 63;

    [Instruction(Op.LTEBR)]
    public static Insn* Ltebr(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Short(c, i->R2);
        if (float.IsNaN(operand)) return Test<ShortFormat>(c, i);
        c->Cc = Code(operand);
        FprOperand.SetShort(c, i->R1, operand);
        return i + 2;
    }

    [Instruction(Op.LTDBR)]
    public static Insn* Ltdbr(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        if (double.IsNaN(operand)) return Test<LongFormat>(c, i);
        c->Cc = Code(operand);
        FprOperand.SetLong(c, i->R1, operand);
        return i + 2;
    }

    [Instruction(Op.LTXBR)]
    public static Insn* Ltxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Test<ExtendedFormat>(c, i) : null;

    [Instruction(Op.LCEBR)]
    public static Insn* Lcebr(CpuState* c, Insn* i) => Short(c, i, ~c->Fpr(i->R2));

    [Instruction(Op.LCDBR)]
    public static Insn* Lcdbr(CpuState* c, Insn* i) => Long(c, i, ~c->Fpr(i->R2));

    [Instruction(Op.LCXBR)]
    public static Insn* Lcxbr(CpuState* c, Insn* i) => Extended(c, i, ~c->Fpr(i->R2));

    [Instruction(Op.LNEBR)]
    public static Insn* Lnebr(CpuState* c, Insn* i) => Short(c, i, Sign);

    [Instruction(Op.LNDBR)]
    public static Insn* Lndbr(CpuState* c, Insn* i) => Long(c, i, Sign);

    [Instruction(Op.LNXBR)]
    public static Insn* Lnxbr(CpuState* c, Insn* i) => Extended(c, i, Sign);

    [Instruction(Op.LPEBR)]
    public static Insn* Lpebr(CpuState* c, Insn* i) => Short(c, i, 0);

    [Instruction(Op.LPDBR)]
    public static Insn* Lpdbr(CpuState* c, Insn* i) => Long(c, i, 0);

    [Instruction(Op.LPXBR)]
    public static Insn* Lpxbr(CpuState* c, Insn* i) => Extended(c, i, 0);

    private static Insn* Test<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Test<TFormat>(FprOperand.Read<TFormat>(c, i->R2), ref context);
        return Ieee.DeliverWithCode<TFormat>(c, i, result, context);
    }

    // The second operand with the leftmost bit of another doubleword for its sign.
    private static Insn* Short(CpuState* c, Insn* i, ulong sign)
    {
        var result = BitConverter.UInt32BitsToSingle((uint)(((c->Fpr(i->R2) & ~Sign) | (sign & Sign)) >> 32));
        c->Cc = Code(result);
        FprOperand.SetShort(c, i->R1, result);
        return i + 2;
    }

    private static Insn* Long(CpuState* c, Insn* i, ulong sign)
    {
        var result = (c->Fpr(i->R2) & ~Sign) | (sign & Sign);
        c->Cc = Code(BitConverter.UInt64BitsToDouble(result));
        c->Fpr(i->R1) = result;
        return i + 2;
    }

    private static Insn* Extended(CpuState* c, Insn* i, ulong sign)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var result = new UInt128((c->Fpr(i->R2) & ~Sign) | (sign & Sign), c->Fpr(i->R2 + 2));
        c->Cc = Bfp.ConditionCode<ExtendedFormat>(result);
        FprOperand.Write<ExtendedFormat>(c, i->R1, result);
        return i + 2;
    }

    private static int Code(double number) => number < 0 ? 1 : number > 0 ? 2 : number == 0 ? 0 : 3;
}
