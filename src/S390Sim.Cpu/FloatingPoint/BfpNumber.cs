using System.Runtime.CompilerServices;

namespace S390Sim.Cpu.FloatingPoint;

/// <summary>What a datum is; a finite number is one other than zero, normal or subnormal.</summary>
internal enum BfpKind : byte
{
    Zero,
    Finite,
    Infinity,
    QuietNaN,
    SignalingNaN,
}

/// <summary>
/// A datum taken apart. A finite number is the significand, whose leftmost bit is one and stands for 2 to the exponent. A NaN's
/// significand is its fraction, at the left end too, so that it fits all formats.
/// </summary>
internal struct BfpNumber
{
    public BfpKind Kind;
    public bool Negative;
    public int Exponent;
    public UInt128 Significand;

    private static readonly UInt128 s_leftmost = UInt128.One << 127;

    /// <summary>Leftmost bit of a significand.</summary>
    public static UInt128 Leftmost => s_leftmost;

    public readonly bool IsNaN => Kind >= BfpKind.QuietNaN;

    /// <summary>The default quiet NaN.</summary>
    public static BfpNumber DefaultNaN => new() { Kind = BfpKind.QuietNaN, Significand = s_leftmost };

    public static BfpNumber Infinity(bool negative) => new() { Kind = BfpKind.Infinity, Negative = negative };

    public static BfpNumber Zero(bool negative) => new() { Kind = BfpKind.Zero, Negative = negative };

    /// <summary>A finite number with any significand but zero, of which bit 127 (the last) stands for 2 to an exponent.</summary>
    public static BfpNumber Normalize(bool negative, UInt128 significand, int lastExponent)
    {
        var zeros = (int)UInt128.LeadingZeroCount(significand);
        return new BfpNumber
        {
            Kind = BfpKind.Finite,
            Negative = negative,
            Exponent = lastExponent + 127 - zeros,
            Significand = significand << zeros,
        };
    }

    /// <summary>Takes a datum apart.</summary>
    /// <param name="bits">The datum, at the right end.</param>
    public static BfpNumber Decode<TFormat>(UInt128 bits) where TFormat : struct, IBfpFormat
    {
        var fractionBits = TFormat.Precision - 1;
        var fraction = bits & ((UInt128.One << fractionBits) - 1);
        var biased = (int)(uint)(bits >> fractionBits) & (2 * TFormat.MaxExponent + 1);
        var negative = (bits >> fractionBits) > (UInt128)(uint)(2 * TFormat.MaxExponent + 1);
        if (biased == 2 * TFormat.MaxExponent + 1)
        {
            if (fraction == 0) return Infinity(negative);
            var payload = fraction << (128 - fractionBits);
            var kind = (payload & s_leftmost) != 0 ? BfpKind.QuietNaN : BfpKind.SignalingNaN;
            return new BfpNumber { Kind = kind, Negative = negative, Significand = payload };
        }
        if (biased != 0)
        {
            return new BfpNumber
            {
                Kind = BfpKind.Finite,
                Negative = negative,
                Exponent = biased - TFormat.MaxExponent,
                Significand = s_leftmost | (fraction << (127 - fractionBits)),
            };
        }
        return fraction == 0 ? Zero(negative) : Normalize(negative, fraction, 1 - TFormat.MaxExponent - fractionBits);
    }

    /// <summary>A zero, an infinity or a NaN as a datum.</summary>
    public readonly UInt128 EncodeSpecial<TFormat>() where TFormat : struct, IBfpFormat => Kind switch
    {
        BfpKind.Zero => Pack<TFormat>(Negative, 0, 0),
        BfpKind.Infinity => Pack<TFormat>(Negative, 2 * TFormat.MaxExponent + 1, 0),
        _ => Pack<TFormat>(Negative, 2 * TFormat.MaxExponent + 1, (s_leftmost | Significand) >> (129 - TFormat.Precision)),
    };

    /// <summary>A number of at most the format's precision and within its range as a datum.</summary>
    /// <param name="negative">Sign.</param>
    /// <param name="exponent">What the leftmost of the format's digits stands for.</param>
    /// <param name="digits">As many digits as the precision; with leading zeros only at the smallest exponent.</param>
    public static UInt128 Encode<TFormat>(bool negative, int exponent, UInt128 digits) where TFormat : struct, IBfpFormat
    {
        var isSubnormal = (digits >> (TFormat.Precision - 1)) == 0;
        var fraction = digits & ((UInt128.One << (TFormat.Precision - 1)) - 1);
        return Pack<TFormat>(negative, isSubnormal ? 0 : exponent + TFormat.MaxExponent, fraction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Pack<TFormat>(bool negative, int biased, UInt128 fraction) where TFormat : struct, IBfpFormat
    {
        var sign = negative ? (UInt128)(uint)(2 * (TFormat.MaxExponent + 1)) : UInt128.Zero;
        return ((sign | (uint)biased) << (TFormat.Precision - 1)) | fraction;
    }
}
