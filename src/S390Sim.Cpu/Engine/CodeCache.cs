namespace S390Sim.Cpu;

/// <summary>
/// All code pages of a storage, found by absolute address and shared by the processors. A store into a block that has one
/// resets just the slots it overlaps, so that even the next instruction sees it.
/// </summary>
public sealed unsafe class CodeCache : IDisposable
{
    /// <summary>At most this many pages (66 KB each, about 270 MB): beyond it all are dropped and decoded again on use.</summary>
    private const int MaxPages = 4096;

    private readonly Storage _storage;
    private readonly Dictionary<ulong, CodePage> _pages = [];

    /// <summary>Makes the cache of a storage.</summary>
    public CodeCache(Storage storage)
    {
        _storage = storage;
        storage.CodeStored += OnStored;
    }

    /// <summary>Raised before pages are dropped: every pointer to a slot becomes invalid.</summary>
    public event Action? Dropping;

    /// <summary>Slot 0 of the block at an absolute address.</summary>
    internal Insn* Find(ulong absolute)
    {
        absolute &= ~(ulong)(Storage.PageSize - 1);
        if (_pages.TryGetValue(absolute, out var page)) return page.First;
        if (_pages.Count == MaxPages) Drop();
        page = new CodePage(absolute);
        _pages.Add(absolute, page);
        _storage.MarkCode(absolute, true);
        return page.First;
    }

    private void OnStored(ulong absolute, int length)
    {
        var end = absolute + (ulong)length;
        // An instruction that starts up to four bytes earlier may reach into the range.
        var start = absolute < 4 ? 0 : absolute - 4;
        for (var block = start & ~(ulong)(Storage.PageSize - 1); block < end; block += Storage.PageSize)
        {
            if (!_pages.TryGetValue(block, out var page)) continue;
            var from = start <= block ? 0 : (int)(start - block) / 2;
            var to = end >= block + Storage.PageSize ? CodePage.Slots - 1 : (int)(end - block - 1) / 2;
            page.Reset(from, to);
        }
    }

    private void Drop()
    {
        Dropping?.Invoke();
        foreach (var page in _pages.Values)
        {
            _storage.MarkCode(page.Absolute, false);
            page.Dispose();
        }
        _pages.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();
}
