using S390Sim.Isa;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>Operands at the boundaries of the formats, and random ones that meet each other there.</summary>
internal sealed class BfpGenerator(Random random)
{
    private static readonly uint[] s_modes = [0, 1, 2, 3, 7];

    private static readonly ulong[] s_integers =
    [
        0, 1, 2, 3, 5, 0xFF_FFFF, 0x100_0000, 0x100_0001, 0x100_0003, 0x1FF_FFFF, 0x7FFF_FF7F, 0x7FFF_FFBF, 0x7FFF_FFC0,
        0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0x8000_0080, 0xFFFF_FF7F, 0xFFFF_FF80, 0xFFFF_FFFF, 0x1_0000_0000,
        0x1F_FFFF_FFFF_FFFF, 0x20_0000_0000_0001, 0x20_0000_0000_0003, 0x7FFF_FFFF_FFFF_FC00, 0x7FFF_FFFF_FFFF_FDFF,
        0x7FFF_FFFF_FFFF_FE00, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xFFFF_FFFF_FFFF_F7FF,
        0xFFFF_FFFF_FFFF_FBFF, 0xFFFF_FFFF_FFFF_FC00, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF,
    ];

    private readonly Dictionary<BfpWidth, UInt128[]> _classes = new()
    {
        [BfpWidth.Short] = Classes(8, 23),
        [BfpWidth.Long] = Classes(11, 52),
        [BfpWidth.Extended] = Classes(15, 112),
    };

    /// <summary>All operands at boundaries with each rounding mode; of pairs of them all, or one in so many.</summary>
    public IEnumerable<BfpCase> Directed(BfpVariant variant, int oneIn)
    {
        if (!_classes.TryGetValue(variant.Source, out var classes))
        {
            foreach (var integer in s_integers)
            {
                foreach (var mode in s_modes)
                {
                    var test = Case(variant, mode);
                    yield return variant.Source == BfpWidth.None ? test : test with { General = integer };
                }
            }
            yield break;
        }
        foreach (var second in classes)
        {
            // Pairs are many: a mode by chance for each.
            var syntax = InstructionTable.Get(variant.Op).Syntax;
            var isMonadic = !syntax.StartsWith("F1", StringComparison.Ordinal) || variant.Is("LOAD");
            for (var n = 0; n < (isMonadic ? s_modes.Length : classes.Length); n++)
            {
                if (!isMonadic && random.Next(oneIn) != 0) continue;
                var test = Case(variant, isMonadic ? s_modes[n] : s_modes[random.Next(5)]);
                test = test with { Second = Left(variant.Source, second) };
                yield return isMonadic ? test : test with { First = Left(variant.Source, classes[n]) };
            }
        }
    }

    /// <summary>A random case.</summary>
    public BfpCase Next(BfpVariant variant) => Case(variant, s_modes[random.Next(5)]);

    private BfpCase Case(BfpVariant variant, uint mode)
    {
        var width = variant.Source;
        var first = Operand(width);
        var second = random.Next(4) == 0 ? Near(width, first) : Operand(width);
        var third = random.Next(4) == 0 ? Near(width, first) : Operand(width);
        var masks = random.Next(4) != 0 ? 0 : (uint)random.Next(32) << 27;
        var flags = random.Next(2) == 0 ? 0 : (uint)random.Next(32) << 19;
        return new BfpCase(masks | flags | mode, (byte)random.Next(4), Left(width, first), Left(width, second),
            (ulong)(Left(width, third) >> 64), General(variant));
    }

    private ulong General(BfpVariant variant)
    {
        if (variant.Op is Op.SFPC or Op.SFASR or Op.EFPC)
        {
            // With ones in bits 0-31, QEMU 7.2 ends in an assertion of SFASR.
            var high = variant.Op == Op.SFASR ? 0 : (ulong)(uint)random.Next() << 32;
            return high | Control();
        }
        if (variant.Is("TEST DATA CLASS") || variant.Op is Op.SRNM or Op.SRNMB)
            return (ulong)random.Next(random.Next(2) == 0 ? 8 : 8192);
        var value = random.Next(3) == 0
            ? s_integers[random.Next(s_integers.Length)]
            : (ulong)random.NextInt64() >> random.Next(64);
        return random.Next(2) == 0 ? value : 0 - value;
    }

    // A datum at the left end of 128 bits, where registers and storage have it; what follows is not part of it.
    private UInt128 Left(BfpWidth width, UInt128 datum) => width switch
    {
        BfpWidth.Short => (datum << 96) | ((UInt128)(ulong)random.NextInt64() << 20),
        BfpWidth.Long => (datum << 64) | (ulong)random.NextInt64(),
        BfpWidth.Extended => datum,
        // The operand of LFPC and LFAS.
        _ => (UInt128)Control() << 96,
    };

