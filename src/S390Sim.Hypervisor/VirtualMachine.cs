using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>How a virtual machine is made.</summary>
/// <param name="MemorySize">Guest storage in bytes; a multiple of 4096, 8 KB to 4 TB.</param>
/// <param name="Design">Domain design: one of <see cref="DomainDesigns.Names"/>.</param>
/// <param name="MemlockLimit">Most pages that may be pinned.</param>
/// <param name="TableLimit">Most bytes of host storage for the domains' translation tables.</param>
public sealed record VirtualMachineOptions(
    ulong MemorySize, string Design, ulong MemlockLimit = ulong.MaxValue, ulong TableLimit = ulong.MaxValue)
{
    /// <summary>Whether the guest's functions can be enabled for memory I/O.</summary>
    public bool OffersMemoryIo { get; init; }
    /// <summary>Whether the guest's interruptions can be directed to virtual CPUs.</summary>
    public bool OffersDirectedInterruptions { get; init; }
    /// <summary>Whether the guest can execute SIE (the module parameter nested of Linux).</summary>
    public bool OffersNesting { get; init; }
    /// <summary>
    /// Whether the machine interprets what it can of the guest's functions: PCI loads and stores, adapter interruptions and their
    /// suppression (sie.md section 10.2). It needs a host with <see cref="VirtualMachineHost.Adapters"/>.
    /// </summary>
    public bool InterpretsPci { get; init; }
    /// <summary>Most mappings of a vfio container (dma_entry_limit).</summary>
    public int EntryLimit { get; init; } = Type1Container.DefaultEntryLimit;
    /// <summary>Most host frames for the guest's storage, at least <see cref="GuestMemory.MinimumFrames"/>: it is paged; null for no limit.</summary>
    public ulong? FrameLimit { get; init; }
    /// <summary>Makes a design of one's own, in place of the named one; null for none.</summary>
    public Func<VirtualMachine, DomainDesign>? MakeDesign { get; init; }
    /// <summary>Whether storage keys and frame management are interpreted (SCLP: skey, kss, pfmfi), or all handled here.</summary>
    public bool InterpretsStorageKeys { get; init; }
    /// <summary>Whether the guest can say which of its pages it needs (SCLP: cmma).</summary>
    public bool OffersCollaborativeMemory { get; init; }
}

/// <summary>What of the host a virtual machine uses.</summary>
/// <param name="Processor">The processor that runs its first virtual CPU.</param>
/// <param name="Frames">The host's frames.</param>
/// <param name="Iommu">The host's IOMMU.</param>
/// <param name="Clock">Machine time for devices.</param>
/// <param name="Services">The user-space part.</param>
public sealed record VirtualMachineHost(
    Processor Processor, HostFrames Frames, HostIommu Iommu, PciClock Clock, IVirtualMachineServices Services)
{
    /// <summary>All its processors: each runs one virtual CPU.</summary>
    public IReadOnlyList<Processor> Processors { get; init; } = [Processor];
    /// <summary>Failures to inject; null for none.</summary>
    public FailureInjection? Failures { get; init; }
    /// <summary>The host's part of guests' adapter interruptions; null without.</summary>
    public HostAdapters? Adapters { get; init; }
    /// <summary>Whether the host is itself a guest that must announce new mappings too (Linux: tlb_refresh).</summary>
    public bool RequiresRefresh { get; init; }
}

/// <summary>
/// A virtual machine of the modelled KVM: guest storage in host frames, virtual CPUs, and the PCI functions passed to it
/// through a domain design.
/// </summary>
public sealed partial class VirtualMachine : IDisposable
{
    /// <summary>The prefix area.</summary>
    private const ulong MinimumMemory = 8192;
    private const ulong MaximumMemory = 1UL << 42;

    private readonly Processor[] _processors;
    private readonly List<VirtualCpu> _cpus = [];
    private readonly NestedPool? _nested;
    private bool _disposed;

