using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// Paging: a pageable guest may have fewer frames than pages. When it needs one more, the page that has had its frame longest
/// loses it, unless it is pinned or held; its content goes to the swap store and comes back with the next touch.
/// </summary>
public sealed partial class GuestMemory
{
    /// <summary>
    /// Fewest frames of a pageable guest: an instruction may need seven pages at a time (itself and three operands over a block
    /// boundary), each found through up to five tables, and the two of the prefix area: 7 * 6 + 2 = 44.
    /// </summary>
    public const ulong MinimumFrames = 64;

    /// <summary>
    /// Frames of a pageable guest that pins leave for it to run on: what an instruction needs (<see cref="MinimumFrames"/>), 7
    /// * 6 + 2.
    /// </summary>
    public const ulong ReservedFrames = 44;

    private readonly Queue<ulong> _resident = new();
    private SwapStore? _swap;
    private ulong _frameLimit = ulong.MaxValue;
    private ulong _pinnedPages, _reserved;

    /// <summary>Guest pages whose frame is pinned, once or more often.</summary>
    public ulong PinnedPages => _pinnedPages;

    /// <summary>Whether pages may lose their frames.</summary>
    public bool IsPageable => _swap is not null;

    /// <summary>Pages that lost their frame to paging, and pages that got theirs back.</summary>
    public (ulong Out, ulong In) Paged { get; private set; }

    /// <summary>Makes the guest pageable.</summary>
    /// <param name="frameLimit">Most frames; at least <see cref="MinimumFrames"/>.</param>
    /// <param name="swap">Where pages without a frame are kept.</param>
    /// <param name="reserved">Frames that pins leave the guest to run on; a guest that runs guests itself needs more.</param>
    public void MakePageable(ulong frameLimit, SwapStore swap, ulong reserved = ReservedFrames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameLimit, MinimumFrames);
        (_frameLimit, _swap, _reserved) = (frameLimit, swap, reserved);
    }

    /// <summary>
    /// The guest does not need the content of a range any more (DIAGNOSE 10, ESSA): it reads as zeros next, its keys stay. A page
    /// that is pinned keeps its frame and its content: a device has it.
    /// </summary>
    public void Release(ulong guest, ulong length)
    {
        if (!_slots.Contains(guest, length, store: false)) return;
        Tell(guest, length, MemoryLoss.Paged);
        _swap?.DropRange(guest, length);
        for (var page = guest; page < guest + length;)
        {
            if (_gmap.TryTranslate(page, out var frame, out var span) && _frames.Pins(frame) == 0) Unmap(page, frame);
            page += span;
        }
        Generation++;
        _gmap.Announce();
    }

    /// <summary>
    /// Whether a page that has its frame may be pinned too without taking from a pageable guest what it must have to run.
    /// </summary>
    internal bool AllowsPin(ulong frame)
        => _swap is null || _frames.Pins(frame) != 0 || _frameLimit - _pinnedPages > _reserved;

    private bool TryTakeFrame(out ulong frame)
    {
        frame = 0;
        if (_swap is null) return _frames.TryAllocate(Storage.PageSize, Storage.PageSize, out frame);
        while (ResidentPages >= _frameLimit)
        {
            if (!TryPageOut()) return false;
        }
        while (!_frames.TryAllocate(Storage.PageSize, Storage.PageSize, out frame))
        {
            if (!TryPageOut()) return false;
        }
        return true;
    }

    // A table may be what the host has no room for.
    private bool TryMap(ulong page, ulong frame)
    {
        while (!_gmap.TryMap(page, frame))
        {
            if (_swap is null || !TryPageOut()) return false;
        }
        return true;
    }

    private bool TryPageOut()
    {
        for (var tries = _resident.Count; tries > 0; tries--)
        {
            var page = _resident.Dequeue();
            if (!_gmap.TryTranslate(page, out var frame)) continue;
            if (_frames.Pins(frame) != 0 || IsHeld(page) || !TrySave(page, frame))
            {
                _resident.Enqueue(page);
                continue;
            }
            Tell(page, Storage.PageSize, MemoryLoss.Paged);
            Unmap(page, frame);
            Paged = (Paged.Out + 1, Paged.In);
            Generation++;
            _gmap.Announce();
            return true;
        }
        return false;
    }

    private bool IsHeld(ulong page)
    {
        foreach (var user in _users)
        {
            if (user.Holds(page)) return true;
        }
        return false;
    }

    private void Unmap(ulong page, ulong frame)
    {
        _gmap.SetStatus(page, PageStatus.Keeping(_gmap.Status(page), _storage.Key(frame)));
        _gmap.TryTake(page, out _, out _);
        Lose(frame);
    }

    // A new frame is zeros; the key is what the page had. What was discarded reads as zeros from now on.
    private void Restore(ulong page, ulong frame)
    {
        var status = _gmap.Status(page);
        _storage.SetKey(frame, PageStatus.KeyOf(status));
        if ((status & PageStatus.Zero) != 0)
        {
            _gmap.SetStatus(page, status & ~PageStatus.Zero);
            _swap?.Drop(page);
        }
        if (_swap is null) return;
        var content = _swap.Find(page);
        if (content.IsEmpty) return;
        _storage.Write(frame, content);
        _swap.Drop(page);
        Paged = (Paged.Out, Paged.In + 1);
    }

    private void NoteResident(ulong page)
    {
        if (_swap is null) return;
        _resident.Enqueue(page);
        // Pages that went otherwise leave their place in the queue, and may have come back to another.
        if ((ulong)_resident.Count <= 2 * ResidentPages + MinimumFrames) return;
        var pages = _resident.Distinct().Where(p => _gmap.TryTranslate(p, out _)).ToArray();
        _resident.Clear();
        foreach (var other in pages) _resident.Enqueue(other);
    }

    // The storage is gone for good.
    private void Forget(MemorySlot slot)
    {
        _swap?.DropRange(slot.Start, slot.Size);
        _gmap.ClearStatus(slot.Start, slot.End, ulong.MaxValue);
    }
}