    // What may be put into the FPC, or may not.
    private uint Control() => random.Next(4) == 0 ? (uint)random.NextInt64() : (uint)random.NextInt64() & 0xF8F8_0003;

    private UInt128 Operand(BfpWidth width)
    {
        if (!_classes.TryGetValue(width, out var classes)) return 0;
        var (exponentBits, fractionBits) = Shape(width);
        var bias = (1 << (exponentBits - 1)) - 1;
        var fraction = Bits(fractionBits);
        // Few digits, so that results are often exact or halfway between two numbers.
        if (random.Next(3) == 0) fraction &= ~((UInt128.One << random.Next(fractionBits)) - 1);
        else if (random.Next(4) == 0) fraction |= (UInt128.One << random.Next(fractionBits)) - 1;
        var exponent = random.Next(8) switch
        {
            0 => random.Next(2 * bias + 2),
            1 => random.Next(4),
            2 => 2 * bias - random.Next(3),
            3 => bias / 2 + random.Next(-2, 3),
            4 => bias + bias / 2 + random.Next(-2, 3),
            5 => bias + random.Next(-fractionBits - 3, fractionBits + 3),
            _ => bias + random.Next(-3, 68),
        };
        exponent = Math.Clamp(exponent, 0, 2 * bias + 1);
        var datum = Pack(width, random.Next(2), exponent, fraction);
        return random.Next(10) == 0 ? classes[random.Next(classes.Length)] : datum;
    }

    // Another number with nearly the same exponent or nearly the same digits.
    private UInt128 Near(BfpWidth width, UInt128 datum)
    {
        if (!_classes.ContainsKey(width)) return 0;
        var (exponentBits, fractionBits) = Shape(width);
        var sign = UInt128.One << (exponentBits + fractionBits);
        if (random.Next(2) == 0) return (datum ^ (random.Next(2) == 0 ? sign : 0)) + (UInt128)random.Next(3) - 1 & (sign * 2 - 1);
        var exponent = (int)(datum >> fractionBits) & ((1 << exponentBits) - 1);
        exponent = Math.Clamp(exponent + random.Next(-fractionBits - 2, fractionBits + 2), 0, (1 << exponentBits) - 1);
        return Pack(width, random.Next(2), exponent, Bits(fractionBits));
    }

    private UInt128 Bits(int count)
        => (((UInt128)(ulong)random.NextInt64() << 66) ^ ((UInt128)(ulong)random.NextInt64() << 33) ^ (ulong)random.NextInt64())
            & ((UInt128.One << count) - 1);

    private static (int Exponent, int Fraction) Shape(BfpWidth width) => width switch
    {
        BfpWidth.Short => (8, 23),
        BfpWidth.Long => (11, 52),
        _ => (15, 112),
    };

    private static UInt128 Pack(BfpWidth width, int sign, int exponent, UInt128 fraction)
    {
        var (exponentBits, fractionBits) = Shape(width);
        return ((((UInt128)sign << exponentBits) | (uint)exponent) << fractionBits) | fraction;
    }

    // Both signs of: zero, the extremes of subnormal and normal, one and its neighbours, halves and theirs, the ends of the
    // integers' ranges and theirs, infinity, NaNs.
    private static UInt128[] Classes(int exponentBits, int fractionBits)
    {
        var one = UInt128.One;
        var bias = (1 << (exponentBits - 1)) - 1;
        UInt128 Number(int exponent, UInt128 fraction) => ((UInt128)(uint)(exponent + bias) << fractionBits) | fraction;
        var half = one << (fractionBits - 1);
        var infinity = Number(bias + 1, 0);
        List<UInt128> values =
        [
            0, 1, 2, half, (one << fractionBits) - 1, one << fractionBits, (one << fractionBits) + 1, Number(0, 0),
            Number(0, 1), Number(-1, 0), Number(-1, 1), Number(-2, half), Number(0, half), Number(1, half / 2), Number(1, half),
            infinity - 1, infinity - 2, Number(bias, 0), infinity, infinity + 1, infinity + half - 1, infinity + half,
            infinity + half + 1, infinity + 2 * half - 1, Number(fractionBits, 1), Number(fractionBits - 1, 1),
            Number(fractionBits - 1, 3),
        ];
        foreach (var exponent in (int[])[31, 32, 63, 64])
            values.AddRange([Number(exponent, 0), Number(exponent, 0) - 1, Number(exponent, 0) + 1]);
        values.Add(Number(0, 0) - 1);
        values.Add(Number(-1, 0) - 1);
        return [.. values, .. values.Select(v => v | (one << (exponentBits + fractionBits)))];
    }
}
