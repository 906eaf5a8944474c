using System.Numerics;

namespace S390Sim.Cpu;

/// <summary>
/// Requests that one processor, or one virtual CPU, has pending, and the decision which is taken next: machine check, then
/// external, then I/O, then restart (chapter 6, "Priority of Interruptions").
/// </summary>
public sealed unsafe class PendingInterruptions(FloatingInterruptions floating)
{
    // One for each CPU that signals, so that their number is bounded by that of the configuration's CPUs.
    private readonly Queue<ushort> _emergencySignals = new(), _malfunctionAlerts = new();
    private readonly MachineChecks _machineChecks = new();
    private ushort? _externalCall;
    private ExternalCallCell _callCell;
    private bool _restart, _restartFirst;
    private byte _directed;     // subclasses of directed adapter interruptions, as in CR6 bits 32-39

    /// <summary>Requests shared with the other processors.</summary>
    public FloatingInterruptions Floating { get; } = floating;

    /// <summary>Requests a restart interruption; of a CPU that was stopped it comes before all others.</summary>
    public void RequestRestart(bool beforeOthers = false) => (_restart, _restartFirst) = (true, beforeOthers);

    /// <summary>Whether a restart interruption is pending.</summary>
    public bool IsRestartPending => _restart;

    /// <summary>Requests a machine check of this CPU; false for a code without a condition.</summary>
    public bool TryRequestMachineCheck(in MachineCheck check) => _machineChecks.TryRequest(check);

    /// <summary>Requests a malfunction alert: a CPU has entered the check-stop state.</summary>
    public void RequestMalfunctionAlert(ushort source)
    {
        if (!_malfunctionAlerts.Contains(source)) _malfunctionAlerts.Enqueue(source);
    }

    /// <summary>Requests an emergency signal from a CPU.</summary>
    public void RequestEmergencySignal(ushort source)
    {
        if (!_emergencySignals.Contains(source)) _emergencySignals.Enqueue(source);
    }

    /// <summary>Requests an external call; false when one is pending already.</summary>
    public bool TryRequestExternalCall(ushort source)
    {
        if (_callCell.Exists) return _callCell.TryRequest(source);
        if (_externalCall is not null) return false;
        _externalCall = source;
        return true;
    }

    /// <summary>Whether an external call is pending.</summary>
    public bool IsExternalCallPending => _callCell.Exists ? _callCell.IsPending : _externalCall is not null;

    /// <summary>Keeps external calls from now on where SIE makes and takes them, too; none may be pending elsewhere.</summary>
    public void KeepExternalCallsIn(in ExternalCallCell cell) => _callCell = cell;

    /// <summary>Requests an adapter interruption that is directed to this CPU; one that is pending for the subclass covers it.</summary>
    public void RequestDirectedAdapter(int subclass)
    {
        _directed |= (byte)(0x80 >> subclass);
        Floating.Announce();
    }

    /// <summary>Subclasses with pending I/O interruptions, floating or directed to this CPU: bits as in CR6 bits 32-39.</summary>
    public byte IoSubclasses => (byte)(Floating.IoSubclasses | _directed);

    /// <summary>
    /// The I/O interruption that <see cref="TryTakeIo"/> would take with a CR6 mask byte: of the most significant subclass, and
    /// in that one directed to this CPU before a floating one.
    /// </summary>
    public bool TryPeekIo(byte mask, out IoInterruption interruption)
    {
        var directed = BitOperations.LeadingZeroCount((uint)(_directed & mask)) - 24;
        var hasFloating = Floating.TryPeekIo(mask, out interruption);
        if (directed == 8) return hasFloating;
        if (!hasFloating || directed <= interruption.Subclass) interruption = IoInterruption.DirectedAdapter(directed);
        return true;
    }

    /// <summary>Takes an I/O interruption that a CR6 mask byte permits.</summary>
    public bool TryTakeIo(byte mask, out IoInterruption interruption)
    {
        if (!TryPeekIo(mask, out interruption)) return false;
        if (interruption == IoInterruption.DirectedAdapter(interruption.Subclass)) _directed &= (byte)~(0x80 >> interruption.Subclass);
        else Floating.TryTakeIo(mask, out interruption);
        return true;
    }

