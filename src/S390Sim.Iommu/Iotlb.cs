namespace S390Sim.Iommu;

/// <summary>A translation that the IOTLB holds.</summary>
/// <param name="DeviceId">The device it is for.</param>
/// <param name="Iova">Page address, without the bits that the anchor's tables ignore.</param>
/// <param name="Frame">Host absolute address of the page frame.</param>
/// <param name="Writable">Whether the device may store.</param>
public readonly record struct IotlbTranslation(uint DeviceId, ulong Iova, ulong Frame, bool Writable);

/// <summary>
/// Translations that walks found: sets of four ways, the oldest of a set is replaced. Holds valid translations only, each of
/// one 4 KB page, and what it holds depends on nothing but the order of accesses.
/// </summary>
internal sealed class Iotlb
{
    private const int Ways = 4;
    private const ulong Valid = 1;
    private const ulong Writable = 1;

    private struct Entry
    {
        public ulong Tag;       // page address and the valid bit
        public ulong Frame;     // frame address and the writable bit
        public uint DeviceId;
    }

    private readonly Entry[] _entries;
    private readonly byte[] _oldest;
    private int _count;

    public Iotlb(int entries)
    {
        if (entries < Ways || (entries & (entries - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(entries), entries, "a power of two of at least four");
        _entries = new Entry[entries];
        _oldest = new byte[entries / Ways];
    }

    public int Capacity => _entries.Length;

    public bool TryFind(uint deviceId, ulong page, out ulong frame, out bool writable)
    {
        foreach (ref var entry in Set(deviceId, page))
        {
            if (entry.Tag != (page | Valid) || entry.DeviceId != deviceId) continue;
            frame = entry.Frame & ~Writable;
            writable = (entry.Frame & Writable) != 0;
            return true;
        }
        frame = 0;
        writable = false;
        return false;
    }

    public void Insert(uint deviceId, ulong page, ulong frame, bool writable)
    {
        var set = Set(deviceId, page);
        var at = -1;
        for (var way = 0; way < Ways; way++)
        {
            if (set[way].Tag == (page | Valid) && set[way].DeviceId == deviceId) { at = way; break; }
            if (at < 0 && set[way].Tag == 0) at = way;
        }
        if (at >= 0 && set[at].Tag == 0) _count++;
        if (at < 0)
        {
            ref var oldest = ref _oldest[SetIndex(deviceId, page)];
            at = oldest;
            oldest = (byte)((oldest + 1) % Ways);
        }
        set[at] = new Entry { Tag = page | Valid, Frame = frame | (writable ? Writable : 0), DeviceId = deviceId };
    }

    /// <summary>Drops pages of a device: so many from the first on, in the width of the anchor.</summary>
    public int Remove(uint deviceId, ulong firstPage, ulong count, ulong addressMask)
    {
        if (_count == 0) return 0;
        var removed = count <= (ulong)_entries.Length
            ? RemoveEach(deviceId, firstPage, count, addressMask) : RemoveWithin(deviceId, firstPage, count, addressMask);
        _count -= removed;
        return removed;
    }

    private int RemoveEach(uint deviceId, ulong firstPage, ulong count, ulong addressMask)
    {
        var removed = 0;
        for (ulong n = 0; n < count; n++) removed += RemoveOne(deviceId, ((firstPage + n) << 12) & addressMask);
        return removed;
    }

    private int RemoveWithin(uint deviceId, ulong firstPage, ulong count, ulong addressMask)
    {
        var removed = 0;
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Tag == 0 || entry.DeviceId != deviceId) continue;
            if ((((entry.Tag >> 12) - firstPage) & (addressMask >> 12)) >= count) continue;
            entry = default;
            removed++;
        }
        return removed;
    }

    public int RemoveAll(uint deviceId) => Remove(deviceId, 0, ulong.MaxValue, ulong.MaxValue);

    public IEnumerable<IotlbTranslation> Contents()
    {
        foreach (var entry in _entries)
        {
            if (entry.Tag != 0)
                yield return new(entry.DeviceId, entry.Tag & ~Valid, entry.Frame & ~Writable, (entry.Frame & Writable) != 0);
        }
    }

    private int RemoveOne(uint deviceId, ulong page)
    {
        foreach (ref var entry in Set(deviceId, page))
        {
            if (entry.Tag != (page | Valid) || entry.DeviceId != deviceId) continue;
            entry = default;
            return 1;
        }
        return 0;
    }

    private Span<Entry> Set(uint deviceId, ulong page) => _entries.AsSpan(SetIndex(deviceId, page) * Ways, Ways);

    // Pages in a row go to sets in a row; devices begin at different sets.
    private int SetIndex(uint deviceId, ulong page) => (int)(((page >> 12) + deviceId * 37UL) & (ulong)(_oldest.Length - 1));
}
