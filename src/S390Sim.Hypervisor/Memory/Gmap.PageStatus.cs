using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>The PGSTEs of the guest's pages (sie.md section 6.5).</summary>
public sealed partial class Gmap
{
    /// <summary>The PGSTE of a guest page; zero where there is no page table.</summary>
    public ulong Status(ulong guest)
        => TryPageEntry(guest, allocate: false, out var entry) ? _storage.Read64(entry + PageStatus.Offset) : 0;

    /// <summary>Replaces the PGSTE of a guest page, which has a page table.</summary>
    internal void SetStatus(ulong guest, ulong status)
    {
        if (TryPageEntry(guest, allocate: false, out var entry)) _storage.Write64(entry + PageStatus.Offset, status);
    }

    /// <summary>Takes bits out of the PGSTEs of a range.</summary>
    /// <param name="guest">First guest absolute address; a multiple of 4096.</param>
    /// <param name="end">First address behind it.</param>
    /// <param name="bits">The bits.</param>
    /// <param name="visitor">Is told each page that had one of them, or null.</param>
    internal void ClearStatus(ulong guest, ulong end, ulong bits, Action<ulong>? visitor = null)
    {
        while (guest < end)
        {
            if (!TryPageEntry(guest, allocate: false, out var entry, out var span))
            {
                guest += span - (guest & (span - 1));
                continue;
            }
            var status = _storage.Read64(entry + PageStatus.Offset);
            if ((status & bits) != 0)
            {
                _storage.Write64(entry + PageStatus.Offset, status & ~bits);
                visitor?.Invoke(guest);
            }
            guest += Storage.PageSize;
        }
    }
}