    /// <summary>Drops everything that belongs to this processor (CPU reset).</summary>
    public void Clear()
    {
        _emergencySignals.Clear();
        _malfunctionAlerts.Clear();
        _machineChecks.Clear();
        ClearExternalCall();
        _restart = _restartFirst = false;
        _directed = 0;
    }

    /// <summary>Whether some interruption is open with the masks now in the PSW and control registers.</summary>
    public bool IsOpen(CpuState* c, ulong tod, ulong cpuTimer) => IsOpen(c, tod, cpuTimer, IoSubclasses);

    /// <summary>The same, but for what is in the GISA: nobody tells a CPU that sleeps of that but an alert.</summary>
    public bool IsOpenOutsideGisa(CpuState* c, ulong tod, ulong cpuTimer) => IsOpen(c, tod, cpuTimer, SubclassesOutsideGisa);

    private bool IsOpen(CpuState* c, ulong tod, ulong cpuTimer, byte io)
        => IsMachineCheckOpen(c) || ExternalCode(c, tod, cpuTimer) != 0 || IsIoOpen(c, io) || _restart;

    /// <summary>Takes the interruption of highest priority.</summary>
    /// <returns>False when none is open, or when the guest's assigned storage is not mapped (<see cref="CpuState.Exit"/> says so).</returns>
    public bool Take(CpuState* c, ulong tod, ulong cpuTimer)
    {
        if (_restartFirst) return TakeRestart(c);
        if (IsMachineCheckOpen(c)) return TakeMachineCheck(c);
        var code = ExternalCode(c, tod, cpuTimer);
        if (code != 0) return TakeExternal(c, code);
        if (IsIoOpen(c, IoSubclasses))
        {
            if (!c->TryLowcore(out _)) return false;
            return TryTakeIo((byte)(c->Cr[6] >> 24), out var interruption) && c->IoInterruption(interruption);
        }
        return _restart && TakeRestart(c);
    }

    // All that is open is indicated together, the configuration's channel report with it.
    private bool TakeMachineCheck(CpuState* c)
    {
        var masks = c->Cr[14];
        var check = _machineChecks.Peek(masks);
        var reports = IsChannelReportOpen(c);
        if (reports) check = check.With(MachineCheck.ChannelReport);
        if (!c->MachineCheck(check)) return false;
        _machineChecks.Take(masks);
        if (reports) Floating.TakeChannelReport();
        return true;
    }

    private bool TakeRestart(CpuState* c)
    {
        if (!c->Restart()) return false;
        _restart = _restartFirst = false;
        return true;
    }

    private bool TakeExternal(CpuState* c, ushort code)
    {
        if (!c->TryLowcore(out _)) return false;
        return code switch
        {
            0x1200 => c->ExternalInterruption(code, _malfunctionAlerts.Dequeue(), null),
            0x1201 => c->ExternalInterruption(code, _emergencySignals.Dequeue(), null),
            0x1202 => TakeExternalCall(c),
            0x2401 => c->ExternalInterruption(code, 0, Floating.TakeServiceSignal()),
            _ => c->ExternalInterruption(code, 0, null),
        };
    }

    private bool TakeExternalCall(CpuState* c)
    {
        var source = _callCell.Exists ? _callCell.Source : _externalCall!.Value;
        ClearExternalCall();
        return c->ExternalInterruption(0x1202, source, null);
    }

    private void ClearExternalCall()
    {
        _externalCall = null;
        if (_callCell.Exists) _callCell.Clear();
    }

    private bool IsMachineCheckOpen(CpuState* c)
        => IsMachineCheckPending && (c->PswMask & Psw.MachineCheck) != 0 && (_machineChecks.IsOpen(c->Cr[14]) || IsChannelReportOpen(c));

    private bool IsMachineCheckPending => Floating.ChannelReport || _machineChecks.Any;

    private bool IsChannelReportOpen(CpuState* c) => Floating.ChannelReport && (c->Cr[14] & MachineCheck.ChannelReportMask) != 0;

    private bool IsSignalPending => _emergencySignals.Count != 0 || _malfunctionAlerts.Count != 0;

    private byte SubclassesOutsideGisa => (byte)(Floating.QueuedSubclasses | _directed);

