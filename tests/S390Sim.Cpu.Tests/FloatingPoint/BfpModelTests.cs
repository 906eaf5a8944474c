using System.Numerics;
using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>
/// The reference gives what the model gives: results, scaled ones too, flags and data-exception codes, in every rounding mode
/// and with every mask.
/// </summary>
public sealed class BfpModelTests
{
    private const int Cases = 12_000;
    private static readonly RoundingMode[] s_modes =
    [
        RoundingMode.NearestEven, RoundingMode.TowardZero, RoundingMode.TowardPlusInfinity, RoundingMode.TowardMinusInfinity,
        RoundingMode.PrepareForShorter, RoundingMode.NearestAway,
    ];

    [Fact]
    public void Short_operations() => Check<ShortFormat>(BfpModel.Short, BfpValues.Short(new Random(1)), new Random(2), Cases);

    [Fact]
    public void Long_operations() => Check<LongFormat>(BfpModel.Long, BfpValues.Long(new Random(3)), new Random(4), Cases);

    [Fact]
    public void Extended_operations()
        => Check<ExtendedFormat>(BfpModel.Extended, BfpValues.Extended(new Random(5)), new Random(6), Cases / 6);

    [Fact]
    public void Products_in_a_longer_format()
    {
        CheckLonger<ShortFormat, LongFormat>(BfpModel.Short, BfpModel.Long, BfpValues.Short(new Random(12)));
        CheckLonger<LongFormat, ExtendedFormat>(BfpModel.Long, BfpModel.Extended, BfpValues.Long(new Random(13)));
    }

    private static void CheckLonger<TSource, TTarget>(BfpModel source, BfpModel target, BfpValues values)
        where TSource : struct, IBfpFormat
        where TTarget : struct, IBfpFormat
    {
        for (var n = 0; n < Cases / 3; n++)
        {
            var (a, b) = (values.Next(), values.Next());
            var (x, y) = (source.Decode(a), source.Decode(b));
            if (!x.IsFinite || !y.IsFinite) continue;
            var negative = x.Negative != y.Negative;
            var start = new BfpContext { Mode = s_modes[n % 6], Masks = 0xF8 };
            Compare("multiply", target, x.Value * y.Value, negative, negative, start, Bfp.Multiply<TSource, TTarget>, a, b);
        }
    }

    [Fact]
    public void Rounding_to_a_shorter_format()
    {
        CheckShorten<LongFormat, ShortFormat>(BfpModel.Long, BfpModel.Short, 512, BfpValues.Long(new Random(7)));
        CheckShorten<ExtendedFormat, LongFormat>(BfpModel.Extended, BfpModel.Long, 8192, BfpValues.Extended(new Random(8)));
        CheckShorten<ExtendedFormat, ShortFormat>(BfpModel.Extended, BfpModel.Short, 8192, BfpValues.Extended(new Random(9)));
    }

    [Fact]
    public void Quotients_of_divide_to_integer()
    {
        CheckDivideToInteger<ShortFormat>(BfpModel.Short, 24, 127, 192, BfpValues.Short(new Random(10)));
        CheckDivideToInteger<LongFormat>(BfpModel.Long, 53, 1023, 1536, BfpValues.Long(new Random(11)));
    }

    private static void Check<TFormat>(BfpModel model, BfpValues values, Random random, int cases)
        where TFormat : struct, IBfpFormat
    {
        for (var n = 0; n < cases; n++)
        {
            var (a, b, c) = (values.Next(), values.Next(), values.Next());
            if (random.Next(2) == 0) b = values.Near(a);
            if (random.Next(3) == 0) c = values.Near(a);
            var masks = random.Next(2) == 0 ? 0 : random.Next(32) << 3;
            var start = new BfpContext { Mode = s_modes[random.Next(6)], Masks = (byte)masks };
            var (x, y, z) = (model.Decode(a), model.Decode(b), model.Decode(c));
            if (!x.IsFinite || !y.IsFinite || !z.IsFinite) continue;
            Compare("add", model, x.Value + y.Value, x.Negative, y.Negative, start, Bfp.Add<TFormat>, a, b);
            Compare("subtract", model, x.Value - y.Value, x.Negative, !y.Negative, start, Bfp.Subtract<TFormat>, a, b);
            var negative = x.Negative != y.Negative;
            Compare("multiply", model, x.Value * y.Value, negative, negative, start, Bfp.Multiply<TFormat, TFormat>, a, b);
            if (!y.IsZero) Compare("divide", model, x.Value / y.Value, negative, negative, start, Bfp.Divide<TFormat>, a, b);
            if (x.Value.Sign > 0)
                Compare("square root", model, Root(x.Value), false, false, start,
                    (UInt128 p, UInt128 _, ref BfpContext t) => Bfp.SquareRoot<TFormat>(p, ref t), a, b);
            // There is none for extended operands.
            if (model == BfpModel.Extended) continue;
            var product = y.Value * z.Value;
            var isProductNegative = y.Negative != z.Negative;
            Compare("multiply and add", model, product + x.Value, isProductNegative, x.Negative, start,
                (UInt128 p, UInt128 q, ref BfpContext t) => Bfp.MultiplyAdd<TFormat>(p, q, c, ref t), a, b);
            Compare("multiply and subtract", model, product - x.Value, isProductNegative, !x.Negative, start,
                (UInt128 p, UInt128 q, ref BfpContext t) => Bfp.MultiplySubtract<TFormat>(p, q, c, ref t), a, b);
        }
    }

