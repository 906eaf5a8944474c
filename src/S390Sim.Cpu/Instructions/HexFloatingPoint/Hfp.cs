namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>
/// A hexadecimal-floating-point number taken apart (chapter 18, "HFP Number Representation"): a fraction times 16 to the power
/// of the characteristic less 64.
/// </summary>
/// <param name="IsNegative">The sign; a zero has one too.</param>
/// <param name="Characteristic">Unbounded while a result is formed.</param>
/// <param name="Fraction">
/// The fraction times 2^120: digit 1 is bits 4-7 of the 128, digit 28 of the extended format bits 116-119, and two guard digits
/// follow. Bits 0-3 hold a carry.
/// </param>
internal readonly record struct Hfp(bool IsNegative, int Characteristic, UInt128 Fraction)
{
    /// <summary>Bits to the right of the hexadecimal point.</summary>
    public const int Point = 120;

    /// <summary>Digits that the fraction has room for.</summary>
    public const int MaxDigits = Point / 4;

    public bool IsZero => Fraction == UInt128.Zero;

    /// <summary>0 zero, 1 less than zero, 2 greater than zero.</summary>
    public int ConditionCode => IsZero ? 0 : IsNegative ? 1 : 2;

    public static Hfp operator -(Hfp number) => number with { IsNegative = !number.IsNegative };

    /// <summary>Without leading zero digits; a zero stays as it is.</summary>
    public Hfp Normalized()
    {
        if (IsZero) return this;
        var zeros = (int)UInt128.LeadingZeroCount(Fraction) / 4 - (128 - Point) / 4;
        return zeros < 0
            ? new(IsNegative, Characteristic + 1, Fraction >> 4)
            : new(IsNegative, Characteristic - zeros, Fraction << (4 * zeros));
    }

    /// <summary>A carry, if there is one, is made the first digit.</summary>
    public Hfp WithoutCarry() => Fraction >> Point == UInt128.Zero ? this : Normalized();

    /// <summary>Without the digits to the right of so many.</summary>
    public Hfp Truncated(int digits) => this with { Fraction = Truncate(Fraction, digits) };

    /// <summary>
    /// The intermediate sum: the fraction of smaller characteristic is shifted right until both agree, and keeps one guard digit
    /// of those that leave a format of so many digits. A zero sum is positive.
    /// </summary>
    public static Hfp Sum(Hfp a, Hfp b, int digits)
    {
        if (a.Characteristic < b.Characteristic) (a, b) = (b, a);
        var aligned = Truncate(ShiftedRight(b.Fraction, a.Characteristic - b.Characteristic), digits + 1);
        return AddFractions(a, aligned, b.IsNegative);
    }

    /// <summary>
    /// The sum of two normalized numbers such that truncating it to half as many digits as there is room for truncates the exact
    /// sum: whether anything nonzero left on the right is kept in the last bit.
    /// </summary>
    public static Hfp ExactSum(Hfp a, Hfp b)
    {
        if (a.IsZero) return b;
        if (b.IsZero) return a;
        if (a.Characteristic < b.Characteristic) (a, b) = (b, a);
        return AlignedSum(a, b, a.Characteristic - b.Characteristic);
    }

    /// <summary>The same with the second number shifted right by so many digits; the characteristic is the first one's.</summary>
    public static Hfp AlignedSum(Hfp a, Hfp b, int shift)
    {
        var aligned = ShiftedRight(b.Fraction, shift);
        if (aligned << (4 * shift) != b.Fraction || shift > MaxDigits) aligned |= b.IsZero ? UInt128.Zero : UInt128.One;
        return AddFractions(a, aligned, b.IsNegative);
    }

    /// <summary>The exact product of the fractions, truncated to the digits that there is room for.</summary>
    public static Hfp Product(Hfp a, Hfp b) => new(
        a.IsNegative != b.IsNegative, a.Characteristic + b.Characteristic - 64, HighProduct(a.Fraction << 8, b.Fraction));

    private static Hfp AddFractions(Hfp a, UInt128 other, bool otherIsNegative)
    {
        if ((a.Fraction | other) == UInt128.Zero) return new(false, a.Characteristic, UInt128.Zero);
        if (a.IsNegative == otherIsNegative) return a with { Fraction = a.Fraction + other };
        if (a.Fraction == other) return new(false, a.Characteristic, UInt128.Zero);
        return a.Fraction > other
            ? a with { Fraction = a.Fraction - other }
            : new(otherIsNegative, a.Characteristic, other - a.Fraction);
    }

    private static UInt128 ShiftedRight(UInt128 fraction, int digits)
        => digits > MaxDigits ? UInt128.Zero : fraction >> (4 * digits);

    private static UInt128 Truncate(UInt128 fraction, int digits)
    {
        var dropped = Point - 4 * digits;
        return (fraction >> dropped) << dropped;
    }

    /// <summary>Bits 0-127 of a product of 256 bits.</summary>
    private static UInt128 HighProduct(UInt128 a, UInt128 b)
    {
        var (aHigh, aLow) = ((ulong)(a >> 64), (ulong)a);
        var (bHigh, bLow) = ((ulong)(b >> 64), (ulong)b);
        var left = (UInt128)aHigh * bLow;
        var right = (UInt128)aLow * bHigh;
        var middle = (((UInt128)aLow * bLow) >> 64) + (ulong)left + (ulong)right;
        return (UInt128)aHigh * bHigh + (left >> 64) + (right >> 64) + (middle >> 64);
    }
}
