namespace S390Sim.Tests.FloatingPoint;

/// <summary>Random data of a format, most of them near boundaries or near each other.</summary>
internal sealed class BfpValues(Random random, int exponentBits, int fractionBits)
{
    private readonly int _bias = (1 << (exponentBits - 1)) - 1;

    public static BfpValues Short(Random random) => new(random, 8, 23);
    public static BfpValues Long(Random random) => new(random, 11, 52);
    public static BfpValues Extended(Random random) => new(random, 15, 112);

    public UInt128 Next()
    {
        var exponent = random.Next(9) switch
        {
            0 => random.Next(3),
            1 => 2 * _bias - random.Next(-2, 2),
            2 => _bias / 2 + random.Next(-3, 4),
            3 => _bias + _bias / 2 + random.Next(-3, 4),
            4 => _bias + random.Next(-fractionBits - 3, fractionBits + 4),
            5 => random.Next(2 * _bias + 2),
            _ => _bias + random.Next(-3, 4),
        };
        return Pack(exponent, Fraction());
    }

    /// <summary>A datum beside another: nearly the same exponent, or nearly the same digits.</summary>
    public UInt128 Near(UInt128 datum)
    {
        if (random.Next(3) == 0)
            return datum ^ ((UInt128)(uint)random.Next(2) << (exponentBits + fractionBits)) ^ (uint)random.Next(2);
        var exponent = (int)(datum >> fractionBits) & (2 * _bias + 1);
        return Pack(exponent + random.Next(-fractionBits - 2, fractionBits + 3), Fraction());
    }

    private UInt128 Fraction()
    {
        var bits = new UInt128((ulong)random.NextInt64() << 1, (ulong)random.NextInt64() << 1 | (uint)random.Next(2))
            >> (128 - fractionBits);
        return random.Next(4) switch
        {
            0 => bits >> random.Next(fractionBits) << random.Next(fractionBits) & ((UInt128.One << fractionBits) - 1),
            1 => bits | ((UInt128.One << random.Next(fractionBits)) - 1),
            2 => random.Next(3) == 0 ? 0 : bits & ~((UInt128.One << random.Next(fractionBits)) - 1),
            _ => bits,
        };
    }

    private UInt128 Pack(int exponent, UInt128 fraction)
        => ((((UInt128)(uint)random.Next(2) << exponentBits) | (uint)Math.Clamp(exponent, 0, 2 * _bias + 1)) << fractionBits)
            | fraction;
}
