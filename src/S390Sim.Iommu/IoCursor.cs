using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>
/// A place in the tables: the level reached and the tables on the way to it. <see cref="Descend"/> is the walk; a range walk
/// goes on from where the last descent ended, so that an upper entry is not loaded again for each page under it.
/// </summary>
internal struct IoCursor
{
    private const ulong ProtectedAbove = 1;     // tables are aligned, so bit 63 of an origin is free to say it

    [InlineArray(5)]
    private struct Tables
    {
        private ulong _first;
    }

    private readonly Iota _iota;
    private readonly bool _isFlat;
    private readonly bool _allowsRegionFrames;
    private readonly IoTableLevel _top;
    private Tables _tables;
    private IoTableLevel _level;

    public IoCursor(IoAddressSpace space)
    {
        _iota = space.Iota;
        _isFlat = _iota.Type > IoDesignation.RegionFirstTable;
        _allowsRegionFrames = space.Capabilities.AllowsRegionFrames;
        _top = _level = _isFlat ? IoTableLevel.Page : _iota.TopLevel;
        _tables[(int)_top] = TableOf(_iota);
    }

    /// <summary>Whether the entries of a page table are next.</summary>
    public readonly bool IsAtPages => _level == IoTableLevel.Page && !_isFlat;

    /// <summary>From the present level down to a frame, an invalid entry or an error.</summary>
    public IoWalkResult Descend<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (_isFlat) return LookFlat(_iota, ref tables, iova, ref observer);
        var table = _tables[(int)_level];
        var end = default(IoWalkResult);
        while (_level != IoTableLevel.Page)
        {
            if (!TryStep(ref tables, ref _level, ref table, _allowsRegionFrames, iova, ref observer, ref end)) return end;
            _tables[(int)_level] = table;
        }
        return LookPage(table, ref tables, iova, ref observer);
    }

    /// <summary>The anchor's table, with the mark of protection.</summary>
    public static ulong TableOf(Iota iota) => iota.Origin | (iota.IsProtected ? ProtectedAbove : 0);

    /// <summary>One level down from a region or segment table; false with the end of the walk when the entry designates no table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStep<TTables, TObserver>(ref TTables tables, ref IoTableLevel level, ref ulong table,
        bool allowsRegionFrames, ulong iova, ref TObserver observer, ref IoWalkResult end)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var address = (table & ~ProtectedAbove) + level.Index(iova) * 8;
        if (!tables.TryRead(address, out var value))
        {
            end = End(IoError.InvalidMemory, level);
            return false;
        }
        observer.EntryRead(level, address, value);
        var entry = new IoTableEntry(level, value);
        var isProtected = (table & ProtectedAbove) != 0 || entry.IsProtected;
        if (!entry.IsPlainTable(allowsRegionFrames))
        {
            end = Last(entry, isProtected, allowsRegionFrames);
            return false;
        }
        table = entry.NextTable | (isProtected ? ProtectedAbove : 0);
        level--;
        return true;
    }

    // An entry above the page tables at which the walk ends, by the order in which its bits are looked at.
    private static IoWalkResult Last(IoTableEntry entry, bool isProtected, bool allowsRegionFrames)
    {
        var level = entry.Level;
        if (entry.IsInvalid) return End(IoError.InvalidEntry, level);
        if (allowsRegionFrames && entry.MapsRegion)
        {
            return entry.HasItsType
                ? new(IoError.None, entry.Value & IoTableEntry.RegionFrame, !isProtected, level.EntrySpan(), level)
                : End(IoError.TableType, level);
        }
        return entry.FormatError is var error and not IoError.None
            ? End(error, level) : new(IoError.None, entry.Frame, !isProtected, level.EntrySpan(), level);
    }

    /// <summary>The next page of a range whose page table has been found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly IoWalkResult LookPage<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
        => LookPage(_tables[(int)IoTableLevel.Page], ref tables, iova, ref observer);

    /// <summary>The end of a walk: an entry of a page table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IoWalkResult LookPage<TTables, TObserver>(
        ulong table, ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var address = (table & ~ProtectedAbove) + IoTableLevel.Page.Index(iova) * 8;
        if (!tables.TryRead(address, out var value)) return End(IoError.InvalidMemory, IoTableLevel.Page);
        observer.EntryRead(IoTableLevel.Page, address, value);
        if ((value & IoTableEntry.PageInvalid) != 0) return End(IoError.InvalidEntry, IoTableLevel.Page);
        var isWritable = (table & ProtectedAbove) == 0 && (value & IoTableEntry.Protect) == 0;
        return new(IoError.None, value & IoTableEntry.PageFrame, isWritable, Storage.PageSize, IoTableLevel.Page);
    }

    /// <summary>The anchor says the size of the frames: of the one that it designates, or of those of its I/O page table.</summary>
    public static IoWalkResult LookFlat<TTables, TObserver>(
        Iota iota, ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var size = 1UL << iota.FrameShift;
        var value = iota.Value;
        var isProtected = iota.IsProtected;
        if (iota.Type == IoDesignation.PageTable)
        {
            var address = iota.Origin + (iova >> iota.FrameShift & ((1UL << Iota.PageTableShift) - 1)) * 8;
            if (!tables.TryRead(address, out value)) return new(IoError.InvalidMemory, 0, false, size, IoTableLevel.Page);
            observer.EntryRead(IoTableLevel.Page, address, value);
            var entry = new IoTableEntry(IoTableLevel.Page, value);
            if (entry.IsInvalid) return new(IoError.InvalidEntry, 0, false, size, IoTableLevel.Page);
            isProtected |= entry.IsProtected;
        }
        return new(IoError.None, value & ~(size - 1), !isProtected, size, IoTableLevel.Page);
    }

    /// <summary>Goes up to the table that holds the entry of an address at which a lower table's range begins.</summary>
    public void Climb(ulong boundary)
    {
        while (_level < _top && _level.Index(boundary) == 0) _level++;
    }

    private static IoWalkResult End(IoError error, IoTableLevel level) => new(error, 0, false, level.EntrySpan(), level);
}
