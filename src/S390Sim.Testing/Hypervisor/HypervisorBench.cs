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
    private readonly CodeCache _code;
    private readonly TimedEvents _events = new();

    /// <summary>Makes the host and its virtual machine.</summary>
    public HypervisorBench(HypervisorBenchOptions options)
    {
        _options = options;
        Storage = new Storage(options.HostSize);
        _code = new CodeCache(Storage);
        var facilities = FacilitySet.Default;
        Processor = new Processor(Storage, _code, MachineHandlers.Create(facilities), facilities,
            new TodClock(1UL << 40), _events,
            new FloatingInterruptions())
        { Stages = Stages };
        Iommu = new HostIommu(Storage) { Stages = Stages };
        Frames = new HostFrames(Storage, FirstFrame);
        (Machine, Function) = Start();
    }

    /// <summary>Where stages are reported.</summary>
    public StageReporter Stages { get; } = new();
    /// <summary>Host absolute storage.</summary>
    public Storage Storage { get; }
    /// <summary>The processor.</summary>
    public Processor Processor { get; }
    /// <summary>The host's IOMMU.</summary>
    public HostIommu Iommu { get; }
    /// <summary>The host's frames.</summary>
    public HostFrames Frames { get; }
    /// <summary>The virtual machine of now.</summary>
    public VirtualMachine Machine { get; private set; }
    /// <summary>Its function.</summary>
    public PciFunction Function { get; private set; }
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
        (Machine, Function) = Start();
    }

    private (VirtualMachine Machine, PciFunction Function) Start()
    {
        var host = new VirtualMachineHost(Processor, Frames, Iommu, new PciClock(() => Processor.Tod, _events), Services);
        var machine = new VirtualMachine(host,
            new VirtualMachineOptions(_options.GuestSize, _options.Design, _options.MemlockLimit) { FrameLimit = _options.FrameLimit });
        var function = new PciFunction(0, 0x10, new BareDevice()) { SimulationBits = machine.Design.SimulationBits };
        machine.Pci.Add(function);
        function.Enable();
        PrepareGuest(machine.Memory);
        return (machine, function);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Machine.Dispose();
        }
        finally
        {
            _code.Dispose();
            Processor.Dispose();
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
