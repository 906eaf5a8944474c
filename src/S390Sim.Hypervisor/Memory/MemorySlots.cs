using System.Diagnostics.CodeAnalysis;

namespace S390Sim.Hypervisor;

/// <summary>The memory slots of a guest in order of address.</summary>
internal sealed class MemorySlots
{
    /// <summary>Most slots at a time: a search is then at most nine steps.</summary>
    public const int Maximum = 512;
    /// <summary>What the map of a guest covers: a full region-third table of 2048 regions of 2 GB.</summary>
    public const ulong AddressLimit = 2048UL << 31;

    private const ulong InPage = Cpu.Storage.PageSize - 1;
    private readonly List<MemorySlot> _slots = [];
    private MemorySlot? _last;

    public IReadOnlyList<MemorySlot> All => _slots;

    /// <summary>First address behind the highest slot.</summary>
    public ulong End => _slots.Count == 0 ? 0 : _slots[^1].End;

    public MemorySlot? WithId(int id) => _slots.Find(s => s.Id == id);

    /// <summary>The slot that has a byte.</summary>
    public bool TryFind(ulong guest, [NotNullWhen(true)] out MemorySlot? slot)
    {
        slot = _last;
        if (slot is not null && guest - slot.Start < slot.Size) return true;
        var n = FirstEndingBehind(guest);
        slot = n < _slots.Count && _slots[n].Start <= guest ? _slots[n] : null;
        if (slot is not null) _last = slot;
        return slot is not null;
    }

    /// <summary>Whether all bytes of a range are there; adjacent slots are one storage.</summary>
    public bool Contains(ulong guest, ulong length, bool store)
    {
        if (length == 0) return guest <= End;
        if (length > ulong.MaxValue - guest) return false;
        for (var at = guest; at < guest + length;)
        {
            if (!TryFind(at, out var slot) || (store && slot.IsReadOnly)) return false;
            at = slot.End;
        }
        return true;
    }

    public SlotStatus Add(int id, ulong start, ulong size, SlotFlags flags)
    {
        if (_slots.Count >= Maximum || size == 0 || ((start | size) & InPage) != 0) return SlotStatus.Invalid;
        if (start >= AddressLimit || size > AddressLimit - start) return SlotStatus.Invalid;
        var place = FirstEndingBehind(start);
        if (place < _slots.Count && _slots[place].Start < start + size) return SlotStatus.Overlap;
        _slots.Insert(place, new MemorySlot(id, start, size, flags));
        return SlotStatus.Ok;
    }

    public void Remove(MemorySlot slot)
    {
        _slots.Remove(slot);
        _last = null;
    }

    private int FirstEndingBehind(ulong guest)
    {
        var (low, high) = (0, _slots.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_slots[middle].End <= guest) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
