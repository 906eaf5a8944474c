using System.Buffers.Binary;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Where a trace's tables and frames are in guest storage, and the few I/O virtual addresses it plays with.</summary>
public static class TraceLayout
{
    /// <summary>First and last usable address: the range begins and ends inside segments.</summary>
    public const ulong Pba = 0x1_0000_2000, Pal = 0x1_801F_DFFF;

    /// <summary>Number of root tables, of segment tables, of page tables, of page frames and of 1 MB frames.</summary>
    public const int Roots = 2, Segments = 3, PageTables = 4, Frames = 8, LargeFrames = 2;

    /// <summary>The bytes that a region-third table tells apart: addresses from here on are those below it once more.</summary>
    public const ulong Aliases = 1UL << 42;

    /// <summary>An address beyond guest storage, aligned for everything.</summary>
    public const ulong Nowhere = 0x4000_0000;

    /// <summary>Guest address of the page frames, which lie in a row.</summary>
    public const ulong FrameOrigin = 0x40000;

    /// <summary>Guest address and number of pages that no table designates: they compete for the host's frames.</summary>
    public const ulong SpareOrigin = 0x30_0000;
    /// <inheritdoc cref="SpareOrigin"/>
    public const int SparePages = 700;

    /// <summary>
    /// Frames of the guest when it is pageable: what may be pinned, which is all page frames, both large ones, the slot and page
    /// 0
    /// (8 + 512 + 4 + 1), and room for the tables, the code and the prefix area; fewer than its pages.
    /// </summary>
    public const ulong PageableFrames = 640;

    /// <summary>
    /// Guest storage in bytes, without the slot that comes and goes: of a guest that is paged, and of one that is pinned.
    /// </summary>
    public const ulong PageableSize = 6 << 20, PinnedSize = 3 << 20;

    /// <summary>Number, guest address and bytes of the second memory slot.</summary>
    public const int SlotId = 9;
    /// <inheritdoc cref="SlotId"/>
    public const ulong SlotOrigin = 0x70_0000, SlotSize = 0x4000;

    private static readonly ulong[] s_regions = [2, 3], s_segments = [0, 1, 0x7FF], s_pages = [0, 2, 3, 0xFD, 0xFF];

    /// <summary>Number of entries that are played with: in a root, in a segment table, in a page table.</summary>
    public static int RegionPlaces => s_regions.Length;
    /// <inheritdoc cref="RegionPlaces"/>
    public static int SegmentPlaces => s_segments.Length;
    /// <inheritdoc cref="RegionPlaces"/>
    public static int PagePlaces => s_pages.Length;

    /// <summary>Every combination of the places: the pages that may come to be mapped, large frames apart.</summary>
    public static IReadOnlyList<ulong> Pages { get; } =
        [.. from r in s_regions from s in s_segments from p in s_pages select (r << 31) | (s << 20) | (p << 12)];

    /// <summary>The segment before one of <see cref="Pages"/>, which no table maps.</summary>
    public const ulong Hole = 0x1_7FE0_0000;

    /// <summary>Guest address of a root table.</summary>
    public static ulong Root(int n) => 0x10000 + (ulong)n * 0x4000;
    /// <summary>Guest address of a segment table.</summary>
    public static ulong Segment(int n) => 0x18000 + (ulong)n * 0x4000;
    /// <summary>Guest address of a page table.</summary>
    public static ulong PageTable(int n) => 0x24000 + (ulong)n * 0x800;
    /// <summary>Guest address of a page-table entry that is played with.</summary>
    public static ulong PageEntry(int table, int place) => PageTable(table) + s_pages[place] * 8;
    /// <summary>Guest address of a page frame.</summary>
    public static ulong Frame(int n) => FrameOrigin + (ulong)n * 0x1000;
    /// <summary>Guest address of a 1 MB frame.</summary>
    public static ulong LargeFrame(int n) => 0x10_0000 + (ulong)n * 0x10_0000;
    /// <summary>The anchor of a root table.</summary>
    public static ulong Iota(int root, bool protect) => Root(root) | 0x804 | (protect ? 0x200UL : 0);

    /// <summary>
    /// Tables in which there is something: some are linked, one of them twice, and every other page of them is mapped, some to
    /// the slot.
    /// </summary>
    public static void Populate(HypervisorBench bench)
    {
        foreach (var (root, place, table) in new[] { (0, 1, 1), (1, 0, 0), (1, 1, 2) })
            Store(bench, new SetRegion(root, place, EntryKind.Valid, table, Protect: false));
        foreach (var (table, place, target) in new[] { (0, 1, 1), (0, 2, 2), (1, 0, 0), (1, 1, 3), (2, 0, 1) })
            Store(bench, new SetSegment(table, place, EntryKind.Valid, target, Protect: false));
        for (var n = 0; n < PageTables * s_pages.Length; n += 2)
            Store(bench,
                new SetPage(n / s_pages.Length, n % s_pages.Length, n % 6 == 0 ? EntryKind.Slot : EntryKind.Valid, n % Frames,
                Protect: n % 4 == 0));
    }

