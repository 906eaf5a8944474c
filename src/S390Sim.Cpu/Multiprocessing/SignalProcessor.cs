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
    ConditionalEmergencySignal = 0x13,
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
    /// <summary>Bit 59: the CPU is in the check-stop state.</summary>
    public const uint CheckStop = 0x10;
    /// <summary>Bit 62: the order is not assigned or not installed.</summary>
    public const uint InvalidOrder = 0x02;
}

/// <summary>What SIGNAL PROCESSOR answers.</summary>
/// <param name="ConditionCode">0 accepted, 1 status stored, 2 busy, 3 not operational.</param>
/// <param name="Status">Status word for condition code 1.</param>
public readonly record struct SignalOutcome(int ConditionCode, uint Status = 0);

/// <summary>
/// The orders of SIGNAL PROCESSOR and the conditions that determine the response (chapter 4, "CPU Signaling and Response"); the
/// same for the processors of the machine and for the virtual CPUs of a guest.
/// </summary>
public static class SignalProcessor
{
    /// <summary>STFLE bit of the sense-running-status facility.</summary>
    public const int SenseRunningStatusFacility = 9;

    private static readonly SignalOutcome s_accepted = new(0);
    private static readonly SignalOutcome s_busy = new(2);
    private static readonly SignalOutcome s_notOperational = new(3);

    /// <summary>Performs an order.</summary>
    /// <param name="cpus">The CPUs of the configuration.</param>
    /// <param name="source">Address of the CPU that signals.</param>
    /// <param name="order">The order; any byte.</param>
    /// <param name="address">Address of the CPU that is signalled; it may be the source's own.</param>
    /// <param name="parameter">Bits 32-63 of the parameter register.</param>
    /// <param name="facilities">Installed facilities.</param>
    public static SignalOutcome Perform(
        IReadOnlyList<ISignalTarget> cpus, ushort source, SignalOrder order, ushort address, uint parameter,
        FacilitySet facilities)
    {
        // The architectural mode is the configuration's, whatever CPU is addressed. It is z/Architecture from the start: codes 1
        // and 2 ask for what is, and there is no other.
        if (order == SignalOrder.SetArchitecture) return Status(SignalStatus.InvalidParameter);
        var target = Find(cpus, address);
        if (target is null) return s_notOperational;
        if (!IsInstalled(order, facilities)) return Status(SignalStatus.InvalidOrder);
        switch (order)
        {
            // Resets are performed in whatever state the CPU is.
            case SignalOrder.InitialCpuReset: target.InitialCpuReset(); return s_accepted;
            case SignalOrder.CpuReset: target.CpuReset(); return s_accepted;
        }
        if (target.IsBusy) return s_busy;
        if (order == SignalOrder.Sense) return Sense(target);
        if (order == SignalOrder.SenseRunningStatus) return SenseRunning(target);
        return target.IsCheckStopped ? Status(SignalStatus.CheckStop) : PerformOn(target, source, order, parameter);
    }

    private static ISignalTarget? Find(IReadOnlyList<ISignalTarget> cpus, ushort address)
    {
        for (var n = 0; n < cpus.Count; n++)
        {
            if (cpus[n].CpuAddress == address) return cpus[n];
        }
        return null;
    }

    private static bool IsInstalled(SignalOrder order, FacilitySet facilities) => order switch
    {
        SignalOrder.Sense or SignalOrder.ExternalCall or SignalOrder.EmergencySignal or SignalOrder.Start => true,
        SignalOrder.Stop or SignalOrder.Restart or SignalOrder.StopAndStoreStatus or SignalOrder.InitialCpuReset or SignalOrder.CpuReset => true,
        SignalOrder.SetPrefix or SignalOrder.StoreStatusAtAddress or SignalOrder.ConditionalEmergencySignal => true,
        SignalOrder.SenseRunningStatus => facilities[SenseRunningStatusFacility],
        _ => false,
    };

    private static SignalOutcome PerformOn(ISignalTarget target, ushort source, SignalOrder order, uint parameter)
    {
        switch (order)
        {
            case SignalOrder.ExternalCall:
                return target.Pending.TryRequestExternalCall(source) ? s_accepted : Status(SignalStatus.ExternalCallPending);
            case SignalOrder.EmergencySignal: target.Pending.RequestEmergencySignal(source); return s_accepted;
            case SignalOrder.ConditionalEmergencySignal: return ConditionalEmergency(target, source, (ushort)parameter);
            case SignalOrder.Start: target.Start(); return s_accepted;
            case SignalOrder.Stop: target.Stop(storesStatus: false); return s_accepted;
            case SignalOrder.StopAndStoreStatus: target.Stop(storesStatus: true); return s_accepted;
            case SignalOrder.Restart: target.Restart(); return s_accepted;
            case SignalOrder.SetPrefix: return SetPrefix(target, parameter);
            default: return StoreStatus(target, parameter);
        }
    }

    private static SignalOutcome Sense(ISignalTarget target)
    {
        var status = target.IsCheckStopped ? SignalStatus.CheckStop : target.IsStopped ? SignalStatus.Stopped : 0;
        if (target.Pending.IsExternalCallPending) status |= SignalStatus.ExternalCallPending;
        return status == 0 ? s_accepted : Status(status);
    }

    // A waiting CPU has nothing that it runs on.
    private static SignalOutcome SenseRunning(ISignalTarget target)
        => target.IsStopped || (target.Psw.Mask & Psw.Wait) != 0 ? Status(SignalStatus.NotRunning) : s_accepted;

    // The signal is made unless the CPU is stopped, with a PSW that is enabled, and does not use the address space: waiting
    // somewhere else than at address zero counts as using it (linux-and-peers.md).
    private static SignalOutcome ConditionalEmergency(ISignalTarget target, ushort source, ushort space)
    {
        const ulong Enabled = Psw.Io | Psw.External;
        var psw = target.Psw;
        var uses = (psw.Mask & Psw.Wait) != 0
            ? psw.Address != 0
            : space == (ushort)target.ControlRegister(4) || space == (ushort)target.ControlRegister(3);
        if (target.IsStopped && (psw.Mask & Enabled) == Enabled && !uses) return Status(SignalStatus.IncorrectState);
        target.Pending.RequestEmergencySignal(source);
        return s_accepted;
    }

    private static SignalOutcome SetPrefix(ISignalTarget target, uint parameter)
    {
        var prefix = parameter & 0x7FFF_E000;
        if (!target.IsInstalled(prefix, 0x2000)) return Status(SignalStatus.InvalidParameter);
        if (!target.IsStopped) return Status(SignalStatus.IncorrectState);
        target.SetPrefix(prefix);
        return s_accepted;
    }

    private static SignalOutcome StoreStatus(ISignalTarget target, uint parameter)
    {
        var address = parameter & 0x7FFF_FE00;
        if (!target.IsInstalled(address, 512)) return Status(SignalStatus.InvalidParameter);
        if (!target.IsStopped) return Status(SignalStatus.IncorrectState);
        target.StoreStatus(address);
        return s_accepted;
    }

    private static SignalOutcome Status(uint status) => new(1, status);
}
