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

    /// <summary>What the walk found.</summary>
    /// <param name="Exception">None when the address is translated.</param>
    /// <param name="Frame">Address of the byte, real or absolute as the caller's tables mean it.</param>
    /// <param name="IsProtected">Whether DAT protection forbids storing.</param>
    /// <param name="FrameSize">4096, 1 MB or 2 GB.</param>
    /// <param name="Entry">Address of the entry that was invalid, or <see cref="NoEntry"/>.</param>
    public readonly record struct Result(ProgramCode Exception, ulong Frame, bool IsProtected, ulong FrameSize, ulong Entry = NoEntry);

    /// <summary>Translates a virtual address.</summary>
    /// <param name="tables">Reads table entries.</param>
    /// <param name="asce">Address-space-control element.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="edat1">Enhanced DAT facility 1 in effect: entry protection in region tables and 1 MB frames.</param>
    /// <param name="edat2">Enhanced DAT facility 2 in effect: 2 GB frames.</param>
    public static Result Translate<TTables>(ref TTables tables, ulong asce, ulong address, bool edat1, bool edat2)
        where TTables : ITableReader, allows ref struct
    {
        if ((asce & AsceRealSpace) != 0)
            return new(ProgramCode.None, address, false, Storage.PageSize);
        var level = (int)((asce & TypeMask) >> 2);
        var top = 20 + 11 * (level + 1);
        if (top < 64 && address >> top != 0)
            return Fail(ProgramCode.AsceType);

        var entry = asce & TableOrigin;
        var first = 0UL;
        var last = asce & LengthMask;
        var isProtected = false;
        for (; level >= 0; level--)
        {
            var shift = 20 + 11 * level;
            var index = (address >> shift) & 0x7FF;
            if (index >> 9 < first || index >> 9 > last)
                return Fail(TranslationException(level));
            var place = (entry & TableOrigin) + index * 8;
            if (!tables.TryRead(place, out entry))
                return Fail(ProgramCode.Addressing);
            if ((entry & EntryInvalid) != 0)
                return Fail(TranslationException(level), place);
            if ((entry & TypeMask) >> 2 != (ulong)level)
                return Fail(ProgramCode.TranslationSpecification);
            if (level == 0)
                break;
            isProtected |= edat1 && (entry & EntryProtect) != 0;
            if (level == 1 && edat2 && (entry & EntryFormat) != 0)
                return Large(entry, address, 0x7FFF_FFFF, isProtected);
            first = (entry >> 6) & 3;
            last = entry & LengthMask;
        }
        return Segment(ref tables, asce, entry, address, isProtected, edat1);
    }

    private static Result Segment<TTables>(ref TTables tables, ulong asce, ulong entry, ulong address, bool isProtected, bool edat1)
        where TTables : ITableReader, allows ref struct
    {
        if ((entry & SegmentCommon) != 0 && (asce & AscePrivateSpace) != 0)
            return Fail(ProgramCode.TranslationSpecification);
        isProtected |= (entry & EntryProtect) != 0;
        if (edat1 && (entry & EntryFormat) != 0)
            return Large(entry, address, 0xF_FFFF, isProtected);
        var place = (entry & PageTableOrigin) + ((address >> 12) & 0xFF) * 8;
        if (!tables.TryRead(place, out var page))
            return Fail(ProgramCode.Addressing);
        if ((page & PageInvalid) != 0)
            return Fail(ProgramCode.PageTranslation, place);
        if ((page & (edat1 ? PageReserved : PageReserved | PageChangeOverride)) != 0)
            return Fail(ProgramCode.TranslationSpecification);
        isProtected |= (page & EntryProtect) != 0;
        return new(ProgramCode.None, (page & ~0xFFFUL) | (address & 0xFFF), isProtected, Storage.PageSize);
    }

    private static Result Large(ulong entry, ulong address, ulong offsetMask, bool isProtected)
        => new(ProgramCode.None, (entry & ~offsetMask) | (address & offsetMask), isProtected, offsetMask + 1);

    private static Result Fail(ProgramCode code, ulong entry = NoEntry) => new(code, 0, false, 0, entry);

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
