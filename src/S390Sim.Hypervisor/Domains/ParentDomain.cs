using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The parent of nested domains (kvm-pci-design.md sections 6 and 10): all storage of a guest, pinned and charged once, page by
/// page, whatever is mapped by whom. Guest absolute addresses are its I/O virtual ones; the guest's own tables, and the frames
/// that they name, are found through it, so that a child pins nothing.
/// </summary>
/// <remarks>
/// It lives as long as its virtual machine and follows its memory slots: a slot that cannot be pinned is not added; before one
/// goes, whoever uses the parent gives up what leads there, and only then are its frames unpinned.
/// </remarks>
public sealed class ParentDomain : IStageTwo, IMemoryUser, IDisposable
{
    private const ulong InPage = Storage.PageSize - 1;

    private readonly GuestMemory _memory;
    private readonly PagePinner _pinner;
    private readonly DesignCounters _counters;
    private readonly ulong _hostSize;
    private readonly List<ParentRange> _ranges = [];
    private readonly List<IParentUser> _users = [];
    private ParentRange _last = ParentRange.Empty;

    private ParentDomain(VirtualMachine machine)
    {
        (_memory, _pinner, _counters, _hostSize) = (machine.Memory, machine.Pinner, machine.Counters, machine.Storage.Size);
    }

    /// <summary>Pins a guest whole.</summary>
    /// <param name="machine">The virtual machine, of which no CPU has run.</param>
    /// <param name="design">The design that asks, for the message.</param>
    /// <exception cref="ConfigurationLimitException">It cannot be: nothing is pinned.</exception>
    internal static ParentDomain Create(VirtualMachine machine, string design)
    {
        var parent = new ParentDomain(machine);
        foreach (var slot in machine.Memory.Slots)
        {
            if (parent.TryAdd(slot.Start, slot.Size, slot.IsReadOnly)) continue;
            parent.Dispose();
            throw new ConfigurationLimitException(Refusal(design, slot.Size / Storage.PageSize, machine.Account));
        }
        machine.Memory.AddUser(parent);
        return parent;
    }

    private static string Refusal(string design, ulong pages, MemlockAccount account) => pages > account.Limit - account.Charged
        ? $"the design '{design}' pins the whole guest: {pages} pages of 4 KB, and {account.Limit} may be locked"
        : $"the design '{design}' pins the whole guest: the host could not give all {pages} pages of 4 KB";

    /// <summary>Pages that are pinned.</summary>
    public ulong Pages => _counters.ParentPages;

    /// <summary>Finds the frame of a guest page.</summary>
    /// <param name="guest">Guest absolute address.</param>
    /// <param name="frame">Host absolute address of the frame.</param>
    /// <param name="writable">Whether a device may store there at all.</param>
    /// <returns>False where the guest has no storage.</returns>
    public bool TryFind(ulong guest, out ulong frame, out bool writable)
    {
        var range = _last;
        if (guest - range.Start >= range.Size && !TryFindRange(guest, out range))
        {
            (frame, writable) = (0, false);
            return false;
        }
        frame = range.Frames[(guest - range.Start) / Storage.PageSize];
        writable = !range.IsReadOnly;
        return true;
    }

    /// <inheritdoc/>
    public bool TryTranslate(ulong guestAbsolute, bool store, out ulong hostAbsolute)
    {
        var isThere = TryFind(guestAbsolute, out var frame, out var writable) && (writable || !store);
        hostAbsolute = frame | (guestAbsolute & InPage);
        return isThere;
    }

    /// <summary>Everything that is pinned, slot by slot.</summary>
    internal IReadOnlyList<ParentRange> Ranges => _ranges;

    /// <summary>Adds somebody to be told of storage that comes and goes.</summary>
    internal void AddUser(IParentUser user) => _users.Add(user);

    /// <summary>Takes a user off the list.</summary>
    internal void RemoveUser(IParentUser user) => _users.Remove(user);

    /// <inheritdoc/>
    bool IMemoryUser.TryAdd(MemorySlot slot)
    {
        if (!TryAdd(slot.Start, slot.Size, slot.IsReadOnly)) return false;
        var range = _ranges.Find(r => r.Start == slot.Start)!;
        return _users.TrueForAll(u => u.TryExtend(range));
    }

    /// <inheritdoc/>
    void IMemoryUser.Invalidate(ulong guest, ulong length, MemoryLoss loss)
    {
        // A pinned page is not paged out, nor released.
        if (loss != MemoryLoss.SlotDeleted || _ranges.Find(r => r.Start == guest && r.Size == length) is not { } range) return;
        foreach (var user in _users) user.Withdraw(range);
        Remove(range);
    }

    // User space maps and unmaps a slot by one call.
    private bool TryAdd(ulong start, ulong size, bool isReadOnly)
    {
        _counters.Ioctls++;
        var pages = size / Storage.PageSize;
        // Before the table of frames is made: a slot may be much larger than the host.
        if (pages > _pinner.Account.Limit - _pinner.Account.Charged || size > _hostSize) return false;
        var range = new ParentRange(start, size, isReadOnly);
        for (; range.Pinned < range.Frames.Length; range.Pinned++)
        {
            var guest = start + (ulong)range.Pinned * Storage.PageSize;
            if (_pinner.TryPin(guest, out range.Frames[range.Pinned])) continue;
            Unpin(range);
            return false;
        }
        _counters.ParentPages += pages;
        _ranges.Insert(FirstEndingBehind(start), range);
        return true;
    }

    private void Remove(ParentRange range)
    {
        _ranges.Remove(range);
        _last = ParentRange.Empty;
        _counters.ParentPages -= (ulong)range.Pinned;
        _counters.Ioctls++;
        Unpin(range);
    }

    // Whatever the guest's devices could store into counts as changed.
    private void Unpin(ParentRange range)
    {
        while (range.Pinned > 0) _pinner.Unpin(range.Frames[--range.Pinned], isDirty: !range.IsReadOnly);
    }

    private bool TryFindRange(ulong guest, out ParentRange range)
    {
        var place = FirstEndingBehind(guest);
        range = place < _ranges.Count && _ranges[place].Start <= guest ? _ranges[place] : ParentRange.Empty;
        if (range.Size == 0) return false;
        _last = range;
        return true;
    }

    private int FirstEndingBehind(ulong guest)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Start + _ranges[middle].Size <= guest) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Unpins everything.</summary>
    /// <exception cref="InvalidOperationException">Somebody still uses the parent: a child must go first.</exception>
    public void Dispose()
    {
        if (_users.Count != 0) throw new InvalidOperationException($"a parent domain ends before {_users.Count} of its users");
        _memory.RemoveUser(this);
        while (_ranges.Count > 0) Remove(_ranges[^1]);
    }
}
