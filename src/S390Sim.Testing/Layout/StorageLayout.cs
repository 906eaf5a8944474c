using System.Buffers.Binary;
using System.Collections.Immutable;
using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>What may be done with a page.</summary>
public enum PageKind
{
    /// <summary>Fetched from and stored into.</summary>
    ReadWrite,
    /// <summary>DAT protection in the page-table entry.</summary>
    ReadOnly,
    /// <summary>An invalid page-table entry.</summary>
    Absent,
    /// <summary>The frame's storage key is 1: other keys than 0 and 1 may only fetch.</summary>
    KeyReadOnly,
    /// <summary>The frame's storage key is 1 with fetch protection: other keys than 0 and 1 may do nothing.</summary>
    KeyForbidden,
}

/// <summary>A page of an address space.</summary>
/// <param name="Address">Virtual address.</param>
/// <param name="Frame">Absolute address of its frame; the same for two pages makes them aliases.</param>
/// <param name="Kind">What may be done with it.</param>
public readonly record struct MappedPage(ulong Address, ulong Frame, PageKind Kind);

/// <summary>
/// An address space of a test: real translation tables in the bench's storage. Start with <see cref="Standard"/> or
/// <see cref="Empty"/> and add to it; every method gives a new layout.
/// </summary>
public sealed record StorageLayout
{
    /// <summary>Bytes of storage for the tables of one layout.</summary>
    public const ulong SlotSize = 0x2_0000;
    /// <summary>Number of layouts that can be in storage at once.</summary>
    public const int Slots = 16;
    private const int SegmentOffset = 0x4000, RegionOffset = 0x8000, TableSize = 0x4000, PageTableSize = 0x800;
    private byte[]? _image;

    /// <summary>Nothing is mapped.</summary>
    public static StorageLayout Empty { get; } = new() { Name = "empty", Slot = Slots - 1 };

    /// <summary>The code page, two pages of data, one that may only be fetched from, nothing around them.</summary>
    public static StorageLayout Standard { get; } = (Empty with { Name = "standard", Slot = 0 })
        .Page(TestLayout.Code).Page(TestLayout.Data).Page(TestLayout.Data + 4096).Page(TestLayout.ReadOnly, PageKind.ReadOnly);

    /// <summary>What it is called in the text of a case.</summary>
    public string Name { get; init; } = "";
    /// <summary>Which tables it uses, 0 to 15: layouts that are in storage at once differ in it.</summary>
    public int Slot { get; init; }
    /// <summary>Region tables above the segment table: 0 (2 GB of addresses) to 3 (all).</summary>
    public int Levels { get; init; }
    /// <summary>The pages.</summary>
    public ImmutableList<MappedPage> Pages { get; init; } = [];
    /// <summary>Segments that are one frame of 1 MB (needs enhanced DAT in CR0), and whether they are protected.</summary>
    public ImmutableList<(ulong Address, ulong Frame, bool IsProtected)> LargeFrames { get; init; } = [];
    /// <summary>Segments of which the segment-table entry has the protection bit.</summary>
    public ImmutableList<ulong> ProtectedSegments { get; init; } = [];

    /// <summary>Absolute address of the tables.</summary>
    public ulong TableAddress => TestLayout.Tables + SlotSize * (ulong)Slot;

    /// <summary>The address-space-control element that designates the tables.</summary>
    public ulong Asce => Levels == 0
        ? TableAddress + SegmentOffset
        : TableAddress + RegionOffset + (ulong)(Levels - 1) * TableSize | (ulong)Levels << 2 | 3;

    /// <summary>Adds or replaces a page that is mapped to itself.</summary>
    public StorageLayout Page(ulong address, PageKind kind = PageKind.ReadWrite) => Page(address, address, kind);

    /// <summary>Adds or replaces a page.</summary>
    public StorageLayout Page(ulong address, ulong frame, PageKind kind = PageKind.ReadWrite)
        => this with { Pages = Pages.RemoveAll(p => p.Address == address).Add(new(address, frame, kind)), _image = null };

    /// <summary>Makes the page at an address another name of the frame of a page.</summary>
    public StorageLayout Alias(ulong address, ulong of) => Page(address, Pages.First(p => p.Address == of).Frame);

