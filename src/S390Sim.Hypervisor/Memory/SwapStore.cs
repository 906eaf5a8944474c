using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Where the host keeps the content of guest pages that have no frame; pages of zeros take no room.</summary>
/// <param name="capacity">Most pages at a time.</param>
public sealed class SwapStore(ulong capacity)
{
    private readonly Dictionary<ulong, byte[]> _pages = [];
    private readonly Stack<byte[]> _unused = [];

    /// <summary>Most pages at a time.</summary>
    public ulong Capacity => capacity;

    /// <summary>Pages that are kept.</summary>
    public int Count => _pages.Count;

    /// <summary>Keeps a page's content; false when there is no room.</summary>
    public bool TrySave(ulong guest, ReadOnlySpan<byte> content)
    {
        if (!content.ContainsAnyExcept((byte)0)) return true;
        if ((ulong)_pages.Count >= capacity) return false;
        if (!_unused.TryPop(out var page)) page = new byte[Storage.PageSize];
        content.CopyTo(page);
        _pages.Add(guest, page);
        return true;
    }

    /// <summary>The content that was saved, to be dropped when it was copied; empty for a page of zeros.</summary>
    public ReadOnlySpan<byte> Find(ulong guest) => _pages.GetValueOrDefault(guest);

    /// <summary>Forgets the pages of a range.</summary>
    public void DropRange(ulong guest, ulong length)
    {
        if (_pages.Count == 0) return;
        foreach (var page in _pages.Keys.Where(p => p - guest < length).ToArray()) Drop(page);
    }

    /// <summary>Forgets a page.</summary>
    public void Drop(ulong guest)
    {
        if (_pages.Remove(guest, out var page)) _unused.Push(page);
    }
}