    /// <summary>Makes a virtual machine without functions, its CPUs in the initial-reset state, all but the first stopped.</summary>
    /// <exception cref="ConfigurationLimitException">The host has not the storage, or there is no such design.</exception>
    public VirtualMachine(VirtualMachineHost host, VirtualMachineOptions options)
    {
        _processors = [.. host.Processors];
        Frames = host.Frames;
        Iommu = host.Iommu;
        Services = host.Services;
        Options = options;
        HostRequiresRefresh = host.RequiresRefresh;
        if (options.MemorySize is < MinimumMemory or > MaximumMemory || options.MemorySize % S390Sim.Cpu.Storage.PageSize != 0)
            throw new ConfigurationLimitException($"a guest cannot have 0x{options.MemorySize:x} bytes of storage: 8 KB to 4 TB, in pages of 4 KB");
        var contract = DomainDesigns.ContractOf(options.Design);
        if (!contract.AllowsPaging && options.FrameLimit * S390Sim.Cpu.Storage.PageSize < options.MemorySize)
        {
            throw new ConfigurationLimitException(
                $"the design '{options.Design}' pins the whole guest: it cannot be paged, with {options.FrameLimit} frames for 0x{options.MemorySize:x} bytes");
        }
        if (options is { OffersNesting: true, FrameLimit: < NestedGuest.MinimumFrames })
            throw new ConfigurationLimitException($"a pageable guest that executes SIE needs {NestedGuest.MinimumFrames} frames");
        Memory = new GuestMemory(Storage, Frames, options.MemorySize);
        if (options.FrameLimit is { } limit && contract.AllowsPaging)
        {
            Memory.MakePageable(limit, new SwapStore(options.MemorySize / S390Sim.Cpu.Storage.PageSize),
                options.OffersNesting ? NestedGuest.MinimumFrames : GuestMemory.ReservedFrames);
        }
        Tables = new TableQuota(Frames, options.TableLimit);
        Account = new MemlockAccount(options.MemlockLimit);
        Counters = new DesignCounters(Account);
        Pinner = new PagePinner(Memory, Frames, Account, Storage, Stages, Counters) { Failures = host.Failures };
        try
        {
            Design = options.MakeDesign?.Invoke(this) ?? DomainDesigns.Create(options.Design, this);
            ControlArea = new VirtualControlArea(Storage, Frames);
            foreach (var processor in _processors) AddCpu(processor);
            if (options.OffersNesting)
            {
                _nested = new NestedPool(this, _cpus.Count);
                foreach (var cpu in _cpus) cpu.Nested = new NestedGuest(cpu, _nested);
            }
        }
        catch
        {
            foreach (var cpu in _cpus) cpu.Dispose();
            ControlArea?.Dispose();
            Design?.Dispose();
            Memory.Dispose();
            throw;
        }
        Pci = new PciConfiguration(Iommu, Memory, Design, new FloatingAdapterInterruptions(Floating, _cpus), host.Clock)
        {
            RequiresRefresh = !contract.FollowsGuestTables,
            RelaxesTranslation = contract.OffersDirect,
            OffersMemoryIo = options.OffersMemoryIo,
            OffersDirectedInterruptions = options.OffersDirectedInterruptions,
            Designations = contract.FollowsGuestTables ? IoCapabilities.All : IoCapabilities.Tables,
            Failures = host.Failures,
            Stages = Stages,
        };
        var functions = new GuestFunctions(Pci, () => Counters.RefreshesInMachine++);
        foreach (var processor in _processors)
        {
            Memory.Map.Unmapped += processor.Sie.Purge;
            functions.Attach(processor);
        }
        if (options.InterpretsPci && host.Adapters is { } adapters) Interpret(adapters);
    }

    // The first one runs, the others are stopped until the guest starts them.
    private void AddCpu(Processor processor)
    {
        var cpu = new VirtualCpu(this, processor, (ushort)_cpus.Count);
        _cpus.Add(cpu);
        ControlArea.Add(cpu);
        cpu.IsStopped = _cpus.Count != 1;
    }

    /// <summary>The processor that runs the first virtual CPU.</summary>
    public Processor Processor => _processors[0];
    /// <summary>Host absolute storage.</summary>
    public Storage Storage => Processor.Storage;
    /// <summary>Where stages are reported.</summary>
    public StageReporter Stages => Processor.Stages;
    /// <summary>The host's frames.</summary>
    public HostFrames Frames { get; }
    /// <summary>Host storage for the domains' tables.</summary>
    public TableQuota Tables { get; }
    /// <summary>The host's IOMMU.</summary>
    public HostIommu Iommu { get; }
    /// <summary>The guest's storage.</summary>
    public GuestMemory Memory { get; }
    /// <summary>The guest's floating interruptions.</summary>
    public FloatingInterruptions Floating { get; } = new();
    /// <summary>The account that pins are charged to.</summary>
    public MemlockAccount Account { get; }
    /// <summary>Pins guest pages.</summary>
    public PagePinner Pinner { get; }
    /// <summary>The domain design.</summary>
    public DomainDesign Design { get; }
    /// <summary>The functions that the guest sees.</summary>
    public PciConfiguration Pci { get; }
    /// <summary>What the guest's I/O translation costs the host.</summary>
    public DesignCounters Counters { get; }
    /// <summary>The guest's adapter interruptions that the machine delivers; null when it delivers none.</summary>
    public GuestAdapters? Adapters { get; private set; }
    /// <summary>RPCITs handled, wherever and however they ended.</summary>
    public ulong Refreshes => Counters.Refreshes;
    /// <summary>Instructions of the guest executed; the host's model executes none.</summary>
    public unsafe ulong InstructionCount
    {
        get
        {
            var count = 0UL;
            foreach (var processor in _processors) count += processor.State->InstructionCount;
            return count;
        }
    }