    private static bool IsIoOpen(CpuState* c, byte subclasses)
        => (c->PswMask & Psw.Io) != 0 && (subclasses & (byte)(c->Cr[6] >> 24)) != 0;

    /// <summary>The open timer interruption: 1004 clock comparator, 1005 CPU timer, or 0.</summary>
    internal static ushort TimerCode(CpuState* c, ulong tod, ulong cpuTimer)
    {
        if ((c->PswMask & Psw.External) == 0) return 0;
        if ((c->Cr[0] & (1UL << 11)) != 0 && IsPast(c, tod)) return 0x1004;
        return (c->Cr[0] & (1UL << 10)) != 0 && (long)cpuTimer < 0 ? (ushort)0x1005 : (ushort)0;
    }

    private const ulong SignControl = 1UL << 53;    // CR0 bit 10

    /// <summary>Whether clock and clock comparator are compared as signed numbers.</summary>
    internal static bool IsClockSigned(CpuState* c)
        => (c->Cr[0] & SignControl) != 0 && (c->LevelFacilities & LevelFacilities.SignedClockComparator) != 0;

    private static bool IsPast(CpuState* c, ulong tod)
        => IsClockSigned(c) ? (long)tod > (long)c->ClockComparator : tod > c->ClockComparator;

    /// <summary>Time of day until the clock comparator is past, 0 when it is; the maximum for never.</summary>
    internal static ulong UntilClockComparator(CpuState* c, ulong tod)
    {
        if (IsPast(c, tod)) return 0;
        return c->ClockComparator == (IsClockSigned(c) ? long.MaxValue : ulong.MaxValue) ? ulong.MaxValue : c->ClockComparator - tod + 1;
    }

    /// <summary>
    /// Asks SIE to come out when the guest opens a mask that keeps a request pending (sie.md section 4.3): through its PSW, or
    /// by loading the control register that holds the subclass mask.
    /// </summary>
    public void AskForIntervention(CpuState* c, StateDescription block)
    {
        var flags = block.CpuFlags & ~(SieFlags.IoRequest | SieFlags.ExternalRequest);
        var controls = (InterceptionControls)block.InterceptionControl & ~InterceptionControls.Lpsw;
        uint loads = 0;
        // What is in the GISA the machine delivers without asking.
        var io = (block.Eca & ExecutionControlsA.AdapterInterruptions) != 0 ? SubclassesOutsideGisa : IoSubclasses;
        if (io != 0) Ask(Psw.Io, SieFlags.IoRequest, 6);
        // An external call in the SCA is one that SIE presents itself.
        if (Floating.ServiceSignal || IsSignalPending || _externalCall is not null) Ask(Psw.External, SieFlags.ExternalRequest, 0);
        if (IsMachineCheckPending)
        {
            if ((c->PswMask & Psw.MachineCheck) != 0) loads |= 0x8000u >> 14;
            else controls |= InterceptionControls.Lpsw;
        }
        block.CpuFlags = flags;
        block.InterceptionControl = (uint)controls;
        block.LoadControl = (ushort)loads;

        void Ask(ulong mask, uint request, int register)
        {
            if ((c->PswMask & mask) == 0) flags |= request;
            else loads |= 0x8000u >> register;
        }
    }

    /// <summary>
    /// The open external interruption of highest priority, or 0. CR0 bits: 48 malfunction, 49 emergency, 50 external call, 52, 53 timers, 54 service.
    /// </summary>
    private ushort ExternalCode(CpuState* c, ulong tod, ulong cpuTimer)
    {
        if ((c->PswMask & Psw.External) == 0) return 0;
        var masks = c->Cr[0];
        if (_malfunctionAlerts.Count != 0 && (masks & (1UL << 15)) != 0) return 0x1200;
        if (_emergencySignals.Count != 0 && (masks & (1UL << 14)) != 0) return 0x1201;
        if (IsExternalCallPending && (masks & (1UL << 13)) != 0) return 0x1202;
        if (TimerCode(c, tod, cpuTimer) is not 0 and var timer) return timer;
        return Floating.ServiceSignal && (masks & (1UL << 9)) != 0 ? (ushort)0x2401 : (ushort)0;
    }
}
