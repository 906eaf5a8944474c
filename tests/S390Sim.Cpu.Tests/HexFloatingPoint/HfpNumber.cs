using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Tests.HexFloatingPoint;

/// <summary>An HFP number as the manual writes it: sign, characteristic and fraction of 6, 14 or 28 hexadecimal digits.</summary>
internal sealed record HfpNumber(bool IsNegative, int Characteristic, BigInteger Fraction, int Digits)
{
    public int Sign => Fraction.IsZero ? 0 : IsNegative ? -1 : 1;

    /// <summary>The number is this times 16 to the power of <see cref="Exponent"/>.</summary>
    public BigInteger Significand => IsNegative ? -Fraction : Fraction;

    public int Exponent => Characteristic - 64 - Digits;

    /// <summary>The contents of a register, or of a pair; the rest of a short number's register is zero.</summary>
    public (ulong High, ulong Low) Registers
    {
        get
        {
            var wide = Fraction << (4 * (28 - Digits));
            return (Word(Characteristic, wide >> 56), Word(Characteristic - 14, wide & ((BigInteger.One << 56) - 1)));
        }
    }

    private ulong Word(int characteristic, BigInteger fraction)
        => (IsNegative ? 1UL << 63 : 0) | (ulong)(characteristic & 127) << 56 | (ulong)fraction;

    /// <summary>Numbers with all kinds of fractions; most characteristics are near one.</summary>
    public static Gen<HfpNumber> Of(int digits)
    {
        var digit = Gen.Choose(0, 15);
        var random = digit.ArrayOf(digits);
        var ends = Gen.Elements(0, 15).ArrayOf(digits);
        var sparse = Gen.Frequency((5, Gen.Constant(0)), (1, digit)).ArrayOf(digits);
        var shifted = from text in random
                      from zeros in Gen.Choose(0, digits)
                      select text.Select((d, n) => n < zeros ? 0 : d).ToArray();
        var characteristic = Gen.Frequency(
            (6, Gen.Choose(58, 70)), (3, Gen.Choose(0, 4)), (3, Gen.Choose(123, 127)), (2, Gen.Choose(0, 127)));
        return from text in Gen.Frequency((4, random), (1, ends), (2, sparse), (3, shifted))
               from c in characteristic
               from isNegative in Gen.Elements(false, true)
               select new HfpNumber(isNegative, c, text.Aggregate(BigInteger.Zero, (value, d) => value * 16 + d), digits);
    }
}
