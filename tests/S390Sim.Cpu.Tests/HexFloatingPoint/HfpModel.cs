using System.Numerics;
using S390Sim.Cpu;

namespace S390Sim.Tests.HexFloatingPoint;

/// <summary>HFP arithmetic in big integers: exact numbers, of which results keep the first digits (chapter 18).</summary>
/// <param name="ExponentUnderflow">PSW bit 22.</param>
/// <param name="Significance">PSW bit 23.</param>
internal sealed record HfpModel(bool ExponentUnderflow, bool Significance)
{
    /// <summary>What an operation leaves; without a number it was suppressed.</summary>
    public sealed record Result(HfpNumber? Number, int? ConditionCode, ProgramCode Code);

    private static HfpNumber Zero(int digits) => new(false, 0, BigInteger.Zero, digits);

    /// <summary>The first digits of a number, normalized, with what happens to a characteristic out of range.</summary>
    public Result Normalized(BigInteger significand, int exponent, int digits, bool setsCode = false)
    {
        var magnitude = BigInteger.Abs(significand);
        if (magnitude.IsZero) return new(Zero(digits), setsCode ? 0 : null, ProgramCode.None);
        var length = (int)((magnitude.GetBitLength() + 3) / 4);
        var fraction = length > digits ? magnitude >> (4 * (length - digits)) : magnitude << (4 * (digits - length));
        return InRange(new(significand.Sign < 0, 64 + exponent + length, fraction, digits), setsCode);
    }

    private Result InRange(HfpNumber number, bool setsCode)
    {
        int? code = setsCode ? number.Sign < 0 ? 1 : 2 : null;
        if (number.Characteristic > 127) return new(number, code, ProgramCode.HfpExponentOverflow);
        if (number.Characteristic >= 0) return new(number, code, ProgramCode.None);
        return ExponentUnderflow
            ? new(number, code, ProgramCode.HfpExponentUnderflow)
            : new(Zero(number.Digits), setsCode ? 0 : null, ProgramCode.None);
    }

    /// <summary>The signed sum of the aligned fractions with one guard digit, and the characteristic of both.</summary>
    private static (BigInteger Sum, int Characteristic) Aligned(HfpNumber a, HfpNumber b)
    {
        var characteristic = Math.Max(a.Characteristic, b.Characteristic);
        BigInteger Align(HfpNumber number)
        {
            var fraction = number.Fraction * 16 >> (4 * (characteristic - number.Characteristic));
            return number.IsNegative ? -fraction : fraction;
        }
        return (Align(a) + Align(b), characteristic);
    }

    public Result Add(HfpNumber a, HfpNumber b, bool normalizes)
    {
        var digits = a.Digits;
        var (sum, characteristic) = Aligned(a, b);
        var magnitude = BigInteger.Abs(sum);
        if (!normalizes && magnitude < BigInteger.Pow(16, digits + 1)) magnitude -= magnitude % 16;
        if (magnitude.IsZero)
            return Significance
                ? new(new(false, characteristic, BigInteger.Zero, digits), 0, ProgramCode.HfpSignificance)
                : new(Zero(digits), 0, ProgramCode.None);
        if (normalizes || magnitude >= BigInteger.Pow(16, digits + 1))
            return Normalized(sum, characteristic - 64 - digits - 1, digits, setsCode: true);
        return InRange(new(sum.Sign < 0, characteristic, magnitude / 16, digits), true);
    }

    public static int Compare(HfpNumber a, HfpNumber b)
        => Aligned(a, b with { IsNegative = !b.IsNegative }).Sum.Sign switch { 0 => 0, < 0 => 1, _ => 2 };

    public Result Multiply(HfpNumber a, HfpNumber b, int digits)
        => Normalized(a.Significand * b.Significand, a.Exponent + b.Exponent, digits);

    public Result MultiplyAdd(HfpNumber addend, HfpNumber b, HfpNumber c)
    {
        var product = b.Significand * c.Significand;
        var exponent = Math.Min(addend.Exponent, b.Exponent + c.Exponent);
        var sum = product << (4 * (b.Exponent + c.Exponent - exponent));
        sum += addend.Significand << (4 * (addend.Exponent - exponent));
        return Normalized(sum, exponent, addend.Digits);
    }

