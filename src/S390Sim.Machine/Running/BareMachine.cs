using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>The bare machine (an LPAR): the program has the processors, all storage and the devices to itself.</summary>
internal sealed unsafe class BareMachine : IConfigurationHost
{
    private readonly MachineParts _parts;
    private readonly CountingTranslation _translation;
    private readonly CpuScheduler _scheduler;
    private readonly InjectionSchedule _schedule;

    public BareMachine(MachineConfiguration configuration, MachineParts parts, GuestConsole console)
    {
        _parts = parts;
        _translation = new CountingTranslation(new HardwareTranslation(parts.Iommu, parts.Storage, parts.Stages));
        var notification = configuration.Pci.Interpretation == true
            ? new EventNotification(parts.Storage, new GuestAdapterInterruptions(parts.Storage, parts.Processors)) : null;
        Pci = new PciConfiguration(parts.Iommu, parts.Storage, _translation, new FloatingAdapterInterruptions(parts.Floating, parts.Processors), parts.PciClock)
        {
            Stages = parts.Stages,
            OffersMemoryIo = configuration.Cpu.Facilities[MachineConfiguration.MemoryIoFacility],
            OffersDirectedInterruptions = configuration.Pci.DirectedInterruptions,
            Failures = parts.Failures,
            Notification = notification,
        };
        if (notification is not null) Forward(notification);
        DevicePlugging.Plug(configuration.Devices, Pci, configuration.Pci.Group,
            notification is null ? FunctionHandle.Emulated : 0);
        var services = new ServiceProcessor(parts.Storage, parts.Floating, console, Pci, configuration.Cpus)
        {
            Interpretation = SieUnit.Facilities | (notification is null ? SieFacilities.None : SieUnit.PciFacilities),
        };
        var resets = new ConfigurationResets(parts.Processors, parts.Floating, Pci.Reset);
        var functions = new DiagnoseFunctions(resets, parts.Storage);
        foreach (var processor in parts.Processors)
        {
            ProcessorContext.Attach(processor, Pci);
            processor.AddService(services);
            processor.AddService(functions);
            if (processor.CpuAddress != 0) processor.IsStopped = true;
        }
        _schedule = new InjectionSchedule(configuration.Injections, Pci, _ => { });
        _scheduler = new CpuScheduler(parts.Processors, new Interleaving(configuration.Interleaving, configuration.Seed));
    }

    // Alerts are no PCI adapter's, and not suppressed with those.
    private void Forward(EventNotification notification)
    {
        Pci.Forwarding = new MachineForwarding(notification);
        notification.HostInterrupted += Pci.RequestInterruption;
        notification.Guests.Alerted += Pci.Interruptions.Request;
        var guests = new GuestFunctions(Pci, static () => { });
        foreach (var processor in _parts.Processors) guests.Attach(processor);
    }

    public int Focus { get; set; }
    public int Current => _scheduler.Current;
    public IReadOnlyList<IScheduledCpu> Cpus => _parts.Processors;

    public IAbsoluteStorage Storage => _parts.Storage;
    public PciConfiguration Pci { get; }

    public ReadOnlySpan<byte> Peek(ulong page) => _parts.Storage.Read(page, Cpu.Storage.PageSize);

    public bool TryFindGuest(ulong hostAbsolute, out ulong absolute)
    {
        absolute = hostAbsolute;
        return true;
    }

    public ulong InstructionCount => _scheduler.InstructionCount;
    public IEnumerable<LoggedInterruption> Interruptions => Focused.Log.Newest();

    /// <summary>The machine itself is the host: it refreshes, and flushes its IOTLB by that; there is nothing else to do.</summary>
    public DesignCounters Counters => new() { RefreshesInMachine = Pci.Refreshes, Flushes = _translation.Refreshes };

    public IEnumerable<Statistic> Statistics =>
    [
        new("instructions", InstructionCount),
        new("rpcits", Pci.Refreshes),
        .. _parts.IommuStatistics,
    ];

    private Processor Focused => _parts.Processors[Focus];
    private CpuState* State => Focused.State;

    public void Start(Psw psw) => _parts.Processor.State->LoadPsw(psw);

    public StopReason Run(ulong instructionLimit) => _schedule.Run(instructionLimit, () => InstructionCount, _scheduler.Run);

    public void RequestAttention() => _scheduler.RequestAttention();

    public CpuSnapshot Snapshot() => CpuSnapshot.Of(State);

    public bool TryFetch(ulong address, Span<byte> text)
    {
        // Looking must not disturb: the exception that a failed translation records is put back.
        var (fault, exit) = (State->Fault, State->Exit);
        var done = State->Translate(address, 0, AccessKind.Instruction, out var frame) && Storage.TryRead(frame, text);
        (State->Fault, State->Exit) = (fault, exit);
        return done;
    }

    public void Dispose()
    {
        DevicePlugging.Dispose(Pci);
        _parts.Dispose();
    }
}
