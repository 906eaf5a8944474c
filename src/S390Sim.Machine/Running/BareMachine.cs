using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>The bare machine (an LPAR): the program has the processor, all storage and the devices to itself.</summary>
internal sealed unsafe class BareMachine : IConfigurationHost
{
    private readonly MachineParts _parts;
    private readonly CountingTranslation _translation;

    public BareMachine(MachineConfiguration configuration, MachineParts parts, GuestConsole console)
    {
        _parts = parts;
        _translation = new CountingTranslation(new HardwareTranslation(parts.Iommu, parts.Storage, parts.Stages));
        var pci = new PciConfiguration(parts.Iommu, parts.Storage, _translation, new FloatingAdapterInterruptions(parts.Floating), parts.PciClock)
        {
            Stages = parts.Stages,
        };
        DevicePlugging.Plug(configuration.Devices, pci);
        ProcessorContext.Attach(parts.Processor, pci);
        parts.Processor.AddService(new ServiceProcessor(parts.Storage, parts.Floating, console, pci));
    }

    public IAbsoluteStorage Storage => _parts.Storage;
    public ulong InstructionCount => State->InstructionCount;
    public IEnumerable<LoggedInterruption> Interruptions => _parts.Processor.Log.Newest();

    public IEnumerable<Statistic> Statistics =>
    [
        new("instructions", InstructionCount),
        new("rpcits", _translation.Refreshes),
        .. _parts.IommuStatistics,
    ];

    private CpuState* State => _parts.Processor.State;

    public void Start(Psw psw) => State->LoadPsw(psw);

    public StopReason Run(ulong instructionLimit) => _parts.Processor.Run(instructionLimit);

    public void RequestAttention() => _parts.Processor.RequestAttention();

    public CpuSnapshot Snapshot() => CpuSnapshot.Of(State);

    public bool TryFetch(ulong address, Span<byte> text)
    {
        // Looking must not disturb: the exception that a failed translation records is put back.
        var (fault, exit) = (State->Fault, State->Exit);
        var done = State->Translate(address, 0, AccessKind.Instruction, out var frame) && Storage.TryRead(frame, text);
        (State->Fault, State->Exit) = (fault, exit);
        return done;
    }

    public void Dispose() => _parts.Dispose();
}
