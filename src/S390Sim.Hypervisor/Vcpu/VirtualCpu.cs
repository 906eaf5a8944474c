using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// One virtual CPU: a real state description in host storage, and the loop that enters SIE with it and handles every exit.
/// Guest general registers 0-13 stay in the processor, 14 and 15 in the state description.
/// </summary>
public sealed unsafe partial class VirtualCpu : IMemoryUser, IDisposable
{
    /// <summary>Size of the page that holds the state description; the software's part of it is unused here.</summary>
    private const ulong BlockSize = 4096;

    private readonly Processor _processor;
    private readonly HostFrames _frames;
    private readonly InterceptHandlers _handlers;

    /// <summary>Makes a virtual CPU with an initial-reset guest state, not running yet.</summary>
    /// <exception cref="ConfigurationLimitException">The host has no frame for the state description.</exception>
    internal VirtualCpu(VirtualMachine machine, Processor processor, ushort address)
    {
        Machine = machine;
        Address = address;
        _processor = processor;
        _frames = machine.Frames;
        Pending = new PendingInterruptions(machine.Floating);
        _handlers = new InterceptHandlers(machine);
        Intercepted = new InterceptContext(this);
        if (!_frames.TryAllocate(BlockSize, BlockSize, out var block))
            throw new ConfigurationLimitException("the host has no storage left for a state description");
        BlockAddress = block;
        Block = new StateDescription(processor.Storage.Base + block);
        processor.State->Cr[0] |= AfpControl;
        Reset();
        if (machine.Options.OffersCollaborativeMemory) DesignateReleasedPages();
        machine.Floating.Requested += Kick;
        machine.Memory.Map.Unmapped += ForgetPrefixArea;
        machine.Memory.AddUser(this);
    }

    // A kernel has all floating-point registers: without its control its guests had not either (sie.md section 4.5).
    private const ulong AfpControl = 1UL << 18;

    /// <summary>The virtual machine.</summary>
    public VirtualMachine Machine { get; }
    /// <summary>Guest CPU address.</summary>
    public ushort Address { get; }
    /// <summary>Host absolute address of the state description.</summary>
    public ulong BlockAddress { get; }
    /// <summary>The state description.</summary>
    public StateDescription Block { get; }
    /// <summary>Interruption requests of the guest.</summary>
    public PendingInterruptions Pending { get; }
    /// <summary>Token of the page-fault handshake (DIAGNOSE 258); null when there is none.</summary>
    internal ulong? PageFaultToken { get; set; }
    /// <summary>Exits by interception code, and by host fault under code 0.</summary>
    public ExitCounters Exits { get; } = new();
    /// <summary>Guests of the guest; null when it is not offered SIE.</summary>
    internal NestedGuest? Nested { get; set; }
    /// <summary>The processor that the virtual CPU runs on, and no other.</summary>
    public Processor Processor => _processor;

    /// <summary>The instruction that was intercepted, while it is handled.</summary>
    internal InterceptContext Intercepted { get; }

    /// <summary>Guest general register.</summary>
    public ulong GetGr(int register) => register switch
    {
        14 => Block.Gr14,
        15 => Block.Gr15,
        _ => _processor.State->Gr[register],
    };

    /// <summary>Replaces a guest general register.</summary>
    public void SetGr(int register, ulong value)
    {
        var block = Block;
        if (register == 14) block.Gr14 = value;
        else if (register == 15) block.Gr15 = value;
        else _processor.State->Gr[register] = value;
    }

    /// <summary>The guest's PSW.</summary>
    public Psw Psw
    {
        get => new(Block.PswMask, Block.PswAddress);
        set
        {
            var block = Block;
            block.PswMask = value.Mask;
            block.PswAddress = value.Address;
        }
    }

    /// <summary>The guest's condition code.</summary>
    public int ConditionCode
    {
        get => Psw.ConditionCode;
        set
        {
            var block = Block;
            block.PswMask = (block.PswMask & ~Psw.ConditionCodeMask) | ((ulong)value << 44);
        }
    }

    /// <summary>Guest control register.</summary>
    public ulong GetCr(int register) => _processor.Storage.Read64(BlockAddress + StateDescription.Cr0Offset + (ulong)register * 8);

    /// <summary>Replaces a guest control register.</summary>
    public void SetCr(int register, ulong value)
        => _processor.Storage.Write64(BlockAddress + StateDescription.Cr0Offset + (ulong)register * 8, value);

    private void Reset()
    {
        var block = Block;
        block.Bytes.Clear();
        block.CpuFlags = SieFlags.ZArchitecture | SieFlags.StorageLimitSuppression;
        block.CpuAddress = Address;
        block.HostCpu = 0xFFFF;
        block.Ecb = ExecutionControlsB.SpecificationExceptions | ExecutionControlsB.HostProtection;
        block.Eca = ExecutionControlsA.ExternalInterruptions | ExecutionControlsA.InterventionBypass | ExecutionControlsA.MovePage
            | ExecutionControlsA.ProtectionExceptions | ExecutionControlsA.InvalidationInterlock | ExecutionControlsA.SignalProcessor;
        if (Machine.Design.Contract.FollowsGuestTables) block.Ecb2 |= ExecutionControlsB2.PciLoadStore;
        var facilities = _processor.Facilities;
        if (facilities[SignalProcessor.SenseRunningStatusFacility]) block.Ecb |= ExecutionControlsB.SenseRunning;
        if (facilities.EnhancedDat2) block.CpuFlags |= SieFlags.GuestEnhancedDat2;
        else if (facilities.EnhancedDat1) block.CpuFlags |= SieFlags.GuestEnhancedDat;
        if (facilities.ExecutionProtection) block.Ecb2 |= ExecutionControlsB2.ExecutionProtection;
        StorageKeyHandlers.Begin(this);
        block.BreakingEvent = 1;
        SetInitialControlRegisters();
        for (var n = 0; n < 16; n++) SetGr(n, 0);
    }

    /// <summary>An interruption was requested: the CPU comes out of SIE at the next boundary and looks whether it is open.</summary>
    internal void Kick()
    {
        if (_processor.State->SieLevel != 0) _processor.RequestAttention();
    }

    // SIE wants both blocks of the prefix area before the first instruction: they must not take each other's place.
    bool IMemoryUser.Holds(ulong guest) => (guest & ~0x1FFFUL) == Block.Prefix;

    private void ForgetPrefixArea() => _providedPrefix = ulong.MaxValue;

    /// <inheritdoc/>
    public void Dispose()
    {
        Nested?.Dispose();
        Machine.Floating.Requested -= Kick;
        Machine.Memory.Map.Unmapped -= ForgetPrefixArea;
        Machine.Memory.RemoveUser(this);
        _frames.Free(BlockAddress, BlockSize);
        FreeReleasedPages();
    }
}
