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
        var result = Find(ref tables, space, iova, ref observer);
        return write && result is { Error: IoError.None, Writable: false }
            ? result with { Error = IoError.TableProtection }
            : result;
    }

    /// <summary>What the tables of a translated, accepted space say of one address, whoever may access it.</summary>
    internal static IoWalkResult Find<TTables, TObserver>(
        ref TTables tables, IoAddressSpace space, ulong iova, ref TObserver observer)
        where TTables : ITableReader, allows ref struct
        where TObserver : struct, IIoWalkObserver
    {
        var iota = space.Iota;
        if (iota.Type > IoDesignation.RegionFirstTable) return IoCursor.LookFlat(iota, ref tables, iova, ref observer);
        var level = iota.TopLevel;
        var table = IoCursor.TableOf(iota);
        var end = default(IoWalkResult);
        while (level != IoTableLevel.Page)
        {
            if (!IoCursor.TryStep(ref tables, ref level, ref table, space.Capabilities.AllowsRegionFrames, iova, ref observer, ref end))
                return end;
        }
        return IoCursor.LookPage(table, ref tables, iova, ref observer);
    }

    internal static IoWalkResult Direct(IoAddressSpace space, ulong iova)
        => new(IoError.None, (iova - space.Capabilities.DirectOrigin) & ~0xFFFUL, !space.Iota.IsProtected, Storage.PageSize,
            IoTableLevel.Page);

    private static IoWalkResult Fail(IoError error) => new(error, 0, false, 0, IoTableLevel.Page);
}
