using System.Buffers.Binary;
using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What the guest's tables say of a page.</summary>
/// <param name="IsMapped">Whether a frame is mapped.</param>
/// <param name="Guest">Guest absolute address of the frame.</param>
/// <param name="Writable">Whether no level protects it.</param>
/// <param name="Error">Event code of a malformed table, 0 when there is none.</param>
public readonly record struct GuestTranslation(bool IsMapped, ulong Guest = 0, bool Writable = false, int Error = 0);

/// <summary>
/// G(i): the guest's walk of a page through its region-third, segment and page tables as they are when it is first asked.
/// Written from zpci.md section 4 with its numbers, and sharing nothing with the simulator's walk.
/// </summary>
/// <param name="memory">Guest absolute storage.</param>
/// <param name="iota">The anchor.</param>
public sealed class IoTranslationModel(GuestMemory memory, ulong iota)
{
    private readonly Dictionary<ulong, byte[]?> _tables = [];

    /// <summary>Walks one page.</summary>
    public GuestTranslation Walk(ulong iova) => Walk(iova, out _);

    // The other result: the first address after the page at which the tables may say something else, which is the next page, or
    // the end of the region or segment whose entry is invalid or malformed.
    private GuestTranslation Walk(ulong iova, out ulong next)
    {
        var isProtected = (iota & 0x200) != 0;
        next = (iova / 0x8000_0000 + 1) * 0x8000_0000;

        var rtx = (iova >> 31) % 2048;
        if (!TryLoad(iota / 0x4000 * 0x4000 + rtx * 8, out var rte)) return new(false, Error: 0xA);
        if ((rte & 0x20) != 0) return default;
        if ((rte & 0x03) != 3 || (rte & 0xC0) != 0) return new(false, Error: 8);
        if ((rte & 0x0C) != 4) return new(false, Error: 9);
        isProtected |= (rte & 0x200) != 0;

        next = (iova / 0x10_0000 + 1) * 0x10_0000;
        var sx = (iova >> 20) % 2048;
        if (!TryLoad(rte / 0x4000 * 0x4000 + sx * 8, out var ste)) return new(false, Error: 0xA);
        if ((ste & 0x20) != 0) return default;
        if ((ste & 0x0C) != 0) return new(false, Error: 9);
        isProtected |= (ste & 0x200) != 0;
        next = iova / 0x1000 * 0x1000 + 0x1000;
        if ((ste & 0x400) != 0) return new(true, ste / 0x10_0000 * 0x10_0000 + iova % 0x10_0000 / 0x1000 * 0x1000, !isProtected);

        var px = (iova >> 12) % 256;
        if (!TryLoad(ste / 0x800 * 0x800 + px * 8, out var pte)) return new(false, Error: 0xA);
        if ((pte & 0x400) != 0) return default;
        isProtected |= (pte & 0x200) != 0;
        return new(true, pte / 0x1000 * 0x1000, !isProtected);
    }

    /// <summary>
    /// What the tables say of a range: each page that is mapped, each address of a malformed entry, and the stretches between,
    /// from
    /// an address to the one of the next.
    /// </summary>
    public IReadOnlyList<(ulong Iova, GuestTranslation Page)> Spans(PageRange range)
    {
        if (_spans is not null && _range == range) return _spans;
        List<(ulong, GuestTranslation)> spans = [];
        var isInHole = false;
        for (var i = range.First; i >= range.First && i <= range.Last;)
        {
            var page = Walk(i, out var next);
            var isHole = !page.IsMapped && page.Error == 0;
            if (!isHole || !isInHole) spans.Add((i, page));
            (isInHole, i) = (isHole, next);
        }
        (_range, _spans) = (range, spans);
        return spans;
    }

    /// <summary>Every page of a range that is mapped, or whose tables are malformed.</summary>
    public IEnumerable<(ulong Iova, GuestTranslation Page)> Pages(PageRange range)
        => Spans(range).Where(s => s.Page.IsMapped || s.Page.Error != 0);

    private PageRange _range;
    private List<(ulong, GuestTranslation)>? _spans;

    /// <summary>Whether an entry above the page's own is invalid, so that nothing below it is mapped.</summary>
    public bool IsCutOff(ulong iova) => !TryUpper(iova, out _);

    /// <summary>Guest absolute address of the entry that maps a page that is mapped.</summary>
    public ulong EntryOf(ulong iova)
    {
        if (!TryUpper(iova, out var place)) return 0;
        TryLoad(place, out var ste);
        return (ste & 0x400) != 0 ? place : ste / 0x800 * 0x800 + (iova >> 12) % 256 * 8;
    }

    // Guest absolute address of the valid segment-table entry above a page.
    private bool TryUpper(ulong iova, out ulong place)
    {
        place = 0;
        if (!TryLoad(iota / 0x4000 * 0x4000 + (iova >> 31) % 2048 * 8, out var rte) || (rte & 0x20) != 0) return false;
        place = rte / 0x4000 * 0x4000 + (iova >> 20) % 2048 * 8;
        return TryLoad(place, out var ste) && (ste & 0x20) == 0;
    }

    private bool TryLoad(ulong address, out ulong value)
    {
        var page = address / 0x1000 * 0x1000;
        if (!_tables.TryGetValue(page, out var bytes))
        {
            bytes = new byte[0x1000];
            if (!memory.TryRead(page, bytes)) bytes = null;
            _tables.Add(page, bytes);
        }
        value = bytes is null ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan((int)(address % 0x1000)));
        return bytes is not null;
    }
}