    private delegate UInt128 Operation(UInt128 a, UInt128 b, ref BfpContext context);

    // Signs of the two addends decide the sign of an exact zero.
    private static void Compare(string name, BfpModel model, Rational exact, bool firstNegative, bool secondNegative,
        BfpContext context, Operation operation, UInt128 a, UInt128 b)
    {
        var isZeroNegative = firstNegative == secondNegative ? firstNegative : context.Mode == RoundingMode.TowardMinusInfinity;
        var expected = exact.Sign == 0
            ? new ModelResult(model.Zero(isZeroNegative), 0, 0)
            : model.Round(exact, context.Mode, context.Masks);
        var start = context;
        var bits = operation(a, b, ref context);
        var actual = new ModelResult(bits, context.Flags, context.Dxc);
        Assert.True(expected == actual, $"{name} {a:x} {b:x} {start.Mode} masks {start.Masks:x}: {expected}, not {actual}");
    }

    // A root with so many digits that only its exactness matters beyond them.
    private static Rational Root(Rational value)
    {
        const int Digits = 300;
        var shift = Digits + 2 * (int)Math.Max(0, value.Divisor.GetBitLength());
        var scaled = BigInteger.Divide(value.Numerator << (2 * shift), value.Divisor);
        var root = BigInteger.One << (int)((scaled.GetBitLength() + 1) / 2);
        for (; ; )
        {
            var next = (root + scaled / root) >> 1;
            if (next >= root) break;
            root = next;
        }
        var isExact = root * root * value.Divisor == value.Numerator << (2 * shift);
        return new Rational(root * 2 + (isExact ? 0 : 1), BigInteger.One << (shift + 1));
    }

    private static void CheckShorten<TSource, TTarget>(BfpModel source, BfpModel target, int scale, BfpValues values)
        where TSource : struct, IBfpFormat
        where TTarget : struct, IBfpFormat
    {
        var random = new Random(20);
        for (var n = 0; n < Cases / 3; n++)
        {
            var a = values.Next();
            var x = source.Decode(a);
            if (!x.IsFinite || x.IsZero) continue;
            var context = new BfpContext { Mode = s_modes[random.Next(6)], Masks = (byte)(random.Next(32) << 3) };
            var expected = target.From(source, scale).Round(x.Value, context.Mode, context.Masks);
            var actual = Bfp.Shorten<TSource, TTarget>(a, ref context);
            Assert.Equal((expected.Flags, expected.Dxc), (context.Flags, context.Dxc));
            Assert.Equal(expected.Bits, actual);
        }
    }

    private static void CheckDivideToInteger<TFormat>(BfpModel model, int precision, int maxExponent, int scale, BfpValues values)
        where TFormat : struct, IBfpFormat
    {
        var random = new Random(21);
        for (var n = 0; n < Cases; n++)
        {
            var a = values.Next();
            var b = random.Next(2) == 0 ? values.Near(a) : values.Next();
            var (x, y) = (model.Decode(a), model.Decode(b));
            if (!x.IsFinite || !y.IsFinite || x.IsZero || y.IsZero) continue;
            var final = s_modes[random.Next(6)];
            var context = new BfpContext { Mode = s_modes[random.Next(5)], Masks = (byte)(random.Next(32) << 3) };
            var negative = x.Negative != y.Negative;
            var quotient = (x.Value / y.Value).Magnitude;
            var excess = quotient.FloorLog2 - (precision - 1);
            var isPartial = excess > 0;
            var integer = isPartial
                ? BigInteger.Divide(quotient.Numerator, quotient.Divisor) >> excess << excess
                : BfpModel.RoundedInteger(quotient, negative, final, out _, out _);
            var signed = new Rational(negative ? -integer : integer, 1);
            var rest = x.Value - signed * y.Value;
            var remainder = rest.Sign == 0
                ? new ModelResult(model.Zero(x.Negative), 0, 0)
                : model.Round(rest, context.Mode, isPartial ? (byte)0 : context.Masks);
            var overflows = isPartial && quotient.FloorLog2 > maxExponent;
            var delivered = integer == 0 ? new ModelResult(model.Zero(negative), 0, 0)
                : model.Round(signed * Rational.PowerOfTwo(overflows ? -scale : 0), RoundingMode.NearestEven, 0);
            var cc = (isPartial && rest.Sign != 0 ? 2 : 0) + (overflows ? 1 : 0);

            var text = $"{a:x} / {b:x} final {final} {context.Mode} masks {context.Masks:x}";
            var actual = Bfp.DivideToInteger<TFormat>(a, b, final, ref context);
            Assert.Equal($"{text}: {delivered.Bits:x} {remainder.Bits:x} cc {cc} {remainder.Flags:x} {remainder.Dxc:x}",
                $"{text}: {actual.Quotient:x} {actual.Remainder:x} cc {actual.ConditionCode} {context.Flags:x} {context.Dxc:x}");
        }
    }
}
