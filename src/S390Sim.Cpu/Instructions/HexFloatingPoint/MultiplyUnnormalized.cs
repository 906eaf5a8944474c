using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>
/// MULTIPLY UNNORMALIZED and MULTIPLY AND ADD UNNORMALIZED (chapter 18): the product of two long numbers, and its sum with a
/// third, in the extended format or one part of it. Nothing is normalized, the result has the product's characteristic, which
/// wraps, and there are no arithmetic exceptions.
/// </summary>
internal static unsafe class MultiplyUnnormalized
{
    [Instruction(Op.MYR)]
    public static Insn* Myr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? PutBoth(c, i, Product(c, i, Long.Get(c, i->R2))) : null;

    [Instruction(Op.MY)]
    public static Insn* My(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) && Long.Load(c, i, out var second) ? PutBoth(c, i, Product(c, i, second)) : null;

    [Instruction(Op.MYHR)]
    public static Insn* Myhr(CpuState* c, Insn* i) => PutHigh(c, i, Product(c, i, Long.Get(c, i->R2)));

    [Instruction(Op.MYH)]
    public static Insn* Myh(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? PutHigh(c, i, Product(c, i, second)) : null;

    [Instruction(Op.MYLR)]
    public static Insn* Mylr(CpuState* c, Insn* i) => PutLow(c, i, Product(c, i, Long.Get(c, i->R2)));

    [Instruction(Op.MYL)]
    public static Insn* Myl(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? PutLow(c, i, Product(c, i, second)) : null;

    [Instruction(Op.MAYR)]
    public static Insn* Mayr(CpuState* c, Insn* i) => PutBoth(c, i, Sum(c, i, Long.Get(c, i->R2)));

    [Instruction(Op.MAY)]
    public static Insn* May(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? PutBoth(c, i, Sum(c, i, second)) : null;

    [Instruction(Op.MAYHR)]
    public static Insn* Mayhr(CpuState* c, Insn* i) => PutHigh(c, i, Sum(c, i, Long.Get(c, i->R2)));

    [Instruction(Op.MAYH)]
    public static Insn* Mayh(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? PutHigh(c, i, Sum(c, i, second)) : null;

    [Instruction(Op.MAYLR)]
    public static Insn* Maylr(CpuState* c, Insn* i) => PutLow(c, i, Sum(c, i, Long.Get(c, i->R2)));

    [Instruction(Op.MAYL)]
    public static Insn* Mayl(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? PutLow(c, i, Sum(c, i, second)) : null;

    private static Hfp Product(CpuState* c, Insn* i, Hfp second) => Hfp.Product(Long.Get(c, i->R3), second);

    /// <summary>
    /// The exact sum, truncated: the first operand is shifted left or right until its characteristic is the product's, and what
    /// is to the left of the hexadecimal point is lost.
    /// </summary>
    private static Hfp Sum(CpuState* c, Insn* i, Hfp second)
    {
        var product = Product(c, i, second);
        var first = Long.Get(c, i->R1);
        var shift = first.Characteristic - product.Characteristic;
        if (shift <= 0) return WithoutInteger(Hfp.AlignedSum(product, first, -shift));
        var kept = shift >= Hfp.MaxDigits ? UInt128.Zero : first.Fraction << (4 * shift) & FractionMask;
        var isLost = shift >= Hfp.MaxDigits ? !first.IsZero : kept >> (4 * shift) != first.Fraction;
        if (!isLost) return WithoutInteger(Hfp.AlignedSum(product, first with { Fraction = kept }, 0));
        // The first operand is the greater one.
        var isSum = first.IsNegative == product.IsNegative;
        return WithoutInteger(new(
            first.IsNegative, product.Characteristic, isSum ? kept + product.Fraction : kept - product.Fraction));
    }

    private static UInt128 FractionMask => (UInt128.One << Hfp.Point) - UInt128.One;

    private static Hfp WithoutInteger(Hfp number) => number with { Fraction = number.Fraction & FractionMask };

    /// <summary>R1 may name either register of the pair when it is an operand too.</summary>
    private static Insn* PutBoth(CpuState* c, Insn* i, Hfp number)
    {
        Extended.Put(c, i->R1 & ~2, number);
        return i + (i->Length >> 1);
    }

    private static Insn* PutHigh(CpuState* c, Insn* i, Hfp number)
    {
        Long.Put(c, i->R1, number);
        return i + (i->Length >> 1);
    }

    private static Insn* PutLow(CpuState* c, Insn* i, Hfp number)
    {
        c->Fpr(i->R1) = Extended.LowPart(number);
        return i + (i->Length >> 1);
    }
}
