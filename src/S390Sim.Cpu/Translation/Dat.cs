namespace S390Sim.Cpu;

/// <summary>
/// Dynamic address translation: one walk through region, segment and page tables (Principles of Operation, chapter 3,
/// "Dynamic Address Translation"), for the processor, for SIE's host and for a hypervisor that reads its guest.
/// </summary>
public static class Dat
{
    /// <summary>ASCE bit 55: private space.</summary>
    public const ulong AscePrivateSpace = 0x100;
    /// <summary>ASCE bit 56: storage-alteration-event control.</summary>
    public const ulong AsceStorageAlteration = 0x80;
    /// <summary>ASCE bit 58: real space; no tables are used.</summary>
    public const ulong AsceRealSpace = 0x20;
    /// <summary>Bits 60-61 of an ASCE or a region/segment-table entry: table type.</summary>
    public const ulong TypeMask = 0xC;
    /// <summary>Bits 62-63: table length in units of 512 entries, less one.</summary>
    public const ulong LengthMask = 0x3;
    /// <summary>Region- and segment-table entry bit 58: invalid.</summary>
    public const ulong EntryInvalid = 0x20;
    /// <summary>Table entry bit 54: DAT protection.</summary>
    public const ulong EntryProtect = 0x200;
    /// <summary>Region-third- and segment-table entry bit 53: format control, one for a large frame.</summary>
    public const ulong EntryFormat = 0x400;
    /// <summary>Segment-table entry bit 59: common segment.</summary>
    public const ulong SegmentCommon = 0x10;
    /// <summary>Page-table entry bit 53: invalid.</summary>
    public const ulong PageInvalid = 0x400;
    /// <summary>Page-table entry bit 52: must be zero.</summary>
    public const ulong PageReserved = 0x800;
    /// <summary>Page-table entry bit 55: change-recording override; must be zero without enhanced DAT.</summary>
    public const ulong PageChangeOverride = 0x100;
    /// <summary>Stands for the address of an entry when there was none: it would lie outside its table.</summary>
    public const ulong NoEntry = ulong.MaxValue;
    /// <summary>Region-table origin in an ASCE or entry: bits 0-51.</summary>
    public const ulong TableOrigin = ~0xFFFUL;
    /// <summary>Page-table origin in a segment-table entry: bits 0-52.</summary>
    public const ulong PageTableOrigin = ~0x7FFUL;

    /// <summary>Last entry's bit 55: instruction-execution protection, or else change-recording override.</summary>
    public const ulong EntryNoExecute = 0x100;
    /// <summary>Large-frame entry bit 47: the entry's bits 48-52 stand in for those of the storage key.</summary>
    public const ulong EntryAccessValid = 0x1_0000;

    /// <summary>What the walk found.</summary>
    /// <param name="Exception">None when the address is translated.</param>
    /// <param name="Frame">Address of the byte: real in a 4 KB frame, absolute in a larger one.</param>
    /// <param name="IsProtected">Whether DAT protection forbids storing.</param>
    /// <param name="FrameSize">4096, 1 MB or 2 GB.</param>
    /// <param name="Place">Address of the entry that was invalid, or <see cref="NoEntry"/>.</param>
    /// <param name="Leaf">The last entry of the walk: a page-table entry, or one that designates a large frame.</param>
    public readonly record struct Result(
        ProgramCode Exception, ulong Frame, bool IsProtected, ulong FrameSize, ulong Place = NoEntry, ulong Leaf = 0)
    {
        /// <summary>Whether the frame is larger than 4 KB: its address is absolute, and prefixing does not apply.</summary>
        public bool IsLarge => FrameSize > Storage.PageSize;
        /// <summary>Whether bit 55 of the last entry forbids fetching instructions, if that control is in effect.</summary>
        public bool ForbidsExecution => (Leaf & EntryNoExecute) != 0;
        /// <summary>Whether the entry has access-control and fetch-protection bits of its own.</summary>
        public bool HasAccessControl => IsLarge && (Leaf & EntryAccessValid) != 0;
        /// <summary>The entry's access-control and fetch-protection bits, where a storage key has them.</summary>
        public byte AccessControl => (byte)((Leaf >> 8) & 0xF8);
    }

    /// <summary>The segment-table entry that a descent ended at, or what ended it before.</summary>
    private readonly record struct Descent(
        ProgramCode Exception, int Level, ulong Place, ulong Entry, bool IsProtected, bool IsLarge);

    /// <summary>Translates a virtual address.</summary>
    /// <param name="tables">Reads table entries.</param>
    /// <param name="asce">Address-space-control element.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="edat1">Enhanced DAT facility 1 in effect: entry protection in region tables and 1 MB frames.</param>
    /// <param name="edat2">Enhanced DAT facility 2 in effect: 2 GB frames and common regions.</param>
    public static Result Translate<TTables>(ref TTables tables, ulong asce, ulong address, bool edat1, bool edat2)
        where TTables : ITableReader, allows ref struct
    {
        if ((asce & AsceRealSpace) != 0)
            return new(ProgramCode.None, address, false, Storage.PageSize);
        var end = Descend(ref tables, asce, address, edat1, edat2);
        if (end.Exception != ProgramCode.None) return Fail(end.Exception, end.Place);
        if (end.IsLarge)
        {
            var offset = end.Level == 0 ? 0xF_FFFFUL : 0x7FFF_FFFFUL;
            var frame = (end.Entry & ~offset) | (address & offset);
            return new(ProgramCode.None, frame, end.IsProtected, offset + 1, NoEntry, end.Entry);
        }
        var place = PagePlace(end.Entry, address);
        if (!tables.TryRead(place, out var page))
            return Fail(ProgramCode.Addressing);
        if ((page & PageInvalid) != 0)
            return Fail(ProgramCode.PageTranslation, place);
        if ((page & (edat1 ? PageReserved : PageReserved | PageChangeOverride)) != 0)
            return Fail(ProgramCode.TranslationSpecification);
        var isProtected = end.IsProtected || (page & EntryProtect) != 0;
        return new(ProgramCode.None, (page & ~0xFFFUL) | (address & 0xFFF), isProtected, Storage.PageSize, NoEntry, page);
    }