    /// <summary>Maps a megabyte by one segment-table entry.</summary>
    public StorageLayout Large(ulong address, ulong frame, bool isProtected = false)
        => this with { LargeFrames = LargeFrames.Add((address, frame, isProtected)), _image = null };

    /// <summary>Protects all pages of the megabyte of an address in its segment-table entry.</summary>
    public StorageLayout ProtectSegment(ulong address)
        => this with { ProtectedSegments = ProtectedSegments.Add(address >> 20), _image = null };

    /// <summary>Another name and slot.</summary>
    public StorageLayout As(string name, int slot) => this with { Name = name, Slot = slot, _image = null };

    /// <summary>With region tables above the segment table.</summary>
    public StorageLayout WithLevels(int levels) => this with { Levels = levels, _image = null };

    /// <summary>The tables as they stand at <see cref="TableAddress"/>.</summary>
    public ReadOnlySpan<byte> Tables => _image ??= Render();

    /// <summary>
    /// What is compared of the tables of <see cref="ComparedSlots"/>: the first entries of two page tables, of the segment table
    /// and of the region tables.
    /// </summary>
    /// <param name="read">From an absolute address and a length to the bytes there.</param>
    public static byte[] EntriesOf(Func<ulong, int, byte[]> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return [.. ComparedSlots.SelectMany(slot => s_compared.SelectMany(
            part => read(TestLayout.Tables + SlotSize * (ulong)slot + (ulong)part.Offset, part.Length)))];
    }

    /// <summary>Slots of the layouts whose tables a program may change.</summary>
    public static IReadOnlyList<int> ComparedSlots { get; } = [1, 2, 3];

    private static readonly (int Offset, int Length)[] s_compared =
        [(0, 64), (PageTableSize, 64), (SegmentOffset, 64), (RegionOffset, 8), (RegionOffset + TableSize, 8),
            (RegionOffset + 2 * TableSize, 8)];

    /// <summary>Bytes of <see cref="EntriesOf"/>.</summary>
    public const int EntriesSize = 3 * (3 * 64 + 3 * 8);

    /// <summary>Bytes of storage, from <see cref="TableAddress"/> on, that the tables of a layout take at most.</summary>
    public const int LargestImage = RegionOffset + 3 * TableSize;

    /// <summary>The storage key of a frame.</summary>
    public static byte KeyOf(PageKind kind) => kind switch
    {
        PageKind.KeyReadOnly => 0x10,
        PageKind.KeyForbidden => 0x18,
        _ => 0,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private byte[] Render()
    {
        var image = new byte[RegionOffset + Levels * TableSize];
        void Put(int offset, ulong entry) => BinaryPrimitives.WriteUInt64BigEndian(image.AsSpan(offset), entry);
        for (var n = 0; n < 2048; n++) Put(SegmentOffset + n * 8, Dat.EntryInvalid);
        for (var n = 0; n < SegmentOffset; n += 8) Put(n, Dat.PageInvalid);
        var tables = new List<ulong>();
        foreach (var page in Pages.Where(p => p.Kind != PageKind.Absent))
        {
            var segment = page.Address >> 20;
            if (!tables.Contains(segment)) tables.Add(segment);
            var table = tables.IndexOf(segment) * PageTableSize;
            Put(SegmentOffset + (int)segment * 8,
                TableAddress + (ulong)table | (ProtectedSegments.Contains(segment) ? Dat.EntryProtect : 0));
            Put(table + (int)(page.Address >> 12 & 0xFF) * 8,
                page.Frame | (page.Kind == PageKind.ReadOnly ? Dat.EntryProtect : 0));
        }
        foreach (var (address, frame, isProtected) in LargeFrames)
            Put(SegmentOffset + (int)(address >> 20) * 8, frame | Dat.EntryFormat | (isProtected ? Dat.EntryProtect : 0));
        for (var level = 1; level <= Levels; level++)
        {
            var table = RegionOffset + (level - 1) * TableSize;
            for (var n = 0; n < 2048; n++) Put(table + n * 8, Dat.EntryInvalid | (ulong)level << 2);
            var below = level == 1 ? SegmentOffset : table - TableSize;
            Put(table, TableAddress + (ulong)below | (ulong)level << 2 | 3);
        }
        return image;
    }
}
