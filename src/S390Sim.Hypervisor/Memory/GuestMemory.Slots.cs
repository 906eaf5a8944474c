using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Memory slots: storage that comes and goes while the guest runs.</summary>
public sealed partial class GuestMemory
{
    private readonly MemorySlots _slots = new();
    private readonly List<IMemoryUser> _users = [];
    // Frames of pages that are gone, kept by pins: freed with the last of them.
    private readonly HashSet<ulong> _orphans = [];
    private bool _isLogging;

    /// <summary>The slots in order of address.</summary>
    public IReadOnlyList<MemorySlot> Slots => _slots.All;

    /// <summary>Frames without a guest page that pins still keep.</summary>
    public int OrphanFrames => _orphans.Count;

    /// <summary>Adds somebody to be told when pages go.</summary>
    public void AddUser(IMemoryUser user) => _users.Add(user);

    /// <summary>Takes a user off the list.</summary>
    public void RemoveUser(IMemoryUser user) => _users.Remove(user);

    /// <summary>Whether the guest has storage at all addresses of a range.</summary>
    public bool IsInstalled(ulong guest, ulong length) => _slots.Contains(guest, length, store: false);

    /// <summary>Whether the guest has storage at an address that it may store into.</summary>
    public bool IsWritable(ulong guest) => _slots.Contains(guest, 1, store: true);

    /// <summary>
    /// KVM_SET_USER_MEMORY_REGION: adds a slot, changes the flags of one that is there, or with a size of 0 deletes it. A slot is
    /// a multiple of 4 KB; another place or size for a slot that is there is refused. All checks come before any change.
    /// </summary>
    public SlotStatus SetSlot(int id, ulong start, ulong size, SlotFlags flags = SlotFlags.None)
    {
        if ((flags & ~(SlotFlags.DirtyLog | SlotFlags.ReadOnly)) != 0) return SlotStatus.Invalid;
        var slot = _slots.WithId(id);
        if (size == 0) return slot is null ? SlotStatus.NoSlot : Delete(slot);
        if (slot is null) return Add(id, start, size, flags);
        if (slot.Start != start || slot.Size != size) return SlotStatus.Invalid;
        if (((slot.Flags ^ flags) & SlotFlags.ReadOnly) != 0) return SlotStatus.Invalid;
        var startsLog = slot.Dirty is null;
        slot.Flags = flags;
        if (slot.Dirty is not null && startsLog) ProtectAll(slot);
        _isLogging = _slots.All.Any(s => s.Dirty is not null);
        return SlotStatus.Ok;
    }

    private SlotStatus Add(int id, ulong start, ulong size, SlotFlags flags)
    {
        var status = _slots.Add(id, start, size, flags);
        if (status != SlotStatus.Ok) return status;
        _isLogging |= (flags & SlotFlags.DirtyLog) != 0;
        var slot = _slots.WithId(id)!;
        foreach (var user in _users)
        {
            if (user.TryAdd(slot)) continue;
            Take(slot);
            return SlotStatus.NoMemory;
        }
        return SlotStatus.Ok;
    }

    private SlotStatus Delete(MemorySlot slot)
    {
        foreach (var user in _users)
        {
            if (!user.AllowsDeletion(slot.Start, slot.Size)) return SlotStatus.Busy;
        }
        Take(slot);
        return SlotStatus.Ok;
    }

    private void Take(MemorySlot slot)
    {
        // A user may ask for the storage again while it lets go; there must be none.
        _slots.Remove(slot);
        Tell(slot.Start, slot.Size, MemoryLoss.SlotDeleted);
        for (var guest = slot.Start; guest < slot.End;)
        {
            if (_gmap.TryTake(guest, out var frame, out var span)) Lose(frame);
            guest += span;
        }
        Forget(slot);
        _isLogging = _slots.All.Any(s => s.Dirty is not null);
        Generation++;
        _gmap.Announce();
    }

    private void Tell(ulong guest, ulong length, MemoryLoss loss)
    {
        foreach (var user in _users) user.Invalidate(guest, length, loss);
    }

    // The page is unmapped: its frame goes back, unless it is pinned.
    private void Lose(ulong frame)
    {
        ResidentPages--;
        _guestOf[frame / Storage.PageSize] = Nobody;
        if (_frames.Pins(frame) != 0)
        {
            _orphans.Add(frame);
            _pinnedPages--;
        }
        else _frames.Free(frame, Storage.PageSize);
    }

    /// <summary>A page's frame got a pin.</summary>
    internal void Pinned(ulong frame)
    {
        if (_frames.Pins(frame) == 1) _pinnedPages++;
    }

    /// <summary>A frame lost a pin: what only the pin kept goes back to the host.</summary>
    internal void Unpinned(ulong frame, bool isDirty)
    {
        if (isDirty && _isLogging) MarkFrame(frame);
        frame &= ~InPage;
        if (_frames.Pins(frame) != 0) return;
        if (_orphans.Count != 0 && _orphans.Remove(frame)) _frames.Free(frame, Storage.PageSize);
        else _pinnedPages--;
    }
}
