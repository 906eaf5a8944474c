namespace S390Sim.Testing.Hypervisor;

/// <summary>How a refresh ends by the model.</summary>
/// <param name="Error">Event code of a malformed table, or 0.</param>
/// <param name="FailingAddress">Page address of the error.</param>
/// <param name="IsInsufficient">Whether some page could not be pinned.</param>
public readonly record struct ModelOutcome(int Error, ulong FailingAddress, bool IsInsufficient);

/// <summary>
/// What the host's translations must be, by the reference: a dictionary that each RPCIT brings in step with the guest's tables.
/// </summary>
/// <param name="pba">First usable address.</param>
/// <param name="pal">Last usable address.</param>
public sealed class ShadowModel(ulong pba, ulong pal)
{
    private readonly SortedDictionary<ulong, GuestTranslation> _pages = [];

    /// <summary>Translations that must be there now.</summary>
    public IReadOnlyDictionary<ulong, GuestTranslation> Pages => _pages;

    /// <summary>The anchor is gone.</summary>
    public void Clear() => _pages.Clear();

    /// <summary>
    /// An RPCIT. A page whose pin is refused stays unmapped; if the range then gave something up, it is gone through again.
    /// </summary>
    /// <param name="guest">G at this moment.</param>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes, more than zero.</param>
    /// <param name="limit">Most pages that may be pinned.</param>
    /// <param name="guestSize">Guest storage in bytes: what lies beyond cannot be pinned.</param>
    public ModelOutcome Refresh(IoTranslationModel guest, ulong start, ulong length, ulong limit, ulong guestSize)
    {
        var last = length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + length - 1;
        var (from, to) = (Math.Max(start, pba) / 4096 * 4096, Math.Min(last, pal));
        var outcome = Pass(guest, from, to, limit, guestSize, out var removed);
        return outcome.IsInsufficient && removed ? Pass(guest, from, to, limit, guestSize, out _) : outcome;
    }

    private bool Remove(ulong first, ulong last)
    {
        if (last - first < 4096) return _pages.Remove(first);
        List<ulong> gone = [.. _pages.Keys.Where(page => page >= first && page <= last)];
        foreach (var page in gone) _pages.Remove(page);
        return gone.Count != 0;
    }

    private ModelOutcome Pass(IoTranslationModel guest, ulong from, ulong to, ulong limit, ulong guestSize, out bool removed)
    {
        var isInsufficient = false;
        removed = false;
        for (var i = from; i <= to; i = guest.Next(i))
        {
            var g = guest.Walk(i);
            if (g.Error != 0) return new(g.Error, i, false);
            if (!g.IsMapped)
            {
                removed |= Remove(i, Math.Min(guest.Next(i) - 1, to));
                continue;
            }
            if (_pages.TryGetValue(i, out var present) && present == g) continue;
            removed |= _pages.Remove(i);
            if (g.Guest < guestSize && (ulong)_pages.Count < limit) _pages.Add(i, g);
            else isInsufficient = true;
        }
        return new(0, 0, isInsufficient);
    }
}
