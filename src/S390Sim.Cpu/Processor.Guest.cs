namespace S390Sim.Cpu;

/// <summary>What is open between two instructions of a guest, and how it waits (sie.md sections 4.2 to 4.4 and 4.6).</summary>
public sealed unsafe partial class Processor
{
    /// <summary>What comes next between two instructions of a guest.</summary>
    /// <param name="Request">What leads to the host without more ado; none otherwise.</param>
    /// <param name="Timer">Code of a timer's external interruption; zero for none.</param>
    /// <param name="Call">The external call, if there is one.</param>
    /// <param name="IsAdapter">Whether it is an adapter interruption of the GISA.</param>
    private readonly record struct GuestOpening(
        Interception Request, ushort Timer = 0, ExternalCallCell Call = default, bool IsAdapter = false)
    {
        public bool IsOpen => Request != Interception.None || Timer != 0 || Call.Exists || IsAdapter;
    }

    private const uint Requests
        = SieFlags.ExternalRequest | SieFlags.IoRequest | SieFlags.StopRequest | SieFlags.ExternalCallPending;

    // In the order of priority: the external request, the external call, timers, the I/O request, adapters, the stop request.
    private GuestOpening FindOpening(CpuState* c)
    {
        var flags = SieUnit.Block(c).CpuFlags;
        if ((flags & SieFlags.ExternalRequest) != 0 && (c->PswMask & Psw.External) != 0) return new(Interception.ExternalRequest);
        if (SieSignals.TryFindOpenCall(c, flags, out var call)) return new(Interception.None, Call: call);
        if (PendingInterruptions.TimerCode(c, GuestTod, CpuTimer) is not 0 and var timer) return new(Interception.None, timer);
        if ((flags & SieFlags.IoRequest) != 0 && (c->PswMask & Psw.Io) != 0) return new(Interception.IoRequest);
        if (Sie.IsAdapterOpen(c)) return new(Interception.None, IsAdapter: true);
        return new((flags & SieFlags.StopRequest) != 0 ? Interception.StopRequest : Interception.None);
    }

    // True when the guest's PSW was exchanged; else with the reason to leave, if there is one.
    private bool TakeOfGuest(CpuState* c, out StopReason? reason)
    {
        reason = null;
        // Nearly always there is nothing.
        if ((SieUnit.Block(c).CpuFlags & Requests) == 0 && PendingInterruptions.TimerCode(c, GuestTod, CpuTimer) == 0
            && !Sie.IsAdapterOpen(c)) return false;
        var opening = FindOpening(c);
        if (opening.Request != Interception.None) reason = Intercept(c, opening.Request);
        else if (opening.Call.Exists) reason = SieSignals.Take(c, opening.Call);
        else if (opening.Timer != 0) reason = TakeTimer(c, opening.Timer);
        else if (opening.IsAdapter) reason = Sie.TakeAdapter(c) ? null : StopReason.HostFault;
        else return false;
        return reason is null;
    }

    // Interpreted with the assist, unless the timer, which stays due, would only interrupt again. Null when the guest took it.
    private static StopReason? TakeTimer(CpuState* c, ushort code)
    {
        var isInterpreted = (SieUnit.Block(c).Eca & ExecutionControlsA.ExternalInterruptions) != 0;
        if (isInterpreted)
        {
            if (!c->TryLowcore(out var lowcore)) return StopReason.HostFault;
            isInterpreted = (lowcore.ExternalNewMask & Psw.External) == 0;
        }
        if (isInterpreted) return c->ExternalInterruption(code, 0, null) ? null : StopReason.HostFault;
        SieUnit.InterceptExternal(c, code, 0);
        return StopReason.Interception;
    }

    // With the assist a wait that something may end is none of the host's business.
    private static bool WaitsInGuest(CpuState* c)
        => (SieUnit.Block(c).Eca & ExecutionControlsA.WaitAssist) != 0 && !c->Psw.IsDisabledWait;

    // Whether a guest that waits in SIE goes on, or its host does.
    private bool IsGuestReady(CpuState* c) => !WaitsInGuest(c) || Sie.IsHostInterruptionOpen || FindOpening(c).IsOpen;

    // The host's tables refused an access. Protection by them is the guest's exception, of which the host is told, unless the host
    // wants it for its own (sie.md section 4.5).
    private static StopReason LeaveFaulted(CpuState* c, ulong address, uint length)
    {
        c->Executing = false;
        if (SieUnit.IsGuestsProtection(c))
        {
            c->PswAddress = (address + length) & c->AddressMask;
            SieUnit.InterceptProtection(c, length);
            return StopReason.Interception;
        }
        c->PswAddress = address;
        c->InstructionCount--;
        return StopReason.HostFault;
    }
}
