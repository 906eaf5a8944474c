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
/// <param name="FrameSize">4096 or 1 MB; for an invalid entry the bytes that it covers.</param>
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
        ref TTables tables, in IoAddressSpace space, ulong iova, IoAccess access, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        if (!space.Contains(iova, 1)) return Fail(IoError.OutOfRange);
        if (!space.Capabilities.Accept(space.Iota)) return Fail(IoError.AnchorFormat);
        var write = access == IoAccess.Write;
        if (write && space.Iota.IsProtected) return Fail(IoError.AnchorProtection);
        if (!space.Iota.IsTranslated) return Direct(space, iova);
        var cursor = new IoCursor(space.Iota);
        var result = cursor.Descend(ref tables, iova, ref observer);
        return write && result is { Error: IoError.None, Writable: false }
            ? result with { Error = IoError.TableProtection }
            : result;
    }

    internal static IoWalkResult Direct(in IoAddressSpace space, ulong iova)
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

    private readonly IoTableLevel _top;
    private Tables _tables;
    private IoTableLevel _level;

    public IoCursor(Iota iota)
    {
        _top = _level = iota.TopLevel;
        _tables[(int)_top] = iota.Origin | (iota.IsProtected ? ProtectedAbove : 0);
    }

    /// <summary>From the present level down to a frame, an invalid entry or an error.</summary>
    public IoWalkResult Descend<TTables, TObserver>(ref TTables tables, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        for (; ; )
        {
            var table = _tables[(int)_level];
            var address = (table & ~ProtectedAbove) + _level.Index(iova) * 8;
            if (!tables.TryRead(address, out var value)) return End(IoError.InvalidMemory);
            observer.EntryRead(_level, address, value);
            var entry = new IoTableEntry(_level, value);
            if (entry.IsInvalid) return End(IoError.InvalidEntry);
            if (entry.FormatError is var error and not IoError.None) return End(error);
            var isProtected = (table & ProtectedAbove) != 0 || entry.IsProtected;
            if (entry.MapsFrame) return new(IoError.None, entry.Frame, !isProtected, _level.EntrySpan(), _level);
            _level--;
            _tables[(int)_level] = entry.NextTable | (isProtected ? ProtectedAbove : 0);
        }
    }

    /// <summary>Goes up to the table that holds the entry of an address at which a lower table's range begins.</summary>
    public void Climb(ulong boundary)
    {
        while (_level < _top && _level.Index(boundary) == 0) _level++;
    }

    private readonly IoWalkResult End(IoError error) => new(error, 0, false, _level.EntrySpan(), _level);
}
