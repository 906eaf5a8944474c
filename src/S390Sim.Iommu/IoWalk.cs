using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>Sees each table entry that a walk loads; a struct, so that one that does nothing costs nothing.</summary>
public interface IIoWalkObserver
{
    /// <summary>An entry was loaded.</summary>
    /// <param name="level">Level of its table.</param>
    /// <param name="address">Where it is, as the walk's tables are addressed.</param>
    /// <param name="value">The doubleword.</param>
    void EntryRead(IoTableLevel level, ulong address, ulong value);
}

/// <summary>An observer that does not look.</summary>
public readonly struct NoObserver : IIoWalkObserver
{
    /// <inheritdoc/>
    public void EntryRead(IoTableLevel level, ulong address, ulong value) { }
}

/// <summary>What a walk found.</summary>
/// <param name="Error">None when the address is mapped and may be accessed so; else the event code.</param>
/// <param name="Frame">Address of the frame, in the space that the tables' entries name.</param>
/// <param name="Writable">Whether no level protects the frame from stores.</param>
/// <param name="FrameSize">4096, 1 MB or 2 GB; for an invalid entry the bytes that it covers.</param>
/// <param name="Level">Level at which the walk ended.</param>
public readonly record struct IoWalkResult(IoError Error, ulong Frame, bool Writable, ulong FrameSize, IoTableLevel Level)
{
    /// <summary>Where the byte of an I/O virtual address is.</summary>
    public ulong AddressOf(ulong iova) => Frame | (iova & (FrameSize - 1));
}

/// <summary>
/// The walk through I/O translation tables, generic over where the tables live: host absolute storage for the IOMMU, guest
/// absolute storage for a hypervisor that shadows its guest or for a translation in two dimensions. Every entry is loaded
/// exactly once.
/// </summary>
public static class IoWalk
{
    /// <summary>Translates one address for one access.</summary>
    /// <param name="tables">Loads table entries.</param>
    /// <param name="space">The registered address space.</param>
    /// <param name="iova">I/O virtual address.</param>
    /// <param name="access">What the device does.</param>
    /// <param name="observer">Sees the entries.</param>
    public static IoWalkResult Translate<TTables, TObserver>(
        ref TTables tables, IoAddressSpace space, ulong iova, IoAccess access, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (!space.Contains(iova, 1)) return Fail(IoError.OutOfRange);
        if (!space.IsAccepted) return Fail(IoError.AnchorFormat);
        var write = access == IoAccess.Write;
        if (write && space.Iota.IsProtected) return Fail(IoError.AnchorProtection);
        if (!space.Iota.IsTranslated) return Direct(space, iova);
        var cursor = new IoCursor(space);
        var result = cursor.Descend(ref tables, iova, ref observer);
        return write && result is { Error: IoError.None, Writable: false }
            ? result with { Error = IoError.TableProtection }
            : result;
    }

    internal static IoWalkResult Direct(IoAddressSpace space, ulong iova)
        => new(IoError.None, (iova - space.Capabilities.DirectOrigin) & ~0xFFFUL, !space.Iota.IsProtected, Storage.PageSize,
            IoTableLevel.Page);

    private static IoWalkResult Fail(IoError error) => new(error, 0, false, 0, IoTableLevel.Page);
}

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
        _tables[(int)_top] = _iota.Origin | (_iota.IsProtected ? ProtectedAbove : 0);
    }

    /// <summary>Whether the entries of a page table are next.</summary>
    public readonly bool IsAtPages => _level == IoTableLevel.Page && !_isFlat;

    /// <summary>From the present level down to a frame, an invalid entry or an error.</summary>
    public IoWalkResult Descend<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (_isFlat) return LookFlat(ref tables, iova, ref observer);
        for (; ; )
        {
            if (_level == IoTableLevel.Page) return LookPage(ref tables, iova, ref observer);
            var table = _tables[(int)_level];
            var address = (table & ~ProtectedAbove) + _level.Index(iova) * 8;
            if (!tables.TryRead(address, out var value)) return End(IoError.InvalidMemory);
            observer.EntryRead(_level, address, value);
            var entry = new IoTableEntry(_level, value);
            if (entry.IsInvalid) return End(IoError.InvalidEntry);
            var isProtected = (table & ProtectedAbove) != 0 || entry.IsProtected;
            if (_allowsRegionFrames && entry.MapsRegion)
            {
                return entry.HasItsType
                    ? new(IoError.None, value & IoTableEntry.RegionFrame, !isProtected, _level.EntrySpan(), _level)
                    : End(IoError.TableType);
            }
            if (entry.FormatError is var error and not IoError.None) return End(error);
            if (entry.MapsFrame) return new(IoError.None, entry.Frame, !isProtected, _level.EntrySpan(), _level);
            _level--;
            _tables[(int)_level] = entry.NextTable | (isProtected ? ProtectedAbove : 0);
        }
    }

    // What the loop does at its last level, which most of a range walk is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly IoWalkResult LookPage<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var table = _tables[(int)IoTableLevel.Page];
        var address = (table & ~ProtectedAbove) + IoTableLevel.Page.Index(iova) * 8;
        if (!tables.TryRead(address, out var value)) return End(IoError.InvalidMemory);
        observer.EntryRead(IoTableLevel.Page, address, value);
        if ((value & IoTableEntry.PageInvalid) != 0) return End(IoError.InvalidEntry);
        var isWritable = (table & ProtectedAbove) == 0 && (value & IoTableEntry.Protect) == 0;
        return new(IoError.None, value & IoTableEntry.PageFrame, isWritable, Storage.PageSize, IoTableLevel.Page);
    }

    // The anchor says the size of the frames: of the one that it designates, or of those of its I/O page table.
    private readonly IoWalkResult LookFlat<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var size = 1UL << _iota.FrameShift;
        var value = _iota.Value;
        var isProtected = _iota.IsProtected;
        if (_iota.Type == IoDesignation.PageTable)
        {
            var address = _iota.Origin + (iova >> _iota.FrameShift & ((1UL << Iota.PageTableShift) - 1)) * 8;
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

    private readonly IoWalkResult End(IoError error) => new(error, 0, false, _level.EntrySpan(), _level);
}
