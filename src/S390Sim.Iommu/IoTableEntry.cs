using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>Level of an I/O translation table, lowest first.</summary>
public enum IoTableLevel : byte
{
    /// <summary>Page table: 256 entries of 4 KB each.</summary>
    Page,
    /// <summary>Segment table: 2048 entries of 1 MB each.</summary>
    Segment,
    /// <summary>Region-third table: 2048 entries of 2 GB each.</summary>
    RegionThird,
    /// <summary>Region-second table: 2048 entries of 4 TB each.</summary>
    RegionSecond,
    /// <summary>Region-first table: 2048 entries of 8 PB each.</summary>
    RegionFirst,
}

/// <summary>Geometry of the table levels.</summary>
public static class IoTableLevels
{
    /// <summary>Bytes of a region or segment table, which is also its alignment.</summary>
    public const ulong RegionTableSize = 2048 * 8;
    /// <summary>Bytes of a page table, which is also its alignment.</summary>
    public const ulong PageTableSize = 256 * 8;

    /// <summary>Number of address bits below the level's index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Shift(this IoTableLevel level) => level == IoTableLevel.Page ? 12 : 20 + 11 * ((int)level - 1);

    /// <summary>Index of an address's entry in a table of the level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Index(this IoTableLevel level, ulong iova)
        => (iova >> level.Shift()) & (level == IoTableLevel.Page ? 0xFFUL : 0x7FFUL);

    /// <summary>Bytes that one entry covers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong EntrySpan(this IoTableLevel level) => 1UL << level.Shift();

    /// <summary>Bytes of a table of the level.</summary>
    public static ulong TableSize(this IoTableLevel level) => level == IoTableLevel.Page ? PageTableSize : RegionTableSize;
}

/// <summary>
/// One entry of an I/O translation table with the level it was read at. The formats are those of the processor's DAT
/// tables, restricted: region tables are always full length, all tables of 2048 entries lie on 16 KB boundaries.
/// </summary>
/// <param name="Level">Level of the table.</param>
/// <param name="Value">The doubleword.</param>
public readonly record struct IoTableEntry(IoTableLevel Level, ulong Value)
{
    /// <summary>Region- and segment-table entry bit 58: invalid.</summary>
    public const ulong RegionInvalid = Dat.EntryInvalid;
    /// <summary>Page-table entry bit 53: invalid.</summary>
    public const ulong PageInvalid = Dat.PageInvalid;
    /// <summary>Bit 54 at every level: protected from stores.</summary>
    public const ulong Protect = Dat.EntryProtect;
    /// <summary>Segment-table entry bit 53: the entry maps a 1 MB frame.</summary>
    public const ulong FormatControl = Dat.EntryFormat;
    /// <summary>Region-table entry bits 56-57: table offset, must be zero.</summary>
    public const ulong TableOffset = 0x0C0;
    /// <summary>Region-table entry bits 62-63: table length, must be three.</summary>
    public const ulong TableLength = Dat.LengthMask;
    /// <summary>Region- and segment-table entry bits 60-61: table type.</summary>
    public const ulong TableType = Dat.TypeMask;
    /// <summary>Region-table entry bits 0-49: origin of the next table.</summary>
    public const ulong TableOrigin = Iota.OriginMask;
    /// <summary>Segment-table entry bits 0-52: origin of the page table.</summary>
    public const ulong PageTableOrigin = Dat.PageTableOrigin;
    /// <summary>Segment-table entry bits 0-43 when the format control is one: the 1 MB frame.</summary>
    public const ulong SegmentFrame = ~0xF_FFFFUL;
    /// <summary>Region-third-table entry bits 0-32 when the format control is one: the 2 GB frame.</summary>
    public const ulong RegionFrame = ~0x7FFF_FFFFUL;
    /// <summary>Page-table entry bits 0-51: the page frame.</summary>
    public const ulong PageFrame = ~0xFFFUL;

    /// <summary>A valid entry that designates the table of the next lower level.</summary>
    public static IoTableEntry Table(IoTableLevel level, ulong origin) => new(level, level == IoTableLevel.Segment
        ? origin & PageTableOrigin
        : (origin & TableOrigin) | TypeOf(level) | TableLength);

    /// <summary>A valid page-table entry.</summary>
    public static IoTableEntry Page(ulong frame, bool writable)
        => new(IoTableLevel.Page, (frame & PageFrame) | (writable ? 0 : Protect));

    /// <summary>The entry of a table in which nothing is mapped.</summary>
    public static IoTableEntry Empty(IoTableLevel level) => new(level, level == IoTableLevel.Page ? PageInvalid : RegionInvalid);

    /// <summary>Whether the invalid bit of this level is one.</summary>
    public bool IsInvalid => (Value & (Level == IoTableLevel.Page ? PageInvalid : RegionInvalid)) != 0;
    /// <summary>Whether the entry protects what it covers from stores.</summary>
    public bool IsProtected => (Value & Protect) != 0;
    /// <summary>Whether the entry maps a frame rather than a further table.</summary>
    public bool MapsFrame => Level == IoTableLevel.Page || (Level == IoTableLevel.Segment && (Value & FormatControl) != 0);

    /// <summary>
    /// Whether the entry is valid, well-formed and designates the next lower table: what nearly all that a walk meets above the page
    /// tables are, in one comparison.
    /// </summary>
    /// <param name="allowsRegionFrames">Whether region-third-table entries may map frames of 2 GB.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPlainTable(bool allowsRegionFrames)
    {
        if (Level == IoTableLevel.Segment) return (Value & (RegionInvalid | FormatControl | TableType)) == 0;
        const ulong looked = RegionInvalid | TableOffset | TableLength | TableType;
        return (Value & looked) == (TypeOf(Level) | TableLength) && !(allowsRegionFrames && MapsRegion);
    }

    /// <summary>Whether a region-third-table entry maps a 2 GB frame, where such are allowed.</summary>
    public bool MapsRegion => Level == IoTableLevel.RegionThird && (Value & FormatControl) != 0;

    /// <summary>Whether the table type is that of the level.</summary>
    public bool HasItsType => Level == IoTableLevel.Page || (Value & TableType) == TypeOf(Level);

    /// <summary>Absolute address of the frame that the entry maps.</summary>
    public ulong Frame => Value & (Level == IoTableLevel.Page ? PageFrame : SegmentFrame);
    /// <summary>Absolute address of the next lower table.</summary>
    public ulong NextTable => Value & (Level == IoTableLevel.Segment ? PageTableOrigin : TableOrigin);

    /// <summary>What is wrong with the format of a valid entry: table length and offset first, then table type.</summary>
    public IoError FormatError
    {
        get
        {
            if (Level == IoTableLevel.Page) return IoError.None;
            if (Level != IoTableLevel.Segment && ((Value & TableLength) != TableLength || (Value & TableOffset) != 0))
                return IoError.TableLength;
            return HasItsType ? IoError.None : IoError.TableType;
        }
    }

    private static ulong TypeOf(IoTableLevel level) => ((ulong)level - 1) << 2;

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = $"{Level} {Value:x16}: ";
        if (IsInvalid) return text + "invalid";
        if (FormatError != IoError.None) return text + FormatError;
        return text + (MapsFrame ? $"frame 0x{Frame:x}" : $"table 0x{NextTable:x}") + (IsProtected ? ", protected" : "");
    }
}
