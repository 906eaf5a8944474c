using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// All of a guest's storage in one domain, at a fixed distance: for functions whose anchors do not translate. Those with the same
/// distance and protection share it.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="origin">The I/O virtual address that stands for guest absolute 0.</param>
/// <param name="isProtected">Whether the functions cannot store.</param>
internal sealed class DirectMapping(S390Domain domain, ulong origin, bool isProtected) : IDisposable
{
    /// <summary>The domain.</summary>
    public S390Domain Domain => domain;

    /// <summary>Whether it is what an anchor asks for.</summary>
    public bool Matches(ulong itsOrigin, bool itsProtection) => (itsOrigin, itsProtection) == (origin, isProtected);

    /// <summary>Maps storage; false when the host has no room for a table. What was mapped until then stays.</summary>
    public bool TryMap(ParentRange range)
    {
        for (var page = 0; page < range.Frames.Length; page++)
        {
            var iova = Iova(range, page);
            if (iova < origin) break;       // beyond the last address there is
            if (!domain.Tables.TrySet(iova, range.Frames[page], writable: !isProtected && !range.IsReadOnly)) return false;
        }
        if (domain.RefreshesNew) domain.Flush(Iova(range, 0), range.Size);
        return true;
    }

    private ulong Iova(ParentRange range, int page) => origin + range.Start + (ulong)page * Storage.PageSize;

    /// <inheritdoc/>
    public void Dispose() => domain.Dispose();
}
