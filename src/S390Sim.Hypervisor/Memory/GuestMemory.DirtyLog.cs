using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// Dirty tracking by write protection: a page of a logged slot is mapped protected until the first store, which faults, is noted,
/// and opens it until the log is fetched. All storing goes through the map or through here, so that nothing is lost between two
/// virtual CPUs; what a device may store to is dirty as long as it is pinned.
/// </summary>
public sealed partial class GuestMemory
{
    /// <summary>KVM_GET_DIRTY_LOG: fetches a slot's log and clears it.</summary>
    /// <param name="id">The slot.</param>
    /// <param name="log">Receives <see cref="MemorySlot.LogWords"/> words; bit n of word m is page 64 m + n.</param>
    public SlotStatus GetDirtyLog(int id, Span<ulong> log)
    {
        if (_slots.WithId(id) is not { Dirty: { } dirty } slot) return SlotStatus.NoSlot;
        if (log.Length < dirty.Length) return SlotStatus.Invalid;
        for (var guest = slot.Start; guest < slot.End;)
        {
            if (_gmap.TryTranslate(guest, out var frame, out var span) && _frames.Pins(frame) != 0) slot.Mark(guest);
            guest += span;
        }
        // A key that was changed, by SIE or in its place, is a change of the page.
        _gmap.ClearStatus(slot.Start, slot.End, PageStatus.UserDirty, slot.Mark);
        dirty.CopyTo(log);
        Array.Clear(dirty);
        ProtectAll(slot);
        return SlotStatus.Ok;
    }

    private void MarkFrame(ulong frame)
    {
        var guest = _guestOf[frame / Storage.PageSize];
        if (guest != Nobody && _slots.TryFind(guest, out var slot)) slot.Mark(guest);
    }

    private void ProtectAll(MemorySlot slot)
    {
        for (var guest = slot.Start; guest < slot.End;)
        {
            if (_gmap.TryTranslate(guest, out _, out var span)) _gmap.Protect(guest, true);
            guest += span;
        }
        _gmap.ClearStatus(slot.Start, slot.End, PageStatus.UserDirty);
        _gmap.Announce();
    }
}
