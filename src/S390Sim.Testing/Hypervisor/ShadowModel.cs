namespace S390Sim.Testing.Hypervisor;

/// <summary>How a refresh ends by the model.</summary>
/// <param name="Error">Event code of a malformed table, or 0.</param>
/// <param name="FailingAddress">Page address of the error.</param>
/// <param name="IsInsufficient">Whether some page could not be pinned.</param>
public readonly record struct ModelOutcome(int Error, ulong FailingAddress, bool IsInsufficient);

/// <summary>What the host can give a refresh.</summary>
/// <param name="Limit">Most pages of the function that may be pinned.</param>
/// <param name="IsInstalled">Whether the guest has storage at a page: what has none cannot be pinned.</param>
public readonly record struct HostMeans(ulong Limit, Func<ulong, bool> IsInstalled);

/// <summary>
/// What the host's translations must be, by the reference: a dictionary that each RPCIT brings in step with the guest's tables.
/// </summary>
/// <param name="pba">First usable address.</param>
/// <param name="pal">Last usable address.</param>
public sealed class ShadowModel(ulong pba, ulong pal)
{
    private readonly SortedDictionary<ulong, GuestTranslation> _pages = [];

    /// <summary>Translations that must be there now; the guest address of one whose storage went away is all ones.</summary>
    public IReadOnlyDictionary<ulong, GuestTranslation> Pages => _pages;

    /// <summary>The anchor is gone.</summary>
    public void Clear() => _pages.Clear();

    /// <summary>Another model with the same translations.</summary>
    public ShadowModel Clone()
    {
        var clone = new ShadowModel(pba, pal);
        foreach (var (iova, page) in _pages) clone._pages.Add(iova, page);
        return clone;
    }

    /// <summary>Takes over what is there: after something that the model does not follow page by page.</summary>
    public void Adopt(IReadOnlyDictionary<ulong, HostPage> h)
    {
        _pages.Clear();
        foreach (var (iova, page) in h) _pages.Add(iova, new(true, page.Guest, page.Writable));
    }

    /// <summary>Storage of the guest's goes: what was mapped there is gone too, or a frame that only its pin keeps.</summary>
    /// <param name="origin">Guest address.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="h">What is still mapped.</param>
    public void LoseStorage(ulong origin, ulong size, IReadOnlyDictionary<ulong, HostPage> h)
    {
        foreach (var (iova, page) in _pages.Where(p => p.Value.Guest - origin < size).ToArray())
        {
            if (h.ContainsKey(iova)) _pages[iova] = page with { Guest = ulong.MaxValue };
            else _pages.Remove(iova);
        }
    }

    /// <summary>Whether the translations are those of the host.</summary>
    public bool IsAs(IReadOnlyDictionary<ulong, HostPage> h)
        => h.Count == _pages.Count
            && h.All(p => _pages.TryGetValue(p.Key, out var m) && m.Guest == p.Value.Guest && m.Writable == p.Value.Writable);

    /// <summary>
    /// An RPCIT. A page whose pin is refused stays unmapped; if the range then gave something up, it is gone through again.
    /// </summary>
    /// <param name="guest">G at this moment.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes, more than zero.</param>
    /// <param name="means">What the host can give.</param>
    public ModelOutcome Refresh(IoTranslationModel guest, ulong start, ulong length, HostMeans means)
    {
        var last = length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + length - 1;
        var (from, to) = (Math.Max(start, pba) / 4096 * 4096, Math.Min(last, pal));
        var outcome = Pass(guest, from, to, means, out var removed);
        return outcome is { IsInsufficient: true, Error: 0 } && removed ? Pass(guest, from, to, means, out _) : outcome;
    }

    private bool Remove(ulong first, ulong last)
    {
        List<ulong> gone = [.. _pages.Keys.Where(page => page >= first && page <= last)];
        foreach (var page in gone) _pages.Remove(page);
        return gone.Count != 0;
    }

    private ModelOutcome Pass(IoTranslationModel guest, ulong from, ulong to, HostMeans means, out bool removed)
    {
        var isInsufficient = false;
        removed = false;
        var spans = guest.Spans(new(from, to));
        for (var n = 0; n < spans.Count; n++)
        {
            var (i, g) = spans[n];
            if (g.Error != 0) return new(g.Error, i, isInsufficient);
            if (!g.IsMapped)
            {
                removed |= Remove(i, n + 1 < spans.Count ? spans[n + 1].Iova - 1 : to);
                continue;
            }
            if (_pages.TryGetValue(i, out var present) && present == g) continue;
            removed |= _pages.Remove(i);
            if (means.IsInstalled(g.Guest) && (ulong)_pages.Count < means.Limit) _pages.Add(i, g);
            else isInsufficient = true;
        }
        return new(0, 0, isInsufficient);
    }
}
