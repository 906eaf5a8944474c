using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>The hardware under every configuration: storage, processors, clock, events, and the devices behind the IOMMU.</summary>
internal sealed class MachineParts : IDisposable
{
    /// <summary>First value of the virtual clock: 2026-01-01 00:00 UTC, counted from 1900 in units of 2^-12 microseconds.</summary>
    public const ulong VirtualStart = 3_976_214_400UL * 1_000_000 << 12;

    public MachineParts(MachineConfiguration configuration, StageReporter stages)
    {
        Stages = stages;
        Storage = CreateStorage(
            configuration.KvmDesign is null ? configuration.MemorySize : VirtualHost.HostStorageSize(configuration));
        Code = new CodeCache(Storage);
        Facilities = configuration.Cpu.Facilities;
        Handlers = MachineHandlers.Create(Facilities);
        Clock = configuration.Clock == ClockKind.Host ? HostClock(TimeProvider.System) : new TodClock(VirtualStart);
        var group = new ProcessorGroup();
        Processors = [.. Enumerable.Range(0, configuration.Cpus).Select(n =>
            new Processor(Storage, Code, Handlers, Facilities, Clock, Events, Floating, (ushort)n)
            {
                Stages = stages,
                Group = group,
                CpuId = configuration.Cpu.CpuId,
            })];
        var information = new SystemInformation(configuration.System, configuration.Cpu, configuration.Cpus);
        foreach (var processor in Processors) processor.AddService(information);
        Iommu = new HostIommu(Storage) { Stages = stages };
        if (configuration.Injections.Count != 0)
            Failures = new FailureInjection(configuration.Injections.Select(i => i.Rule).OfType<InjectionRule>());
        PciClock = new PciClock(() => Processor.Tod, Events);
    }

    public StageReporter Stages { get; }
    public Storage Storage { get; }
    public CodeCache Code { get; }
    public HandlerTable Handlers { get; }
    public FacilitySet Facilities { get; }
    public TodClock Clock { get; }
    public TimedEvents Events { get; } = new();
    public FloatingInterruptions Floating { get; } = new();
    public IReadOnlyList<Processor> Processors { get; }
    public Processor Processor => Processors[0];
    public HostIommu Iommu { get; }
    public PciClock PciClock { get; }
    public FailureInjection? Failures { get; }

    /// <summary>What the IOMMU did.</summary>
    public IEnumerable<Statistic> IommuStatistics
    {
        get
        {
            var counters = Iommu.Counters;
            return
            [
                new("iommu walks", counters.Walks),
                new("iotlb hits", counters.Hits),
                new("iotlb misses", counters.Misses),
                new("iotlb flushes", counters.Flushes),
                new("dma refusals", counters.Refusals),
            ];
        }
    }

    private static Storage CreateStorage(ulong size)
    {
        try
        {
            return new Storage(size);
        }
        catch (OutOfMemoryException e)
        {
            throw new ConfigurationException($"this host cannot provide {Quantity.SizeText(size)} of memory; see --memory", e);
        }
    }

    private static TodClock HostClock(TimeProvider time)
    {
        var epoch = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var microseconds = (ulong)((time.GetUtcNow() - epoch).Ticks / TimeSpan.TicksPerMicrosecond);
        return new TodClock(microseconds << 12, time);
    }

    public void Dispose()
    {
        // Dropping the code tells the processors, which must be there to hear it.
        Code.Dispose();
        foreach (var processor in Processors) processor.Dispose();
        Storage.Dispose();
    }
}
