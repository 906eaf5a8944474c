using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;

namespace S390Sim.Testing.Translation;

/// <summary>
/// Random accesses whose tables mostly lead somewhere: each entry on the way is made valid and then, now and then, spoilt in
/// one bit, in its length, or altogether.
/// </summary>
public static class AccessCases
{
    private static readonly ulong[] s_offsets = [0, 8, 0x1F8, 0x200, 0x7F8, 0x800, 0xFF8, 0x1000, 0x11F8, 0x1200, 0x1FF8, 0x2000];

    /// <summary>Accesses of every kind.</summary>
    public static Arbitrary<AccessCase> All { get; } = Gen.Choose(0, int.MaxValue - 1).Select(Make).ToArbitrary();

    /// <summary>The access of a number.</summary>
    public static AccessCase Make(int seed)
    {
        var random = new Random(seed);
        var a = new AccessCase
        {
            Kind = (AccessKind)random.Next(3),
            Key = random.Next(3) == 0 ? 0 : random.Next(16),
            Dat = random.Next(10) != 0,
            Space = random.Next(4) switch { 1 => 2, 2 => 3, _ => 0 },
            Prefix = Next(random, 4) * 0x10_2000,
            // Storage-protection override, fetch-protection override, low-address protection, EDAT, execution protection.
            Cr0 = 0xE0 | Maybe(random, 1UL << 24) | Maybe(random, 1UL << 25) | Maybe(random, 1UL << 28) | Maybe(random, 1UL << 43)
                | (random.Next(4) == 0 ? 0 : 1UL << 23),
        };
        if (random.Next(6) == 0) TakeAwayFacilities(a, random);
        a.SetKeys(RandomKey(random, a.Key));
        var level = random.Next(4);
        a.Address = a.Dat ? Address(random, level) : Real(random);
        var asce = Descend(a, random, level);
        (a.Primary, a.Secondary, a.Home) = (asce, asce, asce);
        return a;
    }

    private static void TakeAwayFacilities(AccessCase a, Random random)
    {
        a.HasEdat1 = random.Next(2) == 0;
        a.HasEdat2 = a.HasEdat1 && random.Next(2) == 0;
        a.HasExecutionProtection = random.Next(2) == 0;
        a.HasFetchStoreIndication = random.Next(2) == 0;
        a.HasSuppression2 = random.Next(2) == 0;
    }

    private static ulong Next(Random random, uint limit) => (ulong)random.NextInt64(limit);

    private static ulong Next(Random random, uint from, uint limit) => (ulong)random.NextInt64(from, limit);

    private static ulong Maybe(Random random, ulong bit) => random.Next(3) == 0 ? bit : 0;

    private static byte RandomKey(Random random, int wanted) => (byte)(random.Next(4) switch
    {
        0 => wanted << 4,
        1 => 0x90,
        _ => random.Next(16) << 4,
    } | (random.Next(2) << 3) | (random.Next(4) << 1));

    private static ulong Real(Random random) => random.Next(2) == 0
        ? s_offsets[random.Next(s_offsets.Length)] : (ulong)random.NextInt64((long)AccessCase.StorageSize + 0x1_0000) & ~7UL;

    // Small indexes at most levels, so that tables lie in storage; one beyond the reach of the designation at times.
    private static ulong Address(Random random, int level)
    {
        if (random.Next(3) == 0) return s_offsets[random.Next(s_offsets.Length)];
        var address = (Next(random, 4) << 20) | (Next(random, 256) << 12) | Next(random, 512) * 8;
        for (var n = 1; n <= level; n++)
        {
            if (random.Next(3) != 0) address |= Next(random, 2048) << (20 + 11 * n);
        }
        if (random.Next(4) == 0) address |= Next(random, 2048) << 20;
        return random.Next(12) == 0 && level < 3 ? address | (1UL << (31 + 11 * level + random.Next(4))) : address;
    }

    // The tables on the way of the access's address; the ASCE that designates the first of them.
    private static ulong Descend(AccessCase a, Random random, int level)
    {
        var origin = Table(random, level);
        var index = a.Address >> (20 + 11 * level) & 0x7FF;
        var asce = origin | ((ulong)level << 2) | Length(random, index) | (random.Next(4) == 0 ? 0x100UL : 0);
        if (random.Next(30) == 0) asce |= 0x20;
        for (; ; level--)
        {
            index = a.Address >> (20 + 11 * level) & 0x7FF;
            var next = level == 0 ? Next(random, 0x100, 0x180) << 11 : Table(random, level - 1);
            var below = level == 0 ? 0 : a.Address >> (9 + 11 * level) & 0x7FF;
            var entry = next | ((ulong)level << 2) | (level == 0 ? 0 : Bounds(random, below)) | Flags(random, level, a.Key);
            a.SetEntry(origin + index * 8, Spoilt(random, entry));
            if (level == 0)
            {
                a.SetEntry(next + (a.Address >> 12 & 0xFF) * 8, Spoilt(random, Page(a, random)));
                return Spoilt(random, asce);
            }
            origin = next;
        }
    }

    private static ulong Table(Random random, int level) => random.Next(40) == 0
        ? 0xFFFF_F000UL : 0x10_0000UL + (ulong)level * 0x4_0000 + (Next(random, 32) << 12);

    private static ulong Length(Random random, ulong index)
        => random.Next(10) == 0 ? Next(random, 4) : Math.Max(index >> 9, Next(random, 4));

    // Table offset and length around an index.
    private static ulong Bounds(Random random, ulong index)
    {
        var offset = random.Next(10) == 0 ? Next(random, 4) : Math.Min(index >> 9, Next(random, 4));
        return (offset << 6) | Length(random, index);
    }

    private static ulong Flags(Random random, int level, int key)
    {
        var flags = 0UL;
        if (random.Next(6) == 0) flags |= 0x200;            // protection
        if (random.Next(24) == 0) flags |= 0x20;            // invalid
        if (level > 1 || random.Next(5) != 0) return flags;
        if (random.Next(3) == 0) flags |= 0x10;             // common
        if (random.Next(2) == 0) return flags;
        flags |= 0x400;                                     // a frame, with an address in storage
        if (random.Next(3) == 0) flags |= 0x100;
        if (random.Next(2) == 0) flags |= 0x1_0000 | ((ulong)RandomKey(random, key) << 8 & 0xF800);
        return flags;
    }

    private static ulong Page(AccessCase a, Random random)
    {
        var frame = random.Next(8) switch
        {
            0 => Next(random, 3) << 12,
            1 => a.Prefix + (Next(random, 3) << 12),
            2 => AccessCase.StorageSize - 0x1000 + (Next(random, 2) << 12),
            _ => Next(random, 1024) << 12,
        };
        a.SetKey(frame, RandomKey(random, a.Key));
        return frame | Maybe(random, 0x200) | Maybe(random, 0x100) | (random.Next(16) == 0 ? 0x400UL : 0) | Next(random, 256);
    }

    private static ulong Spoilt(Random random, ulong entry) => random.Next(40) switch
    {
        0 => (ulong)random.NextInt64(),
        1 or 2 => entry ^ (1UL << random.Next(64)),
        _ => entry,
    };
}
