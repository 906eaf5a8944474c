using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>
/// A PCI function as one program sees it: its handle, its state and what is registered for it. Behind it is a device, which
/// acts on behalf of its <see cref="PciDevice.Owner"/>.
/// </summary>
public sealed partial class PciFunction
{
    private readonly byte? _measurementFormat;
    private uint _instance, _designation;

    /// <summary>Makes a function, configured and disabled.</summary>
    /// <param name="index">Unique index in the configuration; the low bits of its handle.</param>
    /// <param name="fid">Function identifier.</param>
    /// <param name="device">The device; one without an owner becomes this function's.</param>
    public PciFunction(ushort index, uint fid, PciDevice device)
    {
        Index = index;
        Fid = fid;
        Uid = fid + 1;
        Device = device;
        device.Owner ??= this;
        Measurement = new FunctionMeasurement(this);
    }

    /// <summary>Raised when the function enters the error state: event code and failing address.</summary>
    public event Action<PciFunction, ushort, ulong>? Failed;

    /// <summary>Unique index, bits 16-31 of the handle.</summary>
    public ushort Index { get; }
    /// <summary>Function identifier.</summary>
    public uint Fid { get; }
    /// <summary>User-defined identifier; the program's PCI domain number.</summary>
    public uint Uid { get; init; }
    /// <summary>Identifies the device to the host's IOMMU, since it was added to a configuration.</summary>
    public uint DeviceId { get; internal set; }
    /// <summary>Simulation bits of the handle.</summary>
    public uint SimulationBits { get; init; } = FunctionHandle.Emulated;
    /// <summary>Group of the function.</summary>
    public PciGroup Group { get; init; } = PciGroup.Default;
    /// <summary>SDMA: first valid DMA address.</summary>
    public ulong FirstDmaAddress { get; init; } = 0x1_0000_0000;
    /// <summary>EDMA: last valid DMA address.</summary>
    public ulong LastDmaAddress { get; init; } = 0x01FF_FFFF_FFFF_FFFF;
    /// <summary>Function type told by CLP, 0 unclassified.</summary>
    public byte FunctionType { get; init; }
    /// <summary>Virtual function number; 0 for a physical function.</summary>
    public ushort VirtualFunction { get; init; }
    /// <summary>Whether CLP tells that it is a physical function.</summary>
    public bool IsPhysical { get; init; }
    /// <summary>Physical channel identifier; with a requester identifier, functions of one channel share a bus.</summary>
    public ushort ChannelId { get; init; }
    /// <summary>Segments of the internal path, a byte each.</summary>
    public uint PathSegments { get; init; }
    /// <summary>Port, 0-15.</summary>
    public byte Port { get; init; }
    /// <summary>Parameter of the function identifier.</summary>
    public byte Parameter { get; init; }
    /// <summary>Bus, device and function number; null when CLP does not tell it.</summary>
    public ushort? RequesterId { get; init; }
    /// <summary>Topology identifier; null when CLP does not tell it.</summary>
    public ushort? TopologyId { get; init; }
    /// <summary>Up to 64 characters that CLP tells of the function, EBCDIC; empty for none.</summary>
    public ReadOnlyMemory<byte> UtilityString { get; init; }
    /// <summary>Format of the measurement block: that of the function type unless it is said.</summary>
    public byte MeasurementFormat
    {
        get => _measurementFormat ?? FormatOf(FunctionType);
        init => _measurementFormat = value;
    }

    /// <summary>The device.</summary>
    public PciDevice Device { get; }
    /// <summary>The configuration that the function is in; null before it was added.</summary>
    public PciConfiguration? Configuration { get; internal set; }
    /// <summary>The state.</summary>
    public FunctionState State { get; private set; } = FunctionState.Disabled;
    /// <summary>Registered address space; null when there is none.</summary>
    public IoAddressSpace? AddressSpace { get; private set; }
    /// <summary>Registered adapter interruptions; null when there are none.</summary>
    public InterruptionParameters? Interruptions { get; private set; }
    /// <summary>What of <see cref="Interruptions"/> the machine notifies a guest of; null when it is not forwarded.</summary>
    public ForwardedInterruptions? Forwarded { get; private set; }
    /// <summary>
    /// The GISA of the guest that the function is for: as the host's program enabled it, or of the virtual machine whose it is when
    /// it has no simulation bits; zero for none.
    /// </summary>
    public uint GuestDesignation
        => _designation != 0 ? _designation : SimulationBits == 0 && Configuration is { } configuration ? configuration.GuestDesignation : 0;
    /// <summary>Registered interruptions that are directed to CPUs; null when there are none.</summary>
    public DirectedParameters? DirectedInterruptions { get; private set; }
    /// <summary>Whether the function is enabled for memory I/O.</summary>
    public bool IsMemoryIoEnabled { get; private set; }
    /// <summary>Whether the function goes away when the program deconfigures it.</summary>
    public bool IsUnplugRequested { get; internal set; }
    /// <summary>Measurement.</summary>
    public FunctionMeasurement Measurement { get; }

    /// <summary>Whether the handle has its enable bit on: the function is enabled, in error or not.</summary>
    public bool IsEnabled => State >= FunctionState.Enabled;

    /// <summary>The present handle.</summary>
    public uint Handle => (IsEnabled ? FunctionHandle.Enabled : 0) | (_instance << 24) | SimulationBits | Index;

    /// <summary>Which anchors the function's group accepts.</summary>
    public IoCapabilities Capabilities
        => new((byte)(Group.Designations & (Configuration?.Designations ?? byte.MaxValue)),
            (Group.Flags & PciGroupFlags.RelaxedTranslation) != 0 || Configuration is { RelaxesTranslation: true }, FirstDmaAddress,
            (Group.Flags & PciGroupFlags.LargeFrames) != 0);

