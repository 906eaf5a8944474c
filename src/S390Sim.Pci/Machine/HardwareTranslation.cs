using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>
/// Translation on the bare machine: the IOMMU walks the program's own tables. A refresh validates the range as the walk
/// would find it and drops it from the IOTLB.
/// </summary>
/// <param name="iommu">The machine's IOMMU.</param>
/// <param name="storage">Host absolute storage.</param>
/// <param name="stages">Where the walk's stages are reported.</param>
public sealed class HardwareTranslation(HostIommu iommu, Storage storage, StageReporter? stages = null) : ITranslationBackend
{
    /// <inheritdoc/>
    public RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        iommu.Register(function.DeviceId, space);
        return RefreshOutcome.Done;
    }

    /// <inheritdoc/>
    public void Deregister(PciFunction function) => iommu.Deregister(function.DeviceId);

    /// <inheritdoc/>
    public RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
    {
        var space = function.AddressSpace!;
        (start, length) = space.Clip(start, length);
        var outcome = stages is { IsActive: true }
            ? Validate(space, start, length, new StageObserver(stages)) : Validate(space, start, length, new NoObserver());
        iommu.Flush(function.DeviceId, start, length);
        return outcome;
    }

    private RefreshOutcome Validate<TObserver>(IoAddressSpace space, ulong start, ulong length, TObserver observer)
        where TObserver : struct, IIoWalkObserver
    {
        var tables = new AbsoluteTables(storage);
        if (IoRangeWalk.IsOnePage(space, start, length))
        {
            var page = IoRangeWalk.LookAt(ref tables, ref observer, space, start);
            return page.State == IoSpanState.Error ? RefreshOutcome.Failed(page.Error, page.Iova) : RefreshOutcome.Done;
        }
        var walk = new IoRangeWalk(space, start, length);
        for (var spans = 0; spans < IoRangeWalk.MaximumSpans && walk.MoveNext(ref tables, ref observer, out var span); spans++)
        {
            if (span.State == IoSpanState.Error) return RefreshOutcome.Failed(span.Error, span.Iova);
        }
        return RefreshOutcome.Done;
    }
}