    /// <summary>
    /// Finds the page-table entry of a virtual address for LOAD PAGE-TABLE-ENTRY ADDRESS, without looking at it. The ASCE is not
    /// a real-space designation.
    /// </summary>
    /// <returns>Condition code, and what R1 gets: an entry's address or an exception's code. Code -1 for an exception.</returns>
    public static (int Code, ulong Value) LocatePageEntry<TTables>(
        ref TTables tables, ulong asce, ulong address, bool edat1, bool edat2)
        where TTables : ITableReader, allows ref struct
    {
        var end = Descend(ref tables, asce, address, edat1, edat2);
        if (end.IsLarge) return (2, end.Place | (uint)end.Level | (end.IsProtected ? 4UL : 0));
        return end.Exception switch
        {
            ProgramCode.None => (end.IsProtected ? 1 : 0, PagePlace(end.Entry, address)),
            ProgramCode.Addressing or ProgramCode.TranslationSpecification => (-1, (ulong)end.Exception),
            _ when end.Place != NoEntry => (2, end.Place | (uint)end.Level),
            _ => (3, (ulong)end.Exception),
        };
    }

    /// <summary>
    /// Where the walk for an address ends, as interception code 38 tells it (sie.md section 8.3): the address of the page-table
    /// entry, with 2 when it or an entry above protects; or with 4 of the segment- or region-table entry that it ends at.
    /// </summary>
    public static ulong EntryPointer<TTables>(ref TTables tables, ulong asce, ulong address, bool edat1, bool edat2)
        where TTables : ITableReader, allows ref struct
    {
        const ulong isProtected = 2, isNoPageEntry = 4;
        // Condition code 2 has the level in bits 62-63 and the protection of a large frame in bit 61.
        const ulong levelAndProtection = 7, frameProtection = 4;
        var (code, value) = LocatePageEntry(ref tables, asce, address, edat1, edat2);
        return code switch
        {
            0 => value | (tables.TryRead(value, out var page) && (page & EntryProtect) != 0 ? isProtected : 0),
            1 => value | isProtected,
            2 => (value & ~levelAndProtection) | isNoPageEntry | ((value & frameProtection) != 0 ? isProtected : 0),
            _ => isNoPageEntry,
        };
    }

    private static ulong PagePlace(ulong segment, ulong address) => (segment & PageTableOrigin) + ((address >> 12) & 0xFF) * 8;

    private static Descent Descend<TTables>(ref TTables tables, ulong asce, ulong address, bool edat1, bool edat2)
        where TTables : ITableReader, allows ref struct
    {
        var level = (int)((asce & TypeMask) >> 2);
        var top = 20 + 11 * (level + 1);
        if (top < 64 && address >> top != 0)
            return new(ProgramCode.AsceType, level, NoEntry, 0, false, false);

        var entry = asce & TableOrigin;
        var first = 0UL;
        var last = asce & LengthMask;
        var isProtected = false;
        for (; ; level--)
        {
            var index = (address >> (20 + 11 * level)) & 0x7FF;
            if (index >> 9 < first || index >> 9 > last)
                return new(TranslationException(level), level, NoEntry, 0, false, false);
            var place = (entry & TableOrigin) + index * 8;
            if (!tables.TryRead(place, out entry))
                return new(ProgramCode.Addressing, level, NoEntry, 0, false, false);
            if ((entry & EntryInvalid) != 0)
                return new(TranslationException(level), level, place, 0, false, false);
            // Only the lower two kinds of entry can designate frames, and be common to all spaces.
            var isCommon = (entry & SegmentCommon) != 0 && (level == 0 || (level == 1 && edat2));
            if ((entry & TypeMask) >> 2 != (ulong)level || (isCommon && (asce & AscePrivateSpace) != 0))
                return new(ProgramCode.TranslationSpecification, level, NoEntry, 0, false, false);
            isProtected |= (entry & EntryProtect) != 0 && (edat1 || level == 0);
            var isLarge = (entry & EntryFormat) != 0 && ((level == 0 && edat1) || (level == 1 && edat2));
            if (isLarge || level == 0)
                return new(ProgramCode.None, level, place, entry, isProtected, isLarge);
            first = (entry >> 6) & 3;
            last = entry & LengthMask;
        }
    }

    private static Result Fail(ProgramCode code, ulong place = NoEntry) => new(code, 0, false, 0, place);

    private static ProgramCode TranslationException(int level) => level switch
    {
        3 => ProgramCode.RegionFirstTranslation,
        2 => ProgramCode.RegionSecondTranslation,
        1 => ProgramCode.RegionThirdTranslation,
        _ => ProgramCode.SegmentTranslation,
    };
}

/// <summary>Where translation tables are read from.</summary>
public interface ITableReader
{
    /// <summary>Loads an eight-byte entry, block-concurrently; false when the address is not installed.</summary>
    bool TryRead(ulong address, out ulong entry);
}
