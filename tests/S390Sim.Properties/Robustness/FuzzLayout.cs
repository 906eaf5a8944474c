using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Properties.Robustness;

/// <summary>What lies where in the storage of a machine under attack.</summary>
internal static class FuzzLayout
{
    public const ulong Size = 4UL << 20;
    public const ulong ProgramNew = 0x1D0;
    public const ulong Handler = 0x3F800;
    public const ulong SegmentTable = 0x20000, RegionTable = 0x24000, PageTables = 0x28000;
    public const ulong IoRegion = 0x30000, IoSegment = 0x34000, IoPage = 0x38000;
    public const ulong Fib = 0x3A000, Clp = 0x3C000, Sccb = 0x3E000;

    /// <summary>Address spaces over the same pages: short and long segment tables, region tables, private ones, a real space.</summary>
    public static readonly ulong[] Asces =
    [
        SegmentTable, SegmentTable | 0x3, SegmentTable | 0x100, SegmentTable | 0x200,
        RegionTable | 0x4, RegionTable | 0x107, 0x20,
    ];

    private static readonly ulong[] s_codeOffsets = [0, 0x100, 0xFF8, 0xFFA, 0xFFC, 0xFFE];

    /// <summary>A place for code: mostly in a few pages, often at the end of one, now and then where code hurts.</summary>
    public static ulong CodeAddress(FuzzRandom random) => random.Below(20) switch
    {
        0 => Size - 2 * (ulong)(1 + random.Below(4)),
        1 => 0x1000 - 2 * (ulong)(1 + random.Below(4)),
        2 => (random.Address() & ~1UL) % Size,
        _ => 0x10000 + ((ulong)random.Below(4) << 12) + s_codeOffsets[random.Below(s_codeOffsets.Length)],
    };

    /// <summary>Tables that map most pages to themselves, some protected, some invalid, some malformed.</summary>
    public static void BuildTables(IAbsoluteStorage storage, FuzzRandom random)
    {
        for (ulong n = 0; n < 512; n++)
            Put(storage, RegionTable + n * 8, n == 0 ? SegmentTable | 0x7 : 0x20);
        for (ulong segment = 0; segment < 512; segment++)
            Put(storage, SegmentTable + segment * 8, segment < 4 ? PageTables + segment * 0x800 : 0x20);
        if (random.OneIn(3)) Put(storage, SegmentTable + 0x10, random.OneIn(2) ? 0x0010_0000 | 0x400 : PageTables | 0x210);
        Span<byte> pages = stackalloc byte[8 * 1024];
        for (var page = 0; page < 1024; page++)
            BinaryPrimitives.WriteUInt64BigEndian(pages[(page * 8)..], PageEntry((ulong)page, random));
        storage.TryWrite(PageTables, pages);
        BuildIoTables(storage, random);
    }

    private static ulong PageEntry(ulong page, FuzzRandom random)
    {
        var own = page << 12;
        // The first pages and the code stay where they are: without them nothing gets far.
        if (page < 0x20) return own;
        return random.Below(24) switch
        {
            0 => own | 0x400,
            1 => own | 0x200,
            2 => random.Next(),
            3 => (ulong)random.Below(0x500) << 12,
            _ => own,
        };
    }

    private static void BuildIoTables(IAbsoluteStorage storage, FuzzRandom random)
    {
        Put(storage, IoRegion + 2 * 8, IoSegment | 7);
        Put(storage, IoRegion + 3 * 8, random.OneIn(4) ? random.Next() : 0x20);
        Put(storage, IoSegment, IoPage);
        Put(storage, IoSegment + 8, random.OneIn(4) ? random.Next() : 0x20);
        for (ulong page = 0; page < 256; page++)
        {
            var entry = random.Below(8) switch { 0 => 0x400UL, 1 => random.Next(), 2 => (page << 12) | 0x200, _ => page << 12 };
            Put(storage, IoPage + page * 8, entry);
        }
    }

    /// <summary>A FIB, a CLP request and an SCCB that are nearly right.</summary>
    public static void BuildBlocks(IAbsoluteStorage storage, FuzzRandom random, uint handle)
    {
        Span<byte> block = stackalloc byte[128];
        Fill(block, random, 10);
        block[0] = random.OneIn(4) ? (byte)1 : (byte)0;
        storage.TryWrite(Fib, block);
        Put(storage, Fib + 0x10, 0x1_0000_0000);
        Put(storage, Fib + 0x18, random.OneIn(4) ? 0x00FF_FFFF_FFFF_FFFFUL : 0x1_7FFF_FFFF);
        ulong[] anchors = [0, 0x800, 0x808, 0x80C, 0x810, 0x811, 0x81C, 0x81D];
        Put(storage, Fib + 0x20, IoRegion | (random.OneIn(3) ? anchors[random.Below(anchors.Length)] : 0x804));
        block.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)(random.OneIn(4) ? random.Below(64) : 32));
        var command = random.OneIn(4) ? random.Next() : (ulong)(2 + random.Below(4));
        BinaryPrimitives.WriteUInt16BigEndian(block[2..], (ushort)command);
        BinaryPrimitives.WriteUInt32BigEndian(block[16..], handle);
        BinaryPrimitives.WriteUInt16BigEndian(block[32..], (ushort)(random.OneIn(4) ? random.Next() : 64));
        Fill(block[20..32], random, 3);
        storage.TryWrite(Clp, block);
        Fill(block, random, 4);
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)random.Below(4200));
        storage.TryWrite(Sccb, block);
    }

    private static void Fill(Span<byte> bytes, FuzzRandom random, int sparsity)
    {
        foreach (ref var item in bytes) item = random.OneIn(sparsity) ? (byte)random.Next() : (byte)0;
    }

    public static void Put(IAbsoluteStorage storage, ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        storage.TryWrite(address, bytes);
    }
}
