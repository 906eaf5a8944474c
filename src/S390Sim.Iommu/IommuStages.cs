using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>The stages of translation that a person may watch.</summary>
public static class IommuStages
{
    /// <summary>A region-table entry was loaded.</summary>
    public static readonly StageKind RegionEntryRead = new("RegionEntryRead", "address", "entry", "level");
    /// <summary>A segment-table entry was loaded.</summary>
    public static readonly StageKind SegmentEntryRead = new("SegmentEntryRead", "address", "entry");
    /// <summary>A page-table entry was loaded.</summary>
    public static readonly StageKind PageEntryRead = new("PageEntryRead", "address", "entry");
    /// <summary>Software stored an entry of the host's tables.</summary>
    public static readonly StageKind HostEntryWritten = new("HostEntryWritten", "iova", "address", "entry");
    /// <summary>Translations were dropped from the IOTLB.</summary>
    public static readonly StageKind IotlbFlushed = new("IotlbFlushed", "device", "start", "length", "entries");
    /// <summary>A device's access was translated; access is 1 for a store.</summary>
    public static readonly StageKind DmaTranslated = new("DmaTranslated", "device", "iova", "absolute", "access");
    /// <summary>A device's access was refused.</summary>
    public static readonly StageKind DmaRefused = new("DmaRefused", "device", "iova", "error", "access");

    /// <summary>All of them, in the order in which a refresh and an access reach them.</summary>
    public static IReadOnlyList<StageKind> All { get; } =
        [RegionEntryRead, SegmentEntryRead, PageEntryRead, HostEntryWritten, IotlbFlushed, DmaTranslated, DmaRefused];
}

/// <summary>Reports the entries that a walk loads as stages.</summary>
/// <param name="stages">Where to report; null for nowhere.</param>
public readonly struct StageObserver(StageReporter? stages) : IIoWalkObserver
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EntryRead(IoTableLevel level, ulong address, ulong value)
    {
        if (stages is not { IsActive: true }) return;
        switch (level)
        {
            case IoTableLevel.Page: stages.Report(IommuStages.PageEntryRead, address, value); break;
            case IoTableLevel.Segment: stages.Report(IommuStages.SegmentEntryRead, address, value); break;
            default: stages.Report(IommuStages.RegionEntryRead, address, value, (ulong)level); break;
        }
    }
}
