namespace S390Sim.Cpu.FloatingPoint;

/// <summary>CONVERT BFP TO HFP and CONVERT HFP TO BFP (chapter 9). No IEEE exception is recognised.</summary>
internal static class HfpConversion
{
    private const int FractionBits = 56;
    private const int Bias = 64;
    private const ulong Sign = 1UL << 63;
    private const ulong Greatest = ~Sign;

    /// <summary>
    /// A BFP datum as long HFP; always exact but for the range. Condition code 0 zero, 1 less than zero, 2 greater, 3 for what
    /// has no HFP equivalent: an infinity or too great a number, which give the greatest number, or a NaN.
    /// </summary>
    public static ulong ToHfp<TFormat>(UInt128 datum, out int cc) where TFormat : struct, IBfpFormat
    {
        var number = BfpNumber.Decode<TFormat>(datum);
        var sign = number.Negative ? Sign : 0;
        cc = number.Negative ? 1 : 2;
        if (number.Kind == BfpKind.Zero)
        {
            cc = 0;
            return sign;
        }
        // The value is 0.f times 16 to the characteristic less 64.
        var characteristic = ((number.Exponent + 4) >> 2) + Bias;
        if (number.Kind == BfpKind.Finite && characteristic < 0) return sign;
        if (number.Kind != BfpKind.Finite || characteristic > 127)
        {
            cc = 3;
            return number.IsNaN ? Greatest : sign | Greatest;
        }
        var leadingZeros = 3 - (number.Exponent & 3);
        var fraction = (ulong)(number.Significand >> (128 - FractionBits + leadingZeros));
        return sign | ((ulong)characteristic << FractionBits) | fraction;
    }

    /// <summary>
    /// A long HFP datum as BFP, rounded. Condition code 0 zero, 1 less than zero, 2 greater, 3 beyond the greatest number.
    /// </summary>
    public static UInt128 FromHfp<TFormat>(ulong datum, RoundingMode mode, out int cc) where TFormat : struct, IBfpFormat
    {
        var negative = (datum & Sign) != 0;
        var fraction = datum & ((1UL << FractionBits) - 1);
        cc = 0;
        if (fraction == 0) return BfpNumber.Zero(negative).EncodeSpecial<TFormat>();
        var exponent = ((int)(datum >> FractionBits) & 127) - Bias;
        var number = BfpNumber.Normalize(negative, fraction, exponent * 4 - FractionBits);
        cc = IsBeyond<TFormat>(number) ? 3 : negative ? 1 : 2;
        var context = new BfpContext { Mode = mode };
        return BfpRounding.Round<TFormat>(number, ref context);
    }

    private static bool IsBeyond<TFormat>(in BfpNumber number) where TFormat : struct, IBfpFormat
        => number.Exponent > TFormat.MaxExponent
            || (number.Exponent == TFormat.MaxExponent && (number.Significand << TFormat.Precision) != 0
                && (~number.Significand >> (128 - TFormat.Precision)) == 0);
}