    /// <summary>Tables without a page, of which the first of each level are linked.</summary>
    public static void InitializeEmpty(HypervisorBench bench)
    {
        for (var n = 0; n < Roots; n++) Fill(Root(n), 2048, 0x20);
        for (var n = 0; n < Segments; n++) Fill(Segment(n), 2048, 0x20);
        for (var n = 0; n < PageTables; n++) Fill(PageTable(n), 256, 0x400);
        Store(bench, new SetRegion(0, 0, EntryKind.Valid, 0, Protect: false));
        Store(bench, new SetSegment(0, 0, EntryKind.Valid, 0, Protect: false));
        return;

        void Fill(ulong table, int entries, ulong value)
        {
            var bytes = new byte[entries * 8];
            for (var n = 0; n < bytes.Length; n += 8) BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(n), value);
            bench.Memory.TryWrite(table, bytes);
        }
    }

    /// <summary>
    /// The guest mends its tables: what is malformed, all zeros, or designates what is not there becomes invalid.
    /// </summary>
    public static void Mend(HypervisorBench bench)
    {
        for (var n = 0; n < Roots * RegionPlaces; n++)
        {
            var place = Root(n / RegionPlaces) + s_regions[n % RegionPlaces] * 8;
            var entry = bench.Read64(place);
            if ((entry & 0x2F) != 0x7 || !bench.Memory.IsInstalled(entry & ~0x3FFFUL, 0x4000)) bench.Write64(place, 0x20);
        }
        for (var n = 0; n < Segments * SegmentPlaces; n++)
        {
            var place = Segment(n / SegmentPlaces) + s_segments[n % SegmentPlaces] * 8;
            var entry = bench.Read64(place);
            if ((entry & 0x2C) != 0 || entry < FrameOrigin / 2 || !bench.Memory.IsInstalled(entry & ~0xFFFUL, 0x1000))
                bench.Write64(place, 0x20);
        }
        for (var n = 0; n < PageTables * PagePlaces; n++)
        {
            var place = PageTable(n / PagePlaces) + s_pages[n % PagePlaces] * 8;
            if (!bench.Memory.IsInstalled(bench.Read64(place) & ~0xFFFUL, 0x1000)) bench.Write64(place, 0x400);
        }
    }

    /// <summary>Stores a region-third-table entry.</summary>
    public static void Store(HypervisorBench bench, SetRegion c)
    {
        var origin = c.Kind == EntryKind.Nowhere ? Nowhere : Segment(c.Table);
        var bits = c.Kind switch
        {
            EntryKind.Invalid => 0x27UL,
            EntryKind.ShortTable => 0x6UL,
            EntryKind.WrongType => 0xBUL,
            _ => 0x7UL,
        };
        if (c.Kind == EntryKind.Zero) origin = bits = 0;
        bench.Write64(Root(c.Root) + s_regions[c.Place] * 8, origin | bits | Protection(c.Protect));
    }

    /// <summary>Stores a segment-table entry.</summary>
    public static void Store(HypervisorBench bench, SetSegment c)
    {
        var entry = c.Kind switch
        {
            EntryKind.Invalid => PageTable(c.Target) | 0x20,
            EntryKind.Large => LargeFrame(c.Target % LargeFrames) | 0x400,
            EntryKind.WrongType => PageTable(c.Target) | 0x4,
            EntryKind.Zero => 0UL,
            // Beyond storage: a page table, or a large frame whose pages cannot be pinned.
            EntryKind.Nowhere => Nowhere | (c.Target % 2 == 0 ? 0UL : 0x400),
            _ => PageTable(c.Target),
        };
        bench.Write64(Segment(c.Table) + s_segments[c.Place] * 8, entry | Protection(c.Protect));
    }

    /// <summary>Stores a page-table entry.</summary>
    public static void Store(HypervisorBench bench, SetPage c)
    {
        var frame = c.Kind switch
        {
            EntryKind.Nowhere => Nowhere,
            EntryKind.Zero => 0UL,
            EntryKind.Slot => SlotOrigin + (ulong)(c.Frame % 4) * 0x1000,
            _ => Frame(c.Frame),
        };
        bench.Write64(PageEntry(c.Table, c.Place),
            frame | (c.Kind == EntryKind.Invalid ? 0x400UL : 0) | Protection(c.Protect));
    }

    private static ulong Protection(bool protect) => protect ? 0x200UL : 0;
}
