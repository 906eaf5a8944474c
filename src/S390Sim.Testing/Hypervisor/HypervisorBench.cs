using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Iommu;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Testing.Hypervisor;

/// <summary>How a bench is set up.</summary>
/// <param name="Design">Domain design.</param>
/// <param name="GuestSize">Guest storage in bytes.</param>
/// <param name="HostSize">Host storage in bytes.</param>
/// <param name="MemlockLimit">Most pages that may be pinned.</param>
public sealed record HypervisorBenchOptions(
    string Design, ulong GuestSize = 4 << 20, ulong HostSize = 24 << 20, ulong MemlockLimit = ulong.MaxValue)
{
    /// <summary>Most frames for the guest's storage, which is paged then; null for no limit.</summary>
    public ulong? FrameLimit { get; init; }
    /// <summary>Whether the guest can execute SIE.</summary>
    public bool OffersNesting { get; init; }
    /// <summary>Virtual CPUs.</summary>
    public int Cpus { get; init; } = 1;
    /// <summary>PCI functions.</summary>
    public int Functions { get; init; } = 1;
    /// <summary>Whether the host is a guest itself, and must announce new mappings.</summary>
    public bool HostRequiresRefresh { get; init; }
    /// <summary>Whether the machine interprets what it can of the guest's functions.</summary>
    public bool InterpretsPci { get; init; }
    /// <summary>Most bytes of host storage for the domains' tables.</summary>
    public ulong TableLimit { get; init; } = ulong.MaxValue;
    /// <summary>Whether SIE interprets storage keys and frame management.</summary>
    public bool InterpretsStorageKeys { get; init; }
    /// <summary>Whether the guest can say which of its pages it needs.</summary>
    public bool OffersCollaborativeMemory { get; init; }
    /// <summary>Whether another virtual machine is on the host, with a function of its own that two pages are mapped for.</summary>
    public bool HasNeighbour { get; init; }
    /// <summary>Index of the neighbour's function: its handle may be one that the virtual machine has too.</summary>
    public ushort NeighbourIndex { get; init; } = 5;
    /// <summary>Most mappings of a vfio container.</summary>
    public int EntryLimit { get; init; } = Type1Container.DefaultEntryLimit;
    /// <summary>Failures to inject into the virtual machine, not its neighbour; null for none.</summary>
    public FailureInjection? Failures { get; init; }
    /// <summary>Makes a design of one's own, in place of the named one; null for none.</summary>
    public Func<VirtualMachine, DomainDesign>? MakeDesign { get; init; }
}

/// <summary>
/// A host with a virtual machine and one enabled PCI function without registers, whose DMA a test makes itself. The guest
/// executes what a test gives it; its program ends in a disabled wait.
/// </summary>
public sealed partial class HypervisorBench : IDisposable
{
    /// <summary>Where the host's frames begin.</summary>
    private const ulong FirstFrame = 1 << 20;

    private readonly HypervisorBenchOptions _options;
    private readonly Processor[] _processors;
    private readonly CodeCache _code;
    private readonly TimedEvents _events = new();

    /// <summary>Makes the host and its virtual machine.</summary>
    public HypervisorBench(HypervisorBenchOptions options)
    {
        _options = options;
        Storage = new Storage(options.HostSize);
        _code = new CodeCache(Storage);
        var facilities = FacilitySet.Default;
        var floating = new FloatingInterruptions();
        var clock = new TodClock(1UL << 40);
        _processors = [.. Enumerable.Range(0, options.Cpus + (options.HasNeighbour ? 1 : 0)).Select(n => new Processor(Storage, _code,
            MachineHandlers.Create(facilities), facilities, clock, _events, floating, (ushort)n) { Stages = Stages })];
        var information = new SystemInformation(new SystemIdentity(), CpuSelection.Default, options.Cpus);
        foreach (var processor in _processors) processor.AddService(information);
        Iommu = new HostIommu(Storage) { Stages = Stages };
        Frames = new HostFrames(Storage, FirstFrame);
        if (options.InterpretsPci) Adapters = HostAdapters.TryCreate(Storage, Frames, _processors);
        if (options.HasNeighbour) (Neighbour, NeighbourFunction) = StartNeighbour();
        (FramesBefore, PinsBefore) = (Frames.InUse, Frames.TotalPins());
        (Machine, Functions) = Start();
    }

