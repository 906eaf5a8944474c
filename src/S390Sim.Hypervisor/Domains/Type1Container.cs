namespace S390Sim.Hypervisor;

/// <summary>
/// A vfio type1 container over one domain: user space maps and unmaps single pages by ioctl; each mapping pins its page and
/// is charged, and their number is limited.
/// </summary>
public sealed class Type1Container(S390Domain domain, PagePinner pinner)
{
    /// <summary>Default of the module's parameter dma_entry_limit.</summary>
    public const int DefaultEntryLimit = 65535;

    /// <summary>The domain.</summary>
    public S390Domain Domain => domain;

    /// <summary>Most mappings at a time.</summary>
    public int EntryLimit { get; init; } = DefaultEntryLimit;

    /// <summary>Mappings now.</summary>
    public int Entries { get; private set; }

    /// <summary>VFIO_IOMMU_MAP_DMA of one page; false when it is refused, and nothing changed.</summary>
    /// <param name="iova">I/O virtual address.</param>
    /// <param name="guest">Guest absolute address: stands for the process's virtual address of the page.</param>
    /// <param name="writable">Whether the device may store.</param>
    public bool TryMap(ulong iova, ulong guest, bool writable)
    {
        domain.Counters.Ioctls++;
        if (Entries >= EntryLimit || !pinner.TryPin(guest, out var frame)) return false;
        if (domain.Map(iova, frame, writable) == DomainStatus.Ok)
        {
            Entries++;
            return true;
        }
        pinner.Unpin(frame, isDirty: false);
        return false;
    }

    /// <summary>VFIO_IOMMU_UNMAP_DMA of one page; without effect when it is not mapped.</summary>
    public void Unmap(ulong iova)
    {
        domain.Counters.Ioctls++;
        if (!domain.Tables.TryGet(iova, out var frame, out var writable)) return;
        if (domain.Unmap(iova) != DomainStatus.Ok) return;
        pinner.Unpin(frame, writable);
        Entries--;
    }
}
