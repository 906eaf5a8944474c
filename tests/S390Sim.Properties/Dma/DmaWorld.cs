namespace S390Sim.Properties.Dma;

/// <summary>Where the tables and frames of these tests are, and which addresses their devices use.</summary>
internal static class DmaWorld
{
    /// <summary>First address that tables and frames take, and the end of storage.</summary>
    public const ulong First = 0x6_0000, End = 0x20_0000;
    /// <summary>One region-first, two region-second, two region-third, two segment tables; and page tables of 2 KB.</summary>
    public const ulong RegionFirst = 0x6_0000, RegionSecond = 0x6_4000, RegionThird = 0x6_C000;
    /// <inheritdoc cref="RegionFirst"/>
    public const ulong Segment = 0x7_4000, Page = 0x7_C000;
    /// <summary>Number of page tables.</summary>
    public const int PageTables = 4;
    /// <summary>Frames that pages may map, in the last megabyte, itself a segment's frame; and one that is not there.</summary>
    public const ulong Frames = 0x10_0000, Nowhere = 0x40_0000;
    /// <summary>Bits of an entry: invalid in a page table and elsewhere, protected, a frame in a segment-table entry.</summary>
    public const ulong PageInvalid = 0x400, Invalid = 0x20, Protect = 0x200, LargeFrame = 0x400;

    /// <summary>Address-space designation types, and the bits that their tables look at.</summary>
    public static readonly (ulong Type, ulong Top, int Bits)[] Types =
        [(0, Segment, 31), (1, RegionThird, 42), (2, RegionSecond, 53), (3, RegionFirst, 64)];

    /// <summary>First bytes of pages that devices use: some with high bits that only deep tables look at.</summary>
    public static readonly ulong[] Pages =
    [
        .. from first in (ulong[])[0, 8]
           from second in (ulong[])[0, 1]
           from third in (ulong[])[2, 3]
           from segment in (ulong[])[0, 1]
           from page in (ulong[])[0, 1, 255]
           select (first << 53) | (second << 42) | (third << 31) | (segment << 20) | (page << 12),
    ];

    /// <summary>Entries that programs change: address, level (0 page to 4 region first).</summary>
    public static readonly (ulong Address, int Level)[] Entries =
    [
        .. from n in (ulong[])[0, 8] select (RegionFirst + n * 8, 4),
        .. from n in (ulong[])[0, 1, 0x800, 0x801] select (RegionSecond + n * 8, 3),
        .. from n in (ulong[])[2, 3, 0x802, 0x803] select (RegionThird + n * 8, 2),
        .. from n in (ulong[])[0, 1, 0x800, 0x801] select (Segment + n * 8, 1),
        .. from table in Enumerable.Range(0, PageTables)
           from n in (ulong[])[0, 1, 255]
           select (Page + (ulong)table * 0x800 + n * 8, 0),
    ];

    /// <summary>A valid entry of a level; the number chooses the table or frame that it names.</summary>
    public static ulong Valid(int level, int number) => level switch
    {
        0 => Frames + (ulong)(number % 16) * 0x1000,
        1 => Page + (ulong)(number % PageTables) * 0x800,
        2 => (Segment + (ulong)(number % 2) * 0x4000) | 7,
        3 => (RegionThird + (ulong)(number % 2) * 0x4000) | 0xB,
        _ => (RegionSecond + (ulong)(number % 2) * 0x4000) | 0xF,
    };

    /// <summary>An invalid entry of a level.</summary>
    public static ulong InvalidEntry(int level) => level == 0 ? PageInvalid : Invalid;
}