    /// <summary>Where stages are reported.</summary>
    public StageReporter Stages { get; } = new();
    /// <summary>Host absolute storage.</summary>
    public Storage Storage { get; }
    /// <summary>The processor.</summary>
    public Processor Processor => _processors[0];
    /// <summary>The host's IOMMU.</summary>
    public HostIommu Iommu { get; }
    /// <summary>The host's frames.</summary>
    public HostFrames Frames { get; }
    /// <summary>The host's part of adapter interruptions; null without interpretation.</summary>
    public HostAdapters? Adapters { get; }
    /// <summary>The virtual machine of now.</summary>
    public VirtualMachine Machine { get; private set; }
    /// <summary>Its functions.</summary>
    public IReadOnlyList<PciFunction> Functions { get; private set; }
    /// <summary>Which of them <see cref="Function"/> is.</summary>
    public int Focus { get; set; }
    /// <summary>The function that the guest's instructions name.</summary>
    public PciFunction Function => Functions[Focus];
    /// <summary>Another virtual machine of the host; null without one.</summary>
    public VirtualMachine? Neighbour { get; }
    /// <summary>The neighbour's function.</summary>
    public PciFunction? NeighbourFunction { get; }
    /// <summary>Frames of the host that were in use, and pins, before the virtual machine was started.</summary>
    public ulong FramesBefore { get; }
    /// <inheritdoc cref="FramesBefore"/>
    public ulong PinsBefore { get; }
    /// <summary>What the virtual machine asked of user space.</summary>
    public RecordingServices Services { get; } = new();

    /// <summary>The virtual CPU.</summary>
    public VirtualCpu Cpu => Machine.Cpu;
    /// <summary>Guest absolute storage.</summary>
    public GuestMemory Memory => Machine.Memory;
    /// <summary>The function's domain; null before its first registration.</summary>
    public S390Domain? Domain => Machine.Design.FindDomain(Function);

    /// <summary>Ends the virtual machine and starts a new one on the same host.</summary>
    public void Restart()
    {
        Machine.Dispose();
        Focus = 0;
        (Machine, Functions) = Start();
    }

    private (VirtualMachine Machine, PciFunction[] Functions) Start()
    {
        var machine = new VirtualMachine(Host(_processors[.._options.Cpus]) with { Failures = _options.Failures },
            new VirtualMachineOptions(_options.GuestSize, _options.Design, _options.MemlockLimit, _options.TableLimit)
            {
                FrameLimit = _options.FrameLimit,
                EntryLimit = _options.EntryLimit,
                MakeDesign = _options.MakeDesign,
                OffersNesting = _options.OffersNesting,
                InterpretsPci = _options.InterpretsPci,
                InterpretsStorageKeys = _options.InterpretsStorageKeys,
                OffersCollaborativeMemory = _options.OffersCollaborativeMemory,
            });
        var functions = new PciFunction[_options.Functions];
        for (var n = 0; n < functions.Length; n++) functions[n] = Plug(machine, (ushort)n);
        PrepareGuest(machine.Memory);
        return (machine, functions);
    }

    private VirtualMachineHost Host(Processor[] processors)
        => new(processors[0], Frames, Iommu, new PciClock(() => Processor.Tod, _events), Services)
        {
            Processors = processors,
            Adapters = Adapters,
            RequiresRefresh = _options.HostRequiresRefresh,
        };

    private static PciFunction Plug(VirtualMachine machine, ushort index)
    {
        var function = new PciFunction(index, 0x10U + index, new BareDevice()) { SimulationBits = machine.Design.SimulationBits };
        machine.Pci.Add(function);
        function.Enable();
        return function;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Machine.Dispose();
            Neighbour?.Dispose();
        }
        finally
        {
            _code.Dispose();
            foreach (var processor in _processors) processor.Dispose();
            Storage.Dispose();
        }
    }

    private sealed class BareDevice() : PciDevice(new PciIdentity(0x1234, 0x0001, 0xFF0000));
}

/// <summary>The user-space part of a virtual machine on the bench: remembers what it was asked.</summary>
public sealed class RecordingServices : IVirtualMachineServices
{
    /// <summary>Commands of SERVICE CALL and codes of DIAGNOSE.</summary>
    public List<(string Service, uint Code)> Calls { get; } = [];

    /// <inheritdoc/>
    public ProgramCode ServiceCall(VirtualMachine machine, uint command, ulong blockAddress, ulong prefix, out int conditionCode)
    {
        Calls.Add(("SERVC", command));
        conditionCode = 0;
        return ProgramCode.None;
    }

    /// <inheritdoc/>
    public ProgramCode Diagnose(InterceptContext context, uint code)
    {
        Calls.Add(("DIAG", code));
        return ProgramCode.None;
    }
}
