using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>How a look into the guest's tables ended.</summary>
internal enum HistoricWalk
{
    /// <summary>The page-table entry was found; whether it is valid is for the caller to see.</summary>
    Found,
    /// <summary>Nothing is there, or it could not be pinned: the two are not told apart.</summary>
    None,
    /// <summary>A null pointer was followed: the host's kernel stops.</summary>
    Oops,
}

/// <summary>
/// What the handlers of patch series v3 and v4 keep of one guest's tables: host addresses of pages that were pinned when they
/// were first met and that are believed ever after (kvm-pci-design.md sections 4.1 and 4.6). All of it is faulty as they were:
/// a cached table is not looked up again, an entry of a wrong type makes the guest's first pages a segment table, and a
/// segment table of which only a part was pinned is taken for whole.
/// </summary>
internal sealed class HistoricTables(HistoricPins pins, Storage storage, StageReporter stages, DesignCounters counters)
{
    private const int Quarters = 4;         // a table of 16 KB is four pages
    private const int Entries = 2048;
    private const ulong PageMask = Storage.PageSize - 1;

    private readonly ulong[] _head = new ulong[Quarters];
    private ulong[] _segments = [];
    private ulong[]?[] _pages = [];

    /// <summary>Whether an anchor is registered: the root table's first page is known.</summary>
    public bool IsEnabled => _head[0] != 0;

    /// <summary>Frames that are pinned for the sake of this cache, each as often as it is.</summary>
    public IEnumerable<ulong> CachedFrames
        => _head.Concat(_segments).Concat(_pages.SelectMany(p => p ?? [])).Where(f => f != 0).Select(f => f & ~PageMask);

    /// <summary>Pins the root table's pages; false when one cannot be, and then none is.</summary>
    public bool TryEnable(ulong origin)
    {
        for (var n = 0; n < Quarters; n++)
        {
            if (pins.TryGet(origin + (ulong)n * Storage.PageSize, out _head[n])) continue;
            ReleaseHead();
            return false;
        }
        _segments = new ulong[Entries * Quarters];
        _pages = new ulong[]?[Entries];
        return true;
    }

    /// <summary>
    /// Releases the root table's pages. The other tables are released by their addresses where frame numbers are meant: no
    /// such frame exists, so that they stay pinned for good.
    /// </summary>
    public void Disable()
    {
        ReleaseHead();
        pins.Lose(CachedFrames);
        (_segments, _pages) = ([], []);
    }

    private void ReleaseHead()
    {
        foreach (ref var frame in _head.AsSpan())
        {
            if (frame != 0) pins.Put(frame);
            frame = 0;
        }
    }

    /// <summary>Finds the host address of the guest's page-table entry for an address; addresses from 4 TB up alias.</summary>
    public HistoricWalk Walk(ulong iova, out ulong entry)
    {
        entry = 0;
        var region = (int)IoTableLevel.RegionThird.Index(iova);
        var found = EnterSegments(region, iova, out var segment);
        if (found != HistoricWalk.Found) return found;
        var pages = _pages[region] ??= new ulong[Entries];
        ref var table = ref pages[(int)IoTableLevel.Segment.Index(iova)];
        if (table == 0 && !TryEnterPages(segment, ref table)) return HistoricWalk.None;
        entry = table + IoTableLevel.Page.Index(iova) * 8;
        return HistoricWalk.Found;
    }

    // The host address of the segment-table entry.
    private HistoricWalk EnterSegments(int region, ulong iova, out ulong entry)
    {
        entry = 0;
        var quarters = _segments.AsSpan(region * Quarters, Quarters);
        if (quarters[0] == 0)
        {
            var value = Load(_head[region / (Entries / Quarters)] + (ulong)(region % (Entries / Quarters)) * 8, IoTableLevel.RegionThird);
            if ((value & IoTableEntry.RegionInvalid) != 0) return HistoricWalk.None;
            // The helper answers null for another type, and nobody looks: the guest's page 0 is where null is.
            var origin = (value & IoTableEntry.TableType) == 0x4 ? value & IoTableEntry.TableOrigin : 0;
            for (var n = 0; n < Quarters; n++)
            {
                if (!pins.TryGet(origin + (ulong)n * Storage.PageSize, out quarters[n])) return HistoricWalk.None;
            }
        }
        var index = IoTableLevel.Segment.Index(iova);
        var quarter = quarters[(int)index / (Entries / Quarters)];
        if (quarter == 0) return HistoricWalk.Oops;
        entry = quarter + index % (Entries / Quarters) * 8;
        return HistoricWalk.Found;
    }

    // A segment-table entry that maps a frame of 1 MB is taken for one with a page table.
    private bool TryEnterPages(ulong segment, ref ulong table)
    {
        var value = Load(segment, IoTableLevel.Segment);
        if ((value & (IoTableEntry.RegionInvalid | IoTableEntry.TableType)) != 0) return false;
        var origin = value & IoTableEntry.PageTableOrigin;
        if (!pins.TryGet(origin & ~PageMask, out var frame)) return false;
        table = frame | (origin & PageMask);
        return true;
    }

    /// <summary>Loads an entry through a kernel mapping: each look at it is a load of its own.</summary>
    public ulong Load(ulong address, IoTableLevel level)
    {
        var value = storage.Read64(address);
        counters.GuestEntriesRead++;
        if (stages.IsActive) new StageObserver(stages).EntryRead(level, address, value);
        return value;
    }
}
