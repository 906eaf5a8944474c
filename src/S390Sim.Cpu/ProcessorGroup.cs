namespace S390Sim.Cpu;

/// <summary>SIGNAL PROCESSOR orders (chapter 4, "Signal-Processor Orders").</summary>
public enum SignalOrder : byte
{
#pragma warning disable CS1591 // The names are the manual's.
    Sense = 0x01,
    ExternalCall = 0x02,
    EmergencySignal = 0x03,
    Start = 0x04,
    Stop = 0x05,
    Restart = 0x06,
    StopAndStoreStatus = 0x09,
    InitialCpuReset = 0x0B,
    CpuReset = 0x0C,
    SetPrefix = 0x0D,
    StoreStatusAtAddress = 0x0E,
    SetArchitecture = 0x12,
    SenseRunningStatus = 0x15,
#pragma warning restore CS1591
}

/// <summary>Bits of the status word of SIGNAL PROCESSOR (chapter 4, "Status Bits").</summary>
public static class SignalStatus
{
    /// <summary>Bit 53: the CPU is not running.</summary>
    public const uint NotRunning = 0x400;
    /// <summary>Bit 54: the CPU is not in the state that the order needs.</summary>
    public const uint IncorrectState = 0x200;
    /// <summary>Bit 55: the parameter is not valid.</summary>
    public const uint InvalidParameter = 0x100;
    /// <summary>Bit 56: an external call is pending already.</summary>
    public const uint ExternalCallPending = 0x80;
    /// <summary>Bit 57: the CPU is stopped.</summary>
    public const uint Stopped = 0x40;
    /// <summary>Bit 62: the order is not assigned or not installed.</summary>
    public const uint InvalidOrder = 0x02;
}

/// <summary>What SIGNAL PROCESSOR answers.</summary>
/// <param name="ConditionCode">0 accepted, 1 status stored, 2 busy, 3 not operational.</param>
/// <param name="Status">Status word for condition code 1.</param>
public readonly record struct SignalOutcome(int ConditionCode, uint Status = 0);

/// <summary>The processors of a configuration, which signal one another.</summary>
public sealed unsafe class ProcessorGroup
{
    private readonly List<Processor> _processors = [];

    /// <summary>The processors, by the order in which they joined.</summary>
    public IReadOnlyList<Processor> Processors => _processors;

    /// <summary>Adds a processor.</summary>
    public void Add(Processor processor) => _processors.Add(processor);

    /// <summary>Whether the processors are polarized vertically.</summary>
    public bool IsVertical { get; private set; }

    private bool _isTopologyChanged;

    /// <summary>Polarizes the processors; false when they are so already.</summary>
    internal bool Polarize(bool isVertical)
    {
        if (IsVertical == isVertical) return false;
        (IsVertical, _isTopologyChanged) = (isVertical, true);
        return true;
    }

    /// <summary>Whether a topology-change report is pending; it is then taken.</summary>
    internal bool TakeTopologyChange()
    {
        var changed = _isTopologyChanged;
        _isTopologyChanged = false;
        return changed;
    }

    /// <summary>Performs an order on the processor at a CPU address.</summary>
    public SignalOutcome Signal(Processor source, SignalOrder order, ushort address, uint parameter)
    {
        // The architecture is the configuration's, whatever CPU is addressed; it is z/Architecture from the start.
        if (order == SignalOrder.SetArchitecture) return new(1, SignalStatus.InvalidParameter);
        var target = _processors.Find(p => p.CpuAddress == address);
        if (target is null) return new(3);
        switch (order)
        {
            case SignalOrder.Sense: return Sense(target);
            case SignalOrder.SenseRunningStatus: return target.IsStopped ? new(1, SignalStatus.NotRunning) : new(0);
            case SignalOrder.ExternalCall:
                return target.Pending.TryRequestExternalCall(source.CpuAddress) ? new(0) : new(1, SignalStatus.ExternalCallPending);
            case SignalOrder.EmergencySignal: target.Pending.RequestEmergencySignal(source.CpuAddress); return new(0);
            case SignalOrder.Start: target.IsStopped = false; return new(0);
            case SignalOrder.Stop: target.Stop(); return new(0);
            case SignalOrder.StopAndStoreStatus: target.Stop(); StatusArea.Store(target, target.State->Prefix); return new(0);
            case SignalOrder.Restart: target.IsStopped = false; target.Pending.RequestRestart(); return new(0);
            case SignalOrder.InitialCpuReset: target.InitialReset(); target.IsStopped = true; return new(0);
            case SignalOrder.CpuReset: target.Pending.Clear(); target.Stop(); return new(0);
            case SignalOrder.SetPrefix: return SetPrefix(target, parameter);
            case SignalOrder.StoreStatusAtAddress: return StoreStatus(target, parameter);
            default: return new(1, SignalStatus.InvalidOrder);
        }
    }

    private static SignalOutcome Sense(Processor target)
    {
        var status = (target.IsStopped ? SignalStatus.Stopped : 0) | (target.Pending.IsExternalCallPending ? SignalStatus.ExternalCallPending : 0);
        return status == 0 ? new(0) : new(1, status);
    }

    private static SignalOutcome SetPrefix(Processor target, uint parameter)
    {
        var prefix = parameter & 0x7FFF_E000;
        if (!target.IsStopped) return new(1, SignalStatus.IncorrectState);
        if (!target.Storage.Contains(prefix, 0x2000)) return new(1, SignalStatus.InvalidParameter);
        target.State->Prefix = prefix;
        target.PurgeAll();
        return new(0);
    }

    private static SignalOutcome StoreStatus(Processor target, uint parameter)
    {
        var area = parameter & 0x7FFF_FE00;
        if (!target.IsStopped) return new(1, SignalStatus.IncorrectState);
        if (!target.Storage.Contains(area, 512)) return new(1, SignalStatus.InvalidParameter);
        StatusArea.Store(target, (ulong)area - StatusArea.Start);
        return new(0);
    }
}
