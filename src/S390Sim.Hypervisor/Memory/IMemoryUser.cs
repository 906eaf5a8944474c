namespace S390Sim.Hypervisor;

/// <summary>Why the host takes guest pages away.</summary>
public enum MemoryLoss
{
    /// <summary>The page's frame goes, its content stays the guest's: it was paged out, or released by the guest.</summary>
    Paged,
    /// <summary>The memory slot goes: there is no guest storage any more.</summary>
    SlotDeleted,
}

/// <summary>
/// Somebody who keeps what follows from the guest's map: shadow tables, pins, host entries. Users are told before the mapping
/// goes, in the order in which they came; a page that is pinned keeps its frame until its last pin is taken off.
/// </summary>
public interface IMemoryUser
{
    /// <summary>
    /// Guest pages go: what was derived from their mapping must be dropped before this returns. It is allowed to unpin here.
    /// </summary>
    /// <param name="guest">First guest absolute address; a multiple of 4096.</param>
    /// <param name="length">Bytes; a multiple of 4096.</param>
    /// <param name="loss">Why.</param>
    void Invalidate(ulong guest, ulong length, MemoryLoss loss) { }

    /// <summary>
    /// A memory slot came, and its storage may be used already. A single no is -ENOMEM for who adds it, and it is gone again.
    /// </summary>
    bool TryAdd(MemorySlot slot) => true;

    /// <summary>Whether a range's slot may be deleted at all; a single no is -EBUSY for who asks, and nothing changes.</summary>
    bool AllowsDeletion(ulong guest, ulong length) => true;

    /// <summary>Whether a page must stay where it is for now without being pinned: a CPU's prefix area.</summary>
    bool Holds(ulong guest) => false;
}
