namespace S390Sim.Cpu.FloatingPoint;

/// <summary>DIVIDE TO INTEGER (chapter 19): an integral quotient and the remainder that it leaves.</summary>
internal static partial class Bfp
{
    /// <summary>Both results and the condition code.</summary>
    public readonly record struct IntegerQuotient(UInt128 Quotient, UInt128 Remainder, int ConditionCode);

    /// <summary>
    /// DIVIDE TO INTEGER. A quotient that fits the format is rounded by <paramref name="final"/>; of a greater one as many
    /// digits as fit come now, truncated, and the program goes on with the remainder. The remainder is rounded as the FPC says.
    /// </summary>
    public static IntegerQuotient DivideToInteger<TFormat>(
        UInt128 dividend, UInt128 divisor, RoundingMode final, ref BfpContext context) where TFormat : struct, IBfpFormat
    {
        var (a, b) = (BfpNumber.Decode<TFormat>(dividend), BfpNumber.Decode<TFormat>(divisor));
        if (a.IsNaN || b.IsNaN || a.Kind == BfpKind.Infinity || b.Kind == BfpKind.Zero)
        {
            var nan = a.IsNaN || b.IsNaN ? PropagateNaN<TFormat>(a, b, ref context) : Invalid<TFormat>(ref context);
            return new IntegerQuotient(nan, nan, 1);
        }
        var zero = BfpNumber.Zero(a.Negative != b.Negative);
        if (a.Kind == BfpKind.Zero || b.Kind == BfpKind.Infinity)
            return new IntegerQuotient(zero.EncodeSpecial<TFormat>(), dividend, 0);

        var exponent = a.Exponent - b.Exponent - (a.Significand < b.Significand ? 1 : 0);
        if (exponent >= TFormat.Precision) return PartialQuotient<TFormat>(a, b, exponent);
        var quotient = FinalQuotient(a, b, exponent, final);
        var remainder = Remainder<TFormat>(a, b, quotient, ref context);
        return new IntegerQuotient(FromInteger<TFormat>(zero.Negative, quotient), remainder, 0);
    }

    private static UInt128 FinalQuotient(in BfpNumber a, in BfpNumber b, int exponent, RoundingMode mode)
    {
        // All integral digits, one after the point, and a bit for those that follow.
        UInt128 digits = 1;
        if (exponent >= -1)
        {
            var quotient = Quotient(a, b, a.Exponent - b.Exponent + 2, out var rest);
            digits = (quotient.Significand >> (126 - exponent)) << 1;
            if (rest != 0) digits |= 1;
        }
        return BfpRounding.Drop(digits, 2, a.Negative != b.Negative, mode, out _, out _);
    }

    private static UInt128 Remainder<TFormat>(in BfpNumber a, in BfpNumber b, UInt128 quotient, ref BfpContext context)
        where TFormat : struct, IBfpFormat
    {
        if (quotient == 0) return BfpRounding.Round<TFormat>(a, ref context);
        var difference = Difference(a, b, BfpNumber.Normalize(a.Negative != b.Negative, quotient, 0));
        return difference.Kind == BfpKind.Zero
            ? difference.EncodeSpecial<TFormat>()
            : BfpRounding.Round<TFormat>(difference, ref context);
    }

    // Dividend less quotient times divisor; zero has the dividend's sign.
    private static BfpNumber Difference(in BfpNumber a, in BfpNumber b, BfpNumber quotient)
    {
        TryProduct(Negated(quotient), b, out var product);
        var difference = Sum(product, a, RoundingMode.NearestEven);
        return difference.Kind == BfpKind.Zero ? BfpNumber.Zero(a.Negative) : difference;
    }

    // The remainder is exact here, and no exception is recognised for a tiny one.
    private static IntegerQuotient PartialQuotient<TFormat>(in BfpNumber a, in BfpNumber b, int exponent)
        where TFormat : struct, IBfpFormat
    {
        var digits = TFormat.Precision + (a.Significand < b.Significand ? 1 : 0);
        var quotient = Quotient(a, b, digits, out _);
        var difference = Difference(a, b, quotient);
        var isComplete = difference.Kind == BfpKind.Zero;
        var exact = default(BfpContext);
        var remainder = isComplete
            ? difference.EncodeSpecial<TFormat>()
            : BfpRounding.Round<TFormat>(difference, ref exact);
        var overflows = exponent > TFormat.MaxExponent;
        var result = BfpNumber.Encode<TFormat>(quotient.Negative, overflows ? exponent - TFormat.Scale : exponent,
            quotient.Significand >> (128 - TFormat.Precision));
        return new IntegerQuotient(result, remainder, (isComplete ? 0 : 2) + (overflows ? 1 : 0));
    }
}
