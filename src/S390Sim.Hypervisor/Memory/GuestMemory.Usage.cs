using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>What the guest said of its pages with ESSA: the host keeps nothing that is not needed (sie.md section 8.5).</summary>
public sealed partial class GuestMemory
{
    /// <summary>
    /// The guest said that it does not need the content of a page that has no frame: what is kept of it goes. It has said otherwise
    /// since, or has touched the page, if its PGSTE no longer says so.
    /// </summary>
    internal void Discard(ulong guest)
    {
        if (_swap is null || _gmap.TryTranslate(guest, out _)) return;
        var status = _gmap.Status(guest);
        if (IsUnused(status) || (status & PageStatus.Zero) != 0) _swap.Drop(guest);
    }

    /// <summary>All pages are needed again: the guest was reset.</summary>
    public void ResetUsage() => _gmap.ClearStatus(0, Size, PageStatus.UsageMask | PageStatus.NoDat);

    // The content of a page that loses its frame; false when there is no room for it.
    private bool TrySave(ulong page, ulong frame)
    {
        var status = _gmap.Status(page);
        if (!IsUnused(status)) return _swap!.TrySave(page, _storage.Read(frame, Storage.PageSize));
        _gmap.SetStatus(page, status | PageStatus.Zero);
        return true;
    }

    private static bool IsUnused(ulong status)
        => (status & PageStatus.UsageMask) == (ulong)PageUsage.Unused << PageStatus.UsageShift;
}
