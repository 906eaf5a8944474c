namespace S390Sim.Pci;

/// <summary>
/// Where the BARs of a program's functions are in the program's absolute addresses, for the memory-I/O instructions: each at
/// two addresses that differ in one bit, one for write-through and one for write-back mappings. A BAR begins on a boundary of
/// its size and takes at least a page; freed room is used again.
/// </summary>
public sealed class MemoryIoMap
{
    /// <summary>The first address; storage ends below.</summary>
    public const ulong Origin = 0xFFFF_8000_0000_0000;
    /// <summary>Number of the address bit, counted from the left, that selects write-back.</summary>
    public const int WriteBackBit = 18;
    /// <summary>The address bit that selects write-back; the room for BARs is as large.</summary>
    public const ulong WriteBack = 1UL << (63 - WriteBackBit);

    private const ulong PageSize = 4096;

    private readonly record struct Place(ulong Start, ulong Length, PciFunction Function, int Bar);

    private readonly List<Place> _places = [];      // in order of address

    /// <summary>Whether an address is one of BARs, whether or not some BAR is there.</summary>
    public static bool Contains(ulong address) => (address & ~WriteBack) - Origin < WriteBack;

    /// <summary>The write-through address of a function's BAR; false when it is absent or had no room.</summary>
    public bool TryGetAddress(PciFunction function, int bar, out ulong address)
    {
        foreach (var place in _places)
        {
            if (place.Function != function || place.Bar != bar) continue;
            address = place.Start;
            return true;
        }
        address = 0;
        return false;
    }

    /// <summary>The BAR at an address of either kind, and the offset in it.</summary>
    public bool TryFind(ulong address, out PciFunction function, out int bar, out ulong offset)
    {
        address &= ~WriteBack;
        var (low, high) = (0, _places.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_places[middle].Start <= address) low = middle + 1;
            else high = middle;
        }
        var place = low > 0 ? _places[low - 1] : default;
        offset = address - place.Start;
        (function, bar) = (place.Function, place.Bar);
        return low > 0 && offset < place.Length;
    }

    internal void Add(PciFunction function)
    {
        for (var bar = 0; bar < 6; bar++)
        {
            if (function.Device.Bar(bar) is { } region) Insert(function, bar, Math.Max(region.Size, PageSize));
        }
    }

    internal void Remove(PciFunction function) => _places.RemoveAll(place => place.Function == function);

    // The first gap that is large enough. BARs that are too large for any are not mapped.
    private void Insert(PciFunction function, int bar, ulong length)
    {
        var start = Origin;
        for (var n = 0; n <= _places.Count; n++)
        {
            var end = n < _places.Count ? _places[n].Start : Origin + WriteBack;
            if (start <= end && length <= end - start)
            {
                _places.Insert(n, new Place(start, length, function, bar));
                return;
            }
            if (n < _places.Count) start = (_places[n].Start + _places[n].Length + length - 1) & ~(length - 1);
        }
    }
}
