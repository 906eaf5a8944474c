using S390Sim.Cpu.FloatingPoint;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>
/// Whatever the host's arithmetic accepts has the bits and sets the flags of the reference. S390SIM_BFP is another number of
/// cases.
/// </summary>
public sealed class HostArithmeticTests
{
    private static readonly int s_cases
        = int.TryParse(Environment.GetEnvironmentVariable("S390SIM_BFP"), out var n) ? n : 200_000;

    private int _accepted;

    [Fact]
    public void Long_results_are_the_references()
    {
        var random = new Random(31);
        var values = BfpValues.Long(random);
        for (var n = 0; n < s_cases; n++)
        {
            var first = (ulong)values.Next();
            var second = (ulong)(random.Next(2) == 0 ? values.Near(first) : values.Next());
            var third = (ulong)(random.Next(2) == 0 ? values.Near(first) : values.Next());
            var (a, b, c) = (Long(first), Long(second), Long(third));
            var fpc = Fpc(random);
            Check("add", fpc, (ref uint f, out UInt128 r) => Try(HostArithmetic.TryAdd(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Add<LongFormat>(first, second, ref t), a + b, first, second);
            Check("subtract", fpc, (ref uint f, out UInt128 r) => Try(HostArithmetic.TryAdd(ref f, a, -b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Subtract<LongFormat>(first, second, ref t), a - b, first, second);
            Check("multiply", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TryMultiply(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Multiply<LongFormat, LongFormat>(first, second, ref t), a * b, first, second);
            Check("divide", fpc, (ref uint f, out UInt128 r) => Try(HostArithmetic.TryDivide(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Divide<LongFormat>(first, second, ref t), a / b, first, second);
            Check("square root", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TrySquareRoot(ref f, a, out var d), d, out r),
                (ref BfpContext t) => Bfp.SquareRoot<LongFormat>(first, ref t), Math.Sqrt(a), first, second);
            Check("multiply and add", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TryMultiplyAdd(f, c, b, a, out var d), d, out r),
                (ref BfpContext t) => Bfp.MultiplyAdd<LongFormat>(first, second, third, ref t),
                Math.FusedMultiplyAdd(c, b, a), first, second);
            Check("multiply and subtract", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TryMultiplyAdd(f, c, b, -a, out var d), d, out r),
                (ref BfpContext t) => Bfp.MultiplySubtract<LongFormat>(first, second, third, ref t),
                Math.FusedMultiplyAdd(c, b, -a), first, second);
        }
        Assert.True(_accepted > s_cases, $"only {_accepted} of {s_cases} times 7 accepted");
    }

    [Fact]
    public void Short_results_are_the_references()
    {
        var random = new Random(32);
        var values = BfpValues.Short(random);
        for (var n = 0; n < s_cases; n++)
        {
            var first = (uint)values.Next();
            var second = (uint)(random.Next(2) == 0 ? values.Near(first) : values.Next());
            var third = (uint)(random.Next(2) == 0 ? values.Near(first) : values.Next());
            var (a, b, c) = (Short(first), Short(second), Short(third));
            var fpc = Fpc(random);
            Check("add", fpc, (ref uint f, out UInt128 r) => Try(HostArithmetic.TryAdd(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Add<ShortFormat>(first, second, ref t), a + b, first, second);
            Check("multiply", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TryMultiply(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Multiply<ShortFormat, ShortFormat>(first, second, ref t), a * b, first, second);
            Check("divide", fpc, (ref uint f, out UInt128 r) => Try(HostArithmetic.TryDivide(ref f, a, b, out var d), d, out r),
                (ref BfpContext t) => Bfp.Divide<ShortFormat>(first, second, ref t), a / b, first, second);
            Check("square root", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TrySquareRoot(ref f, a, out var d), d, out r),
                (ref BfpContext t) => Bfp.SquareRoot<ShortFormat>(first, ref t), MathF.Sqrt(a), first, second);
            Check("multiply and add", fpc,
                (ref uint f, out UInt128 r) => Try(HostArithmetic.TryMultiplyAdd(ref f, c, b, a, out var d), d, out r),
                (ref BfpContext t) => Bfp.MultiplyAdd<ShortFormat>(first, second, third, ref t),
                MathF.FusedMultiplyAdd(c, b, a), first, second);
        }
        Assert.True(_accepted > s_cases, $"only {_accepted} of {s_cases} times 5 accepted");
    }

    private delegate bool Attempt(ref uint fpc, out UInt128 result);

    private delegate UInt128 Reference(ref BfpContext context);

    private void Check(string name, uint fpc, Attempt attempt, Reference reference, object host, UInt128 a, UInt128 b)
    {
        var context = new BfpContext(fpc);
        var expected = reference(ref context);
        var expectedFpc = fpc | ((uint)context.Flags << 16);
        var (isSettled, bits) = host is double d
            ? (HostArithmetic.IsSettled(fpc, d), (UInt128)BitConverter.DoubleToUInt64Bits(d))
            : (HostArithmetic.IsSettled(fpc, (float)host), BitConverter.SingleToUInt32Bits((float)host));
        if (isSettled)
        {
            Assert.True(context.Dxc == 0 && expected == bits && expectedFpc == fpc, $"settled {name} {a:x} {b:x} fpc {fpc:x}");
            _accepted++;
        }
        var after = fpc;
        if (!attempt(ref after, out var result))
        {
            Assert.Equal(fpc, after);
            return;
        }
        _accepted++;
        Assert.True(context.Dxc == 0 && expected == result && expectedFpc == after, $"{name} {a:x} {b:x} fpc {fpc:x}: "
            + $"{expected:x} fpc {expectedFpc:x} dxc {context.Dxc:x}, not {result:x} fpc {after:x}");
    }

    private static bool Try(bool done, double value, out UInt128 bits)
    {
        bits = BitConverter.DoubleToUInt64Bits(value);
        return done;
    }

    private static bool Try(bool done, float value, out UInt128 bits)
    {
        bits = BitConverter.SingleToUInt32Bits(value);
        return done;
    }

    private static uint Fpc(Random random)
    {
        uint[] modes = [0, 0, 0, 0, 0, 1, 2, 3, 7];
        var masks = random.Next(3) == 0 ? (uint)random.Next(32) << 27 : 0;
        return masks | ((uint)random.Next(32) << 19) | modes[random.Next(modes.Length)];
    }

    private static double Long(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static float Short(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