    public Result Divide(HfpNumber a, HfpNumber b)
    {
        if (b.Fraction.IsZero) return new(null, null, ProgramCode.HfpDivide);
        const int Extra = 64;
        return Normalized((a.Significand << (4 * Extra)) / b.Significand, a.Exponent - b.Exponent - Extra, a.Digits);
    }

    public Result Halve(HfpNumber a) => Normalized(a.Significand * 8, a.Exponent - 1, a.Digits);

    /// <summary>The root is rounded: twice as many digits, and one more for the rounding, are found first.</summary>
    public Result SquareRoot(HfpNumber a)
    {
        if (a.Sign < 0) return new(null, null, ProgramCode.HfpSquareRoot);
        if (a.Sign == 0) return new(Zero(a.Digits), null, ProgramCode.None);
        var significand = a.Fraction << (4 * 80);
        var exponent = a.Exponent - 80;
        if ((exponent & 1) != 0) (significand, exponent) = (significand * 16, exponent - 1);
        var root = FloorRoot(significand);
        var length = (int)((root.GetBitLength() + 3) / 4);
        root += BigInteger.One << (4 * (length - a.Digits) - 1);
        return Normalized(root, exponent / 2, a.Digits);
    }

    private static BigInteger FloorRoot(BigInteger value)
    {
        var (low, high) = (BigInteger.Zero, BigInteger.One << (int)(value.GetBitLength() / 2 + 1));
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (middle * middle <= value) low = middle;
            else high = middle;
        }
        return low;
    }

    /// <summary>LOAD ROUNDED: half a unit of the last place is added, and a carry moves the fraction.</summary>
    public static Result Rounded(HfpNumber a, int digits)
    {
        var dropped = 4 * (a.Digits - digits);
        var fraction = (a.Fraction + (BigInteger.One << (dropped - 1))) >> dropped;
        var carries = fraction == BigInteger.Pow(16, digits);
        if (carries) fraction /= 16;
        var number = new HfpNumber(a.IsNegative, a.Characteristic + (carries ? 1 : 0), fraction, digits);
        return new(number, null, number.Characteristic > 127 ? ProgramCode.HfpExponentOverflow : ProgramCode.None);
    }

    public Result Integer(HfpNumber a)
    {
        var value = a.Exponent >= 0 ? a.Significand : BigInteger.Divide(a.Significand, BigInteger.Pow(16, -a.Exponent));
        return Normalized(value, Math.Max(a.Exponent, 0), a.Digits);
    }

    /// <summary>CONVERT TO FIXED: the rounded value before its range is looked at.</summary>
    public static BigInteger ToFixed(HfpNumber a, int method)
    {
        if (a.Exponent >= 0) return a.Significand * BigInteger.Pow(16, a.Exponent);
        var unit = BigInteger.Pow(16, -a.Exponent);
        var floor = (a.Significand - ((a.Significand % unit) + unit) % unit) / unit;
        var rest = a.Significand - floor * unit;
        if (rest.IsZero) return floor;
        var isTie = rest * 2 == unit;
        var up = method switch
        {
            1 => rest * 2 > unit || (isTie && a.Significand.Sign > 0),
            4 => rest * 2 > unit || (isTie && !floor.IsEven),
            6 => true,
            7 => false,
            _ => a.Significand.Sign < 0,
        };
        return up ? floor + 1 : floor;
    }

    /// <summary>MULTIPLY AND ADD UNNORMALIZED: 28 digits of the exact sum at the place of the product's characteristic.</summary>
    public static HfpNumber MultiplyAddUnnormalized(HfpNumber addend, HfpNumber b, HfpNumber c)
    {
        var characteristic = b.Characteristic + c.Characteristic - 64;
        // In units 64 digits to the right of the extended format's last.
        const int Extra = 64;
        var place = Extra + 14 + addend.Characteristic - characteristic;
        var aligned = place >= 0 ? addend.Significand << (4 * place) : addend.Significand.IsZero ? 0 : addend.Significand.Sign;
        var sum = ((b.Significand * c.Significand) << (4 * Extra)) + aligned;
        var fraction = (BigInteger.Abs(sum) >> (4 * Extra)) % BigInteger.Pow(16, 28);
        return new(sum.Sign < 0, characteristic, fraction, 28);
    }
}
