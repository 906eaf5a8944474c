using System.Numerics;
using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>An exact quotient of integers; the divisor is positive.</summary>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Divisor)
{
    public static Rational PowerOfTwo(int exponent)
        => exponent >= 0 ? new(BigInteger.One << exponent, 1) : new(1, BigInteger.One << -exponent);

    public int Sign => Numerator.Sign;
    public Rational Magnitude => new(BigInteger.Abs(Numerator), Divisor);
    public static Rational operator +(Rational a, Rational b)
        => new(a.Numerator * b.Divisor + b.Numerator * a.Divisor, a.Divisor * b.Divisor);
    public static Rational operator -(Rational a) => new(-a.Numerator, a.Divisor);
    public static Rational operator -(Rational a, Rational b) => a + -b;
    public static Rational operator *(Rational a, Rational b) => new(a.Numerator * b.Numerator, a.Divisor * b.Divisor);
    public static Rational operator /(Rational a, Rational b)
        => new(a.Numerator * b.Divisor * b.Numerator.Sign, a.Divisor * BigInteger.Abs(b.Numerator));
    public static bool operator <(Rational a, Rational b) => a.Numerator * b.Divisor < b.Numerator * a.Divisor;
    public static bool operator >(Rational a, Rational b) => b < a;

    /// <summary>Largest power of two that is not above the magnitude.</summary>
    public int FloorLog2
    {
        get
        {
            var exponent = (int)(BigInteger.Abs(Numerator).GetBitLength() - Divisor.GetBitLength());
            return Magnitude < PowerOfTwo(exponent) ? exponent - 1 : exponent;
        }
    }
}

/// <summary>A datum of the model: a NaN, an infinity, a signed zero or a number.</summary>
internal readonly record struct Datum(bool IsNaN, bool IsSignaling, bool IsInfinite, bool Negative, Rational Value)
{
    public bool IsFinite => !IsNaN && !IsInfinite;
    public bool IsZero => IsFinite && Value.Sign == 0;
}

/// <summary>What an operation leaves: datum, FPC flags, and data-exception code or zero.</summary>
internal readonly record struct ModelResult(UInt128 Bits, byte Flags, byte Dxc);

/// <summary>
/// Binary floating point by definition, with rational numbers: the two neighbours of the exact result, and which of them the
/// rounding method takes. Independent of the reference in every step.
/// </summary>
/// <param name="precision">Digits.</param>
/// <param name="maxExponent">Largest exponent.</param>
/// <param name="scale">Power of two that scales a result which interrupts.</param>
/// <param name="scaledFormat">Format of such a result, where it is another.</param>
internal sealed class BfpModel(int precision, int maxExponent, int scale, BfpModel? scaledFormat = null)
{
    public static BfpModel Short { get; } = new(24, 127, 192);
    public static BfpModel Long { get; } = new(53, 1023, 1536);
    public static BfpModel Extended { get; } = new(113, 16383, 24576);

    private int FractionBits => precision - 1;
    private UInt128 HiddenBit => UInt128.One << FractionBits;
    private int SignPlace => FractionBits + (int)new BigInteger(maxExponent).GetBitLength() + 1;
    private UInt128 InfinityBits => (UInt128)(uint)(2 * maxExponent + 1) << FractionBits;

    public int Width => SignPlace + 1;

    public UInt128 DefaultNaN => InfinityBits | (HiddenBit >> 1);

    public Datum Decode(UInt128 bits)
    {
        var negative = (bits >> SignPlace) != 0;
        var magnitude = bits & ((UInt128.One << SignPlace) - 1);
        if (magnitude > InfinityBits) return new Datum(true, (magnitude & (HiddenBit >> 1)) == 0, false, negative, default);
        if (magnitude == InfinityBits) return new Datum(false, false, true, negative, default);
        var biased = (int)(magnitude >> FractionBits);
        var digits = (BigInteger)(biased == 0 ? magnitude : (magnitude & (HiddenBit - 1)) | HiddenBit);
        var value = new Rational(digits, 1) * Rational.PowerOfTwo(Math.Max(biased, 1) - maxExponent - FractionBits);
        return new Datum(false, false, false, negative, negative ? -value : value);
    }

