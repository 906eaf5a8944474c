using System.Diagnostics.CodeAnalysis;

namespace S390Sim.Hypervisor;

/// <summary>
/// What user space remembers of the pages that it has mapped: guest address and permission, in order of I/O virtual address.
/// Kept by segment of 1 MB; segments that become empty are reused, so that a steady state allocates nothing.
/// </summary>
internal sealed class UserMappings
{
    private const int SegmentShift = 20;
    private const int PageShift = 12;
    private const ulong Mapped = 1;         // guest addresses are those of pages: the low bits are free
    private const ulong Writable = 2;

    private sealed class Segment
    {
        public readonly ulong[] Pages = new ulong[1 << (SegmentShift - PageShift)];
        public int Count;
    }

    private readonly SortedList<ulong, Segment> _segments = [];
    private readonly Stack<Segment> _unused = [];

    /// <summary>Whether exactly this mapping is there; the other result, whether any is.</summary>
    public bool Matches(ulong iova, ulong guest, bool writable, out bool isMapped)
    {
        var entry = TryGet(iova, out var segment) ? segment.Pages[Index(iova)] : 0;
        isMapped = entry != 0;
        return entry == Entry(guest, writable);
    }

    /// <summary>Remembers a page that was not mapped.</summary>
    public void Add(ulong iova, ulong guest, bool writable)
    {
        if (!TryGet(iova, out var segment))
        {
            if (!_unused.TryPop(out segment)) segment = new Segment();
            _segments.Add(iova >> SegmentShift, segment);
        }
        segment.Pages[Index(iova)] = Entry(guest, writable);
        segment.Count++;
    }

    /// <summary>Forgets a page that is mapped.</summary>
    public void Remove(ulong iova)
    {
        var segment = _segments[iova >> SegmentShift];
        segment.Pages[Index(iova)] = 0;
        if (--segment.Count != 0) return;
        _segments.Remove(iova >> SegmentShift);
        _unused.Push(segment);
    }

    /// <summary>The first mapped page from an address up, below an end.</summary>
    public bool TryFindNext(ulong start, ulong end, out ulong iova)
    {
        for (var n = FirstFrom(start >> SegmentShift); n < _segments.Count; n++)
        {
            var origin = _segments.GetKeyAtIndex(n) << SegmentShift;
            if (origin >= end) break;
            var first = origin < start ? Index(start) : 0;
            var found = _segments.GetValueAtIndex(n).Pages.AsSpan(first).IndexOfAnyExcept(0UL);
            iova = origin + ((ulong)(first + found) << PageShift);
            if (found >= 0) return iova < end;
        }
        iova = 0;
        return false;
    }

    /// <summary>The guest address that a mapped page has.</summary>
    public ulong GuestOf(ulong iova) => _segments[iova >> SegmentShift].Pages[Index(iova)] & ~0xFFFUL;

    // Position of the first segment that is not below the given one.
    private int FirstFrom(ulong segment)
    {
        var (low, high) = (0, _segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_segments.GetKeyAtIndex(middle) < segment) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private bool TryGet(ulong iova, [NotNullWhen(true)] out Segment? segment)
        => _segments.TryGetValue(iova >> SegmentShift, out segment);

    private static int Index(ulong iova) => (int)(iova >> PageShift) & ((1 << (SegmentShift - PageShift)) - 1);

    private static ulong Entry(ulong guest, bool writable) => (guest & ~0xFFFUL) | Mapped | (writable ? Writable : 0);
}
