namespace S390Sim.Hypervisor;

/// <summary>
/// A vfio type1 container: user space maps and unmaps single pages of its functions' domains by ioctl; each mapping pins its page
/// and is charged. Functions that share a container have domains of their own, since each has an anchor of its own, but one
/// limit of mappings together.
/// </summary>
/// <param name="pinner">Pins and charges.</param>
/// <param name="entryLimit">Most mappings at a time.</param>
public sealed class Type1Container(PagePinner pinner, int entryLimit = Type1Container.DefaultEntryLimit)
{
    /// <summary>Default of the module's parameter dma_entry_limit.</summary>
    public const int DefaultEntryLimit = 65535;

    /// <summary>Most mappings at a time.</summary>
    public int EntryLimit => entryLimit;

    /// <summary>Mappings now, of all its domains.</summary>
    public int Entries { get; private set; }

    /// <summary>VFIO_IOMMU_MAP_DMA of one page; false when it is refused, and nothing changed.</summary>
    /// <param name="domain">A domain of the container's.</param>
    /// <param name="iova">I/O virtual address.</param>
    /// <param name="guest">Guest absolute address: stands for the process's virtual address of the page.</param>
    /// <param name="writable">Whether the device may store.</param>
    public bool TryMap(S390Domain domain, ulong iova, ulong guest, bool writable)
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
    public void Unmap(S390Domain domain, ulong iova)
    {
        domain.Counters.Ioctls++;
        if (!domain.Tables.TryGet(iova, out var frame, out var writable)) return;
        if (domain.Unmap(iova) != DomainStatus.Ok) return;
        pinner.Unpin(frame, writable);
        Entries--;
    }
}
