using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What is seen at the moment at which it happens.</summary>
public sealed partial class TraceRunner
{
    private const ulong ChangeBits = 0x06, RefreshOperation = 0xB9D3;

    private readonly List<(uint Device, ulong Start, ulong Length)> _flushes = [];
    // What the host's entries designated until a refresh that is still to come, by the entries' addresses.
    private readonly Dictionary<ulong, (ulong Iova, ulong Frame)> _awaited = [];
    private readonly HashSet<ulong> _writable = [];
    // Frames in the IOTLB; null when they must be looked for.
    private HashSet<ulong>? _cached;
    private (HandlerPoint Point, int Number, Action Action)? _during;
    private bool _isWatching, _isDeregistered, _isAppearing, _isForApi;
    private int _exits, _kernelEntries, _userEntries, _reached, _refused, _pauses;
    private ulong _charged;

    // Everything that happens at an RPCIT, from here to its end.
    private RefreshWay Watch(Func<RefreshResult> refresh, out RefreshResult result)
    {
        _flushes.Clear();
        (_exits, _kernelEntries, _userEntries, _reached, _refused) = (0, 0, 0, 0, 0);
        var (executed, counted) = (_bench.Refreshes, _bench.Machine.Refreshes);
        _isWatching = true;
        var walked = _bench.Machine.Design.PagesWalked;
        result = refresh();
        _pauses = (int)((_bench.Machine.Design.PagesWalked - walked) / LentShadow.Chunk);
        _isWatching = false;
        return new(_bench.Refreshes - executed, _bench.Machine.Refreshes - counted, _exits, _kernelEntries, _userEntries);
    }

    void IStageListener.OnStage(in Stage stage)
    {
        if (stage.Kind == HypervisorStages.PagePinned) Pinned(stage.B, stage.C, stage.D);
        else if (stage.Kind == HypervisorStages.PageUnpinned) Unpinned(stage.A, stage.B, stage.C);
        else if (stage.Kind == HypervisorStages.PinRefused) Refused(stage.B);
        else if (stage.Kind == IommuStages.HostEntryWritten) Stored(stage.A, stage.B, stage.C);
        else if (stage.Kind == IommuStages.IotlbFlushed) Flushed((uint)stage.A, stage.B, stage.C);
        else if (stage.Kind == IommuStages.DmaTranslated) _cached = null;
        else if (_isWatching) Watched(stage);
    }

    private void Watched(in Stage stage)
    {
        if (stage.Kind == HypervisorStages.SieExit) _exits += stage.A == 4 && stage.B == RefreshOperation ? 1 : 0;
        else if (stage.Kind == HypervisorStages.HandlerEntered && stage.A >> 48 == RefreshOperation)
        {
            if (stage.C != 0) _kernelEntries++;
            else _userEntries++;
            _text = stage.A;
        }
        else if (stage.Kind == IommuStages.PageEntryRead) Loaded(stage.A);
        else if (stage.Kind == IommuStages.SegmentEntryRead
            || stage.Kind == IommuStages.RegionEntryRead) Reach(HandlerPoint.EntryLoaded);
    }

    // A handler may look at the guest's tables by their addresses in the guest, or in the host.
    private void Loaded(ulong address)
    {
        Reach(HandlerPoint.EntryLoaded);
        if (address == _entry || (_bench.Memory.Map.TryTranslate(address, out var absolute) && absolute == _entry))
            Reach(HandlerPoint.SameEntryLoaded);
    }

    private ulong _text, _entry;

    private void Reach(HandlerPoint point)
    {
        if (!_isWatching || _during is not { } during || during.Point != point || ++_reached < during.Number) return;
        _during = null;
        during.Action();
    }

    // The page is clean when its pins begin, so that what it is when they end comes from them.
    private void Pinned(ulong frame, ulong pins, ulong charged)
    {
        _charged = charged;
        if (pins == 1)
        {
            _bench.Storage.Key(frame) &= unchecked((byte)~ChangeBits);
            _writable.Remove(frame);
        }
        Reach(HandlerPoint.PagePinned);
    }

    private void Unpinned(ulong frame, ulong pins, ulong charged)
    {
        _charged = charged;
        if (pins == 0) Released(frame);
        Reach(HandlerPoint.PageUnpinned);
    }

    private void Released(ulong frame)
    {
        _cached ??= [.. _bench.Iommu.IotlbContents().Select(t => t.Frame)];
        _check.ReleasedAfterTheFlush(frame, _cached.Contains(frame), _awaited.Values.Any(e => e.Frame == frame));
        // A page that went before its last pin is nobody's to ask, and what lies below the tables the guest stores into itself.
        if (!_bench.Frames.IsAllocated(frame) || IsBelowTables(frame)) return;
        // What is pinned for being the guest's might have been stored into by any device.
        _check.DirtyIfWritable(frame, (_bench.Storage.Key(frame) & 0x02) != 0, _writable.Contains(frame) || !_promises.PinsEach);
    }

    private bool IsBelowTables(ulong frame)
    {
        for (var guest = 0UL; guest < TraceLayout.Root(0); guest += 4096)
        {
            if (_bench.Memory.Map.TryTranslate(guest, out var other) && other == frame) return true;
        }
        return false;
    }

    private void Refused(ulong charged)
    {
        _refused++;
        _check.RefusalChargesNothing(charged, _charged);
    }

    private void Stored(ulong iova, ulong address, ulong entry)
    {
        // What is stored for a caller of the API is its to pin, and to refresh.
        if (_isForApi) return;
        var frame = entry & ~0xFFFUL;
        var isValid = (entry & 0x400) == 0;
        if ((Now.HostEntries.Remove(address, out var old) || _anchors[_bench.Focus ^ 1].HostEntries.Remove(address, out old))
            && (!isValid || old.Frame != frame)) _awaited[address] = old;
        if (!isValid) return;
        Now.HostEntries[address] = (iova, frame);
        _isAppearing |= _isDeregistered;
        // Entries of the upper levels designate the host's tables, which are never pinned, nor a guest's.
        if (_isWatching && (_bench.Frames.Pins(frame) > 0 || IsGuests(frame))) _check.PinnedBeforeStored(frame, _bench.Frames);
        if ((entry & 0x200) == 0) _writable.Add(frame);
        Reach(HandlerPoint.EntryStored);
    }

    private bool IsGuests(ulong frame) => _observer.GuestOf(frame) != ulong.MaxValue;

    private void Flushed(uint device, ulong start, ulong length)
    {
        _cached = null;
        if (_isWatching) _flushes.Add((device, start, length));
        foreach (var (address, entry) in _awaited.ToArray())
        {
            if (entry.Iova - (start % TraceLayout.Aliases) < length || length == ulong.MaxValue) _awaited.Remove(address);
        }
        Reach(HandlerPoint.HostRefreshed);
    }

    private void Forget()
    {
        _awaited.Clear();
        _writable.Clear();
        _charged = 0;
        _during = null;
        _isForApi = false;
        foreach (var anchor in _anchors)
        {
            anchor.Clear();
            anchor.Ever.Clear();
        }
        Disarm();
        (_isLimited, _isDiverged, _sharedDomain) = (false, false, null);
    }
}