    /// <summary>The first virtual CPU.</summary>
    public VirtualCpu Cpu => _cpus[0];
    /// <summary>The virtual CPUs by their addresses.</summary>
    public IReadOnlyList<VirtualCpu> Cpus => _cpus;
    /// <summary>The system control area, which the virtual CPUs share.</summary>
    public VirtualControlArea ControlArea { get; }
    /// <summary>Whether the host must announce new mappings to a hypervisor of its own.</summary>
    public bool HostRequiresRefresh { get; }
    /// <summary>Most bytes of host storage that guests of the guest need for each virtual CPU: a shadow and its map.</summary>
    public const ulong NestedBytesPerCpu = NestedBlock.Size + ShadowMap.MaxBytes;
    /// <summary>
    /// What of interpretive execution the guest finds when it can execute SIE: what the machine has and shadows pass on; not what
    /// this host keeps to itself, such as interpreted SIGP, storage keys, GISAs and PCI interpretation (sie.md section 11).
    /// </summary>
    public static SieFacilities NestedFacilities => SieUnit.Facilities & (SieFacilities.Interpretation
        | SieFacilities.StorageLimitSuppression | SieFacilities.HostProtection | SieFacilities.WideControlArea
        | SieFacilities.BroadcastSuppression | SieFacilities.KeylessSubset | SieFacilities.GuestPer
        | SieFacilities.InvalidationInterlock | SieFacilities.ExternalInterruptions | SieFacilities.InterventionBypass);
    /// <summary>Whether the guest can execute SIE.</summary>
    public bool OffersNesting => _nested is not null;
    /// <summary>SIE instructions of the guest that started a guest of its own.</summary>
    public ulong NestedStarts => _cpus.Aggregate(0UL, (sum, cpu) => sum + (cpu.Nested?.Starts ?? 0));
    /// <summary>Exits of the guest's guests, by reason.</summary>
    public ExitCounters NestedExits => ExitCounters.Sum(_cpus.Where(cpu => cpu.Nested is not null).Select(cpu => cpu.Nested!.Exits));
    /// <summary>The user-space part.</summary>
    internal IVirtualMachineServices Services { get; }
    /// <summary>How it was made.</summary>
    internal VirtualMachineOptions Options { get; }

    // The controls of sie.md section 10.2 come with the first function (kvm_s390_pci_register_kvm); the GISA is there from the start.
    private void Interpret(HostAdapters host)
    {
        if (GuestAdapters.TryCreate(this, host) is not { } adapters) return;
        Adapters = adapters;
        Pci.GuestDesignation = adapters.Designation;
        Pci.Suppression = new GisaSuppression(adapters.Area);
        Pci.Forwarding = adapters;
        foreach (var cpu in _cpus) cpu.Use(adapters);
        Pci.Added += function =>
        {
            if (function.GuestDesignation == 0) return;
            foreach (var cpu in _cpus) cpu.InterpretPci();
        };
    }

    /// <summary>Gives all virtual CPUs the TOD clock of one: a configuration has one clock.</summary>
    internal void ShareTodClock(VirtualCpu source)
    {
        foreach (var cpu in _cpus)
        {
            var block = cpu.Block;
            block.Epoch = source.Block.Epoch;
        }
    }

    /// <summary>Resets what is not the CPUs': the functions, and what the guest said of its pages.</summary>
    public void ResetSubsystem()
    {
        Pci.Reset();
        Memory.ResetUsage();
    }

    /// <summary>Ends the virtual machine: functions are reset, loans recalled, and all its frames returned.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Pci.Reset();
        Design.Dispose();
        foreach (var processor in _processors) GuestFunctions.Detach(processor);
        Adapters?.Dispose();
        foreach (var cpu in _cpus) cpu.Dispose();
        ControlArea.Dispose();
        _nested?.Dispose();
        Memory.Dispose();
    }
}
