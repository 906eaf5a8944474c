namespace S390Sim.Testing;

/// <summary>Operand values that find mistakes: ends of number ranges, powers of two, neighbours, classes of numbers.</summary>
public static class OperandValues
{
    private static readonly ulong[] s_doublewords =
    [
        0, 1, ulong.MaxValue, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001,
        0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_7FFF_FFFF,
        0x7FFF, 0x8000, 0xFFFF, 0x7F, 0x80, 0xFF, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA,
        0x8000_0000_8000_0000, 0x7FFF_FFFF_7FFF_FFFF, 0xFFFF_FFFF_0000_0000, 0x8000_0000_0000_0000 >> 31,
    ];

    /// <summary>A doubleword: often a boundary, else a power of two more or less one, a small number, or any bits.</summary>
    public static ulong Doubleword(Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        return dice.Below(11) switch
        {
            < 4 => dice.Pick(s_doublewords),
            < 6 => (1UL << dice.Below(64)) + (ulong)dice.Between(-1, 1),
            6 => dice.Next() & 0xFFFF_FFFF,
            7 => (ulong)dice.Between(-70, 70),
            _ => dice.Next(),
        };
    }

    /// <summary>A number of so many bits, signed or not, with the ends of the range often.</summary>
    public static int Number(Dice dice, int bits, bool signed)
    {
        var value = Doubleword(dice);
        return signed ? (int)((long)(value << (64 - bits)) >> (64 - bits)) : (int)(value & (ulong.MaxValue >> (64 - bits)));
    }

    /// <summary>The classes of IEEE numbers.</summary>
    public enum IeeeClass
    {
        /// <summary>Zero.</summary>
        Zero,
        /// <summary>Smaller than the smallest normal number.</summary>
        Subnormal,
        /// <summary>The smallest or largest normal numbers and their neighbours.</summary>
        Limit,
        /// <summary>A small integer, or a power of two.</summary>
        Integer,
        /// <summary>Around the limits of 32- and 64-bit integers.</summary>
        IntegerLimit,
        /// <summary>Any fraction with an exponent around zero, so that sums and products stay in range.</summary>
        Moderate,
        /// <summary>Any bits.</summary>
        Any,
        /// <summary>Infinity.</summary>
        Infinity,
        /// <summary>A quiet NaN.</summary>
        QuietNaN,
        /// <summary>A signaling NaN.</summary>
        SignalingNaN,
    }

    /// <summary>The bits of a short (32), long (64) or extended (128) BFP number.</summary>
    public static UInt128 Ieee(Dice dice, int width) => Ieee(dice, width, (IeeeClass)dice.Below(10));

    /// <summary>The bits of a BFP number of a class, with any sign.</summary>
    public static UInt128 Ieee(Dice dice, int width, IeeeClass kind)
    {
        ArgumentNullException.ThrowIfNull(dice);
        var fractionBits = width switch { 32 => 23, 64 => 52, _ => 112 };
        var exponentBits = width - 1 - fractionBits;
        var bias = (1 << (exponentBits - 1)) - 1;
        var allOnes = (UInt128.One << fractionBits) - 1;
        var random = (new UInt128(dice.Next(), dice.Next()) & allOnes)
            & (dice.OneIn(2) ? allOnes : allOnes << (fractionBits / 2));
        UInt128 Make(int exponent, UInt128 fraction) => ((UInt128)(uint)exponent << fractionBits) | (fraction & allOnes);
        var number = kind switch
        {
            IeeeClass.Zero => UInt128.Zero,
            IeeeClass.Subnormal => dice.Below(4) switch { 0 => UInt128.One, 1 => allOnes, _ => UInt128.Max(random, 1) },
            IeeeClass.Limit => dice.Below(4) switch
            {
                0 => Make(1, 0),
                1 => Make(2 * bias, allOnes),
                2 => Make(1, 0) - 1 + (UInt128)(uint)dice.Below(3),
                _ => Make(dice.OneIn(2) ? dice.Between(1, 60) : 2 * bias - dice.Below(60), random),
            },
            IeeeClass.Integer => Make(bias + dice.Below(6), (UInt128)(uint)dice.Below(8) << (fractionBits - 3)),
            IeeeClass.IntegerLimit => Make(bias + dice.Pick(30, 31, 32, 62, 63, 64), dice.OneIn(3) ? random : 0)
                + (UInt128)(uint)dice.Between(0, 2) - 1,
            IeeeClass.Moderate => Make(bias + dice.Between(-30, 30), random),
            IeeeClass.Any => Make(dice.Below(2 * bias + 1), random),
            IeeeClass.Infinity => Make(2 * bias + 1, 0),
            IeeeClass.QuietNaN => Make(2 * bias + 1, random | UInt128.One << (fractionBits - 1)),
            _ => Make(2 * bias + 1, UInt128.Max(random & (allOnes >> 1), 1)),
        };
        return number | ((UInt128)(uint)dice.Below(2) << (width - 1));
    }

    /// <summary>What a floating-point register may hold: a long number, a short one, half of an extended one.</summary>
    public static ulong FloatingRegister(Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        return dice.Below(8) switch
        {
            < 3 => (ulong)Ieee(dice, 64),
            < 6 => (ulong)Ieee(dice, 32) << 32 | (dice.OneIn(3) ? dice.Next() & 0xFFFF_FFFF : 0),
            6 => (ulong)(Ieee(dice, 128) >> 64),
            _ => Doubleword(dice),
        };
    }

    /// <summary>A floating-point-control register that may be loaded: masks, flags, DXC and a valid rounding mode.</summary>
    public static uint FloatingControl(Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        if (dice.OneIn(2)) return (uint)dice.Pick(0, 0, 1, 2, 3, 7);
        var masks = dice.OneIn(2) ? 0 : (uint)dice.Next() & 0xF800_0000;
        return masks | ((uint)dice.Next() & 0x00F8_0000) | (uint)dice.Pick(0, 1, 2, 3, 7);
    }
}
