using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>
/// Translation by the machine: the IOMMU walks the program's own tables, a guest's through its host's parent translation. A
/// refresh validates the range as the walk would find it and drops it from the IOTLB.
/// </summary>
/// <param name="iommu">The machine's IOMMU.</param>
/// <param name="storage">Host absolute storage.</param>
/// <param name="stages">Where the walk's stages are reported.</param>
/// <param name="parent">Where the program's absolute addresses are in host storage; null when they are host absolute.</param>
public sealed class HardwareTranslation(HostIommu iommu, Storage storage, StageReporter? stages = null, IStageTwo? parent = null)
    : ITranslationBackend
{
    /// <inheritdoc/>
    public RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        iommu.Register(function.DeviceId, space, parent);
        return RefreshOutcome.Done;
    }

    /// <inheritdoc/>
    public void Deregister(PciFunction function) => iommu.Deregister(function.DeviceId);

    /// <inheritdoc/>
    public RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
    {
        var space = function.AddressSpace!;
        (start, length) = space.Clip(start, length);
        var outcome = parent is null
            ? Validate(new AbsoluteTables(storage), space, start, length)
            : Validate(new NestedTables(storage, parent), space, start, length);
        iommu.Flush(function.DeviceId, start, length);
        return outcome;
    }

    private RefreshOutcome Validate<TTables>(TTables tables, IoAddressSpace space, ulong start, ulong length)
        where TTables : struct, ITableReader
        => stages is { IsActive: true }
            ? Validate(tables, space, start, length, new StageObserver(stages)) : Validate(tables, space, start, length, new NoObserver());

    private static RefreshOutcome Validate<TTables, TObserver>(
        TTables tables, IoAddressSpace space, ulong start, ulong length, TObserver observer)
        where TTables : struct, ITableReader
        where TObserver : struct, IIoWalkObserver
    {
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