    /// <summary>LOAD ROUNDED from another format.</summary>
    public BfpModel From(BfpModel source, int loadRoundedScale) => new(precision, maxExponent, loadRoundedScale, source);

    public UInt128 Zero(bool negative) => negative ? UInt128.One << SignPlace : 0;

    public UInt128 Infinity(bool negative) => Zero(negative) | InfinityBits;

    /// <summary>Rounds a number other than zero.</summary>
    public ModelResult Round(Rational exact, RoundingMode mode, byte masks)
    {
        var negative = exact.Sign < 0;
        var magnitude = exact.Magnitude;
        var isTiny = magnitude < Rational.PowerOfTwo(1 - maxExponent);
        if (isTiny && (masks & 0x10) != 0)
            return Scaled(0x10, magnitude * Rational.PowerOfTwo(scale), negative, mode);
        var rounded = Neighbour(magnitude, negative, mode, out var inexact, out var incremented);
        if (rounded is { } bits && bits < InfinityBits)
            return Inexact(Zero(negative) | bits, isTiny && inexact ? (byte)0x10 : (byte)0, inexact, incremented, masks);
        if ((masks & 0x20) != 0)
            return Scaled(0x20, magnitude * Rational.PowerOfTwo(-scale), negative, mode);
        var toInfinity = mode is RoundingMode.NearestEven or RoundingMode.NearestAway
            || mode == (negative ? RoundingMode.TowardMinusInfinity : RoundingMode.TowardPlusInfinity);
        return Inexact(Zero(negative) | (toInfinity ? InfinityBits : InfinityBits - 1), 0x20, true, toInfinity, masks);
    }

    private static ModelResult Inexact(UInt128 bits, byte flags, bool inexact, bool incremented, byte masks)
        => !inexact ? new(bits, flags, 0)
            : (masks & 8) == 0 ? new(bits, (byte)(flags | 8), 0) : new(bits, flags, (byte)(incremented ? 0x0C : 0x08));

    // The precision of this format, in the exponents of the other.
    private ModelResult Scaled(int kind, Rational magnitude, bool negative, RoundingMode mode)
    {
        var format = scaledFormat ?? this;
        var digits = RoundedInteger(magnitude * Rational.PowerOfTwo(FractionBits - magnitude.FloorLog2), negative, mode,
            out var inexact, out var incremented);
        var value = new Rational(digits, 1) * Rational.PowerOfTwo(magnitude.FloorLog2 - FractionBits);
        var bits = format.Neighbour(value, negative, RoundingMode.TowardZero, out _, out _)!.Value;
        return new(format.Zero(negative) | bits, 0, (byte)(kind | (inexact ? 8 : 0) | (incremented ? 4 : 0)));
    }

    // The magnitude's bits; null beyond the format's exponents.
    private UInt128? Neighbour(
        Rational magnitude, bool negative, RoundingMode mode, out bool inexact, out bool incremented)
    {
        var exponent = Math.Max(magnitude.FloorLog2, 1 - maxExponent);
        var quotient = magnitude / Rational.PowerOfTwo(exponent - FractionBits);
        var lower = RoundedInteger(quotient, negative, mode, out inexact, out incremented);
        // A carry makes the next exponent, whose fraction is zero: the bits follow on each other.
        if (exponent > maxExponent) return null;
        return (UInt128)(lower + ((BigInteger)(exponent + maxExponent - 1) << FractionBits));
    }

    /// <summary>A positive number rounded to an integer.</summary>
    public static BigInteger RoundedInteger(
        Rational magnitude, bool negative, RoundingMode mode, out bool inexact, out bool incremented)
    {
        var lower = BigInteger.DivRem(magnitude.Numerator, magnitude.Divisor, out var rest);
        var half = (rest * 2).CompareTo(magnitude.Divisor);
        inexact = rest != 0;
        incremented = inexact && mode switch
        {
            RoundingMode.NearestEven => half > 0 || (half == 0 && !lower.IsEven),
            RoundingMode.NearestAway => half >= 0,
            RoundingMode.TowardPlusInfinity => !negative,
            RoundingMode.TowardMinusInfinity => negative,
            RoundingMode.PrepareForShorter => lower.IsEven,
            _ => false,
        };
        return incremented ? lower + 1 : lower;
    }
}
