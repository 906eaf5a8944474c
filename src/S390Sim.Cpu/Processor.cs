using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>Why <see cref="Processor.Run"/> returned.</summary>
public enum StopReason
{
    /// <summary>The instruction limit was reached.</summary>
    InstructionLimit,
    /// <summary>A wait PSW that nothing can end, or an enabled wait with nothing to come.</summary>
    Wait,
    /// <summary>The processor is in the stopped state.</summary>
    Stopped,
    /// <summary>Interruptions follow one another without an instruction between them; nearly always program interruptions.</summary>
    ProgramLoop,
    /// <summary>SIE ended with an interception; the state description holds it.</summary>
    Interception,
    /// <summary>SIE ended because the host does not map the guest's storage; the guest's instruction was nullified.</summary>
    HostFault,
    /// <summary>Somebody asked to look (<see cref="Processor.RequestAttention"/>).</summary>
    Attention,
}

/// <summary>
/// One processor: owns its unmanaged state, connects it to storage and the other rooms, and runs it. Everything that
/// happens between instructions happens here.
/// </summary>
public sealed unsafe partial class Processor : IDisposable
{
    private readonly CpuState* _state;
    private readonly GCHandle _handle;
    private readonly TlbEntry* _tlb;
    private readonly FetchTlbEntry* _fetchTlb;
    private object?[] _services = [];
    private bool _attention;

    /// <summary>Makes a processor in the cleared state, stopped PSW zero.</summary>
    public Processor(Storage storage, CodeCache code, HandlerTable handlers, FacilitySet facilities, TodClock clock,
        TimedEvents events, FloatingInterruptions floating, ushort cpuAddress = 0)
    {
        Storage = storage;
        Code = code;
        Handlers = handlers;
        Facilities = facilities;
        Clock = clock;
        Events = events;
        CpuAddress = cpuAddress;
        Pending = new PendingInterruptions(floating);
        _state = (CpuState*)NativeMemory.AlignedAlloc((nuint)sizeof(CpuState), 64);
        NativeMemory.Clear(_state, (nuint)sizeof(CpuState));
        _tlb = (TlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.Entries * sizeof(TlbEntry)), 64);
        _fetchTlb = (FetchTlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.FetchEntries * sizeof(FetchTlbEntry)), 64);
        _handle = GCHandle.Alloc(this);
        _state->Semantics = handlers.AllSemantics;
        _state->LevelFacilities = facilities.OfBareMachine;
        _state->AfpControl = Gate.AfpControl;
        _state->Owner = GCHandle.ToIntPtr(_handle);
        clock.Join(_state);
        Sie = new SieUnit(this);
        PowerOnReset();
        storage.AccessChanged += ForgetBlock;
        code.Dropping += PurgeAll;
        floating.Requested += RequestLook;
        events.Added += RequestLook;
    }

    /// <summary>The unmanaged registers.</summary>
    public CpuState* State => _state;
    /// <summary>Host absolute storage.</summary>
    public Storage Storage { get; }
    /// <summary>Predecoded code, shared by the processors of a storage.</summary>
    public CodeCache Code { get; }
    /// <summary>Semantics of the rows.</summary>
    public HandlerTable Handlers { get; }
    /// <summary>Installed facilities.</summary>
    public FacilitySet Facilities { get; }
    /// <summary>The machine's clock.</summary>
    public TodClock Clock { get; }
    /// <summary>Events in machine time.</summary>
    public TimedEvents Events { get; }
    /// <summary>CPU address.</summary>
    public ushort CpuAddress { get; }
    /// <summary>What STORE CPU ID stores: version, identification, machine type.</summary>
    public ulong CpuId { get; init; } = 0x0000_0001_2827_0000;
    /// <summary>Interruption requests of this processor at host level.</summary>
    public PendingInterruptions Pending { get; }
    /// <summary>Interruption requests of the virtual CPU in whose place a hypervisor executes instructions.</summary>
    public PendingInterruptions? GuestPending { get; set; }
    /// <summary>PCI functions of the guest whose virtual CPU the processor runs; null when none are interpreted.</summary>
    public IGuestFunctions? GuestFunctions { get; set; }
    /// <summary>Interruption requests of the level that runs.</summary>
    internal PendingInterruptions? LevelPending => _state->SieLevel == 0 ? Pending : GuestPending;
    /// <summary>Interpretive execution.</summary>
    public SieUnit Sie { get; }
    /// <summary>Where stages are reported.</summary>
    public StageReporter Stages { get; init; } = new();
    /// <summary>The processors that this one can signal; it is a member.</summary>
    public ProcessorGroup Group
    {
        get => field ??= AlsoAlone();
        set
        {
            field = value;
            value.Add(this);
        }
    }

    /// <summary>Current physical time of the machine.</summary>
    public ulong Tod => Clock.Now;
    /// <summary>Time of day of the level that runs: steered, and with its epoch.</summary>
    public ulong GuestTod => Clock.TimeOfDayNow + _state->TodEpoch;
    /// <summary>The CPU timer now; it counts down in TOD units, except in the stopped state.</summary>
    public ulong CpuTimer => IsStopped ? _state->CpuTimer : _state->CpuTimer - (Tod - _state->CpuTimerBase);

    /// <summary>A collaborator that instructions of other rooms need, by its type.</summary>
    public T Service<T>() where T : class => Unsafe.As<T>(_services[ServiceNumber<T>.Value])!;

    /// <summary>Provides a collaborator to instructions of other rooms.</summary>
    public void AddService<T>(T service) where T : class
    {
        var number = ServiceNumber<T>.Value;
        if (number >= _services.Length) Array.Resize(ref _services, number + 1);
        _services[number] = service;
    }

    private ProcessorGroup AlsoAlone()
    {
        var group = new ProcessorGroup();
        group.Add(this);
        return group;
    }

    /// <summary>Ends the run at the next instruction boundary.</summary>
    public void RequestAttention()
    {
        Volatile.Write(ref _attention, true);
        RequestLook();
    }

    /// <summary>Makes the processor look at masks and requests at the next instruction boundary, from within a run.</summary>
    public void LookAgain() => RequestLook();

    // Makes the loop leave at the next boundary, where masks and events are looked at.
    private void RequestLook() => _state->Deadline = _state->InstructionCount;

    /// <inheritdoc/>
    public void Dispose()
    {
        Storage.AccessChanged -= ForgetBlock;
        Code.Dropping -= PurgeAll;
        Pending.Floating.Requested -= RequestLook;
        Events.Added -= RequestLook;
        Sie.Dispose();
        Clock.Part(_state);
        _handle.Free();
        NativeMemory.AlignedFree(_tlb);
        NativeMemory.AlignedFree(_fetchTlb);
        NativeMemory.AlignedFree(_state);
    }
}