    /// <summary>Disabled to enabled (CLP).</summary>
    public void Enable() => Enter(FunctionState.Enabled);

    /// <summary>Disabled to enabled for a guest (CLP): its GISA, or zero for none.</summary>
    public void Enable(uint designation)
    {
        _designation = designation;
        Enable();
    }

    /// <summary>Any enabled state to disabled (CLP): drops registrations, resets the device; the old handle is stale.</summary>
    public void Disable()
    {
        DropRegistrations();
        _designation = 0;
        _instance = (_instance + 1) & (FunctionHandle.InstanceMask >> 24);
        Device.Reset();
        Enter(FunctionState.Disabled);
    }

    /// <summary>Standby or reserved to disabled (service processor, or plugging).</summary>
    public void Configure() => Enter(FunctionState.Disabled);

    /// <summary>Any configured state to standby (service processor).</summary>
    public void Deconfigure()
    {
        if (IsEnabled) Disable();
        Enter(FunctionState.Standby);
    }

    /// <summary>Standby to reserved: gone for the program.</summary>
    public void Withdraw()
    {
        if (IsEnabled) Disable();
        IsUnplugRequested = false;
        Enter(FunctionState.Reserved);
    }

    /// <summary>System reset: configured functions are disabled; registrations and the measurement are gone.</summary>
    public void Reset()
    {
        if (IsEnabled) Disable();
    }

    /// <summary>Enabled or blocked to error, with an error event for the program; without effect in other states.</summary>
    /// <param name="code">PEC.</param>
    /// <param name="address">Failing address.</param>
    /// <param name="details">Vector number in bits 4-15.</param>
    public void Fail(ushort code, ulong address, uint details = 0)
    {
        if (State is not (FunctionState.Enabled or FunctionState.Blocked)) return;
        Enter(FunctionState.Error);
        Report(code, address, details);
        Failed?.Invoke(this, code, address);
    }

    /// <summary>
    /// Any enabled state to permanent error, with an event; only a deconfiguration, a system reset or the platform's recovery ends it.
    /// </summary>
    /// <param name="code">PEC: the function failed for good, or its recovery did.</param>
    public void FailPermanently(ushort code = PciEventCode.PermanentError)
    {
        if (!IsEnabled || State == FunctionState.PermanentError) return;
        Enter(FunctionState.PermanentError);
        Report(code, 0);
    }

    /// <summary>
    /// A service action or the platform's error recovery succeeded: any enabled state to error, with an event that tells the program
    /// to recover the function.
    /// </summary>
    public void EndRecovery()
    {
        if (!IsEnabled) return;
        if (State != FunctionState.Error) Enter(FunctionState.Error);
        Report(PciEventCode.Recovered, 0);
    }

    /// <summary>Error to blocked: loads and stores again. False from other states.</summary>
    public bool ResetLoadStoreBlock()
    {
        if (State != FunctionState.Error) return false;
        Enter(FunctionState.Blocked);
        return true;
    }

    /// <summary>Error or blocked to enabled; registrations survive. False from other states.</summary>
    public bool ResetError()
    {
        if (State is not (FunctionState.Error or FunctionState.Blocked)) return false;
        Enter(FunctionState.Enabled);
        return true;
    }

    /// <summary>Registers an address space with the translation behind the configuration.</summary>
    public RefreshOutcome RegisterAddressSpace(IoAddressSpace space)
    {
        var outcome = Configuration!.Translation.Register(this, space);
        if (outcome.ConditionCode == 0) AddressSpace = space;
        return outcome;
    }

    /// <summary>Deregisters the address space; without effect when there is none.</summary>
    public void DeregisterAddressSpace()
    {
        if (AddressSpace is null) return;
        Configuration!.Translation.Deregister(this);
        AddressSpace = null;
    }

    /// <summary>Registers adapter interruptions, or deregisters them with null.</summary>
    public void SetInterruptions(InterruptionParameters? parameters)
    {
        if (Forwarded is { } forwarded) Configuration?.Forwarding?.Deregister(this, forwarded);
        Interruptions = parameters;
        Forwarded = parameters is { } registered ? Configuration?.Forwarding?.Register(this, registered) : null;
    }

    /// <summary>Registers interruptions that are directed to CPUs, or deregisters them with null.</summary>
    public void SetInterruptions(DirectedParameters? parameters) => DirectedInterruptions = parameters;

    /// <summary>Enables or disables memory I/O (CLP); disabling the function disables it too.</summary>
    public void SetMemoryIo(bool isEnabled) => IsMemoryIoEnabled = isEnabled;

    /// <summary>Queues an error event without changing the state.</summary>
    public void Report(ushort code, ulong address, uint details = 0)
    {
        if (Configuration is not { } configuration) return;
        if (configuration.Stages is { IsActive: true } stages) stages.Report(PciStages.ErrorEvent, Handle, code, address, Fid);
        configuration.Events.Add(new PciEvent(PciEvent.Error, Handle, Fid, code, address, details));
    }

    private void DropRegistrations()
    {
        DeregisterAddressSpace();
        SetInterruptions((InterruptionParameters?)null);
        DirectedInterruptions = null;
        IsMemoryIoEnabled = false;
        Measurement.Stop();
    }

    // Networks 1, compression 2, internal shared memory 3.
    private static byte FormatOf(byte functionType) => functionType switch
    {
        0x0A or 0x0C or 0x0F => 1,
        0x03 => 2,
        0x05 => 3,
        _ => 0,
    };

    private void Enter(FunctionState state)
    {
        State = state;
        if (Configuration?.Stages is { IsActive: true } stages) stages.Report(PciStages.StateEntered, Fid, (ulong)state, Handle);
    }
}
