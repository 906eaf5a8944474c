namespace S390Sim.Cpu;

/// <summary>The host as a program of the machine that executes SIE: how it gets control back (sie.md section 1.2).</summary>
public sealed unsafe partial class SieUnit
{
    // The host's masks and timer as interruptions are judged by; only these fields of it are used.
    private readonly CpuState* _hostView;
    private ulong _sieAddress;
    private PerReport _hostPer;

    /// <summary>Whether the guest that runs was entered by a program that executed SIE.</summary>
    internal bool IsProgramHosted { get; private set; }

    /// <summary>Executes SIE for the program that runs at host level; the operand was checked.</summary>
    /// <param name="c">The processor, at host level.</param>
    /// <param name="i">The instruction.</param>
    /// <param name="block">Absolute address of the state description.</param>
    internal Insn* Start(CpuState* c, Insn* i, ulong block)
    {
        var (address, next) = (c->AddressOf(i), c->NextAddress(i));
        (_sieAddress, InstructionLength, _hostPer) = (address, c->Executing ? c->ExecuteLength : i->Length, default);
        c->PswAddress = next;
        if (!Enter(c, block)) return c->Resume(next);
        IsProgramHosted = true;
        _hostView->PswMask = _host.Psw.Mask;
        foreach (var n in (ReadOnlySpan<int>)[0, 6, 14]) _hostView->Cr[n] = _host.Cr[n];
        _hostView->ClockComparator = _host.ClockComparator;
        _hostView->LevelFacilities = _processor.Facilities.OfBareMachine;
        return c->Resume(c->PswAddress);
    }

    private ulong HostTimeOfDay => _processor.Clock.TimeOfDayNow + _host.TodEpoch;
    private ulong HostCpuTimer => _host.CpuTimer - (_processor.Tod - _host.CpuTimerBase);

    /// <summary>Whether an interruption of the program that executed SIE is open: its masks and timers hold on.</summary>
    internal bool IsHostInterruptionOpen => _processor.Pending.IsOpen(_hostView, HostTimeOfDay, HostCpuTimer);

    /// <summary>Machine TOD at which a timer of that program interrupts; the maximum for never.</summary>
    internal ulong NextHostTimer => _processor.NextTimerOf(_hostView, HostTimeOfDay, HostCpuTimer);

    /// <summary>Length of the SIE instruction, or of the EXECUTE, in bytes.</summary>
    internal uint InstructionLength { get; private set; }

    /// <summary>Keeps the PER events of the SIE instruction until the program goes on, and its breaking event without an EXECUTE's mark.</summary>
    internal void Keep(in PerReport per, ulong breakingEvent) => (_hostPer, _host.BreakingEvent) = (per, breakingEvent);

    /// <summary>Ends SIE so that the program goes on behind it: the state description holds an interception.</summary>
    /// <returns>Whether PER events of the instruction are to be presented.</returns>
    internal bool EndIntercepted(CpuState* c)
    {
        End(c);
        if (_hostPer.Events == PerEvents.None) return false;
        // The instruction is completed; TakeProgram steps over it again.
        c->Fault = new ProgramFault { Code = Cpu.ProgramCode.PerEvent, Per = _hostPer };
        c->PswAddress = _sieAddress;
        return true;
    }

    /// <summary>Ends SIE with the program's PSW at the instruction, which an interruption of the host then stores.</summary>
    internal void EndInterrupted(CpuState* c)
    {
        var block = Block(c);
        block.InterceptionStatus = 0;
        End(c);
        c->PswAddress = _sieAddress;
    }

    /// <summary>
    /// Ends SIE because the host's tables refuse an access of the guest, which becomes a program interruption of the host; the
    /// guest's instruction was nullified, and the interception code stays (sie.md section 6.3).
    /// </summary>
    /// <returns>True: there is a program interruption to present.</returns>
    internal bool EndFaulted(CpuState* c)
    {
        var fault = c->HostFault;
        EndInterrupted(c);
        c->HostProgram(fault);
        c->Fault.Per = _hostPer;
        c->Fault.Per.Events &= PerEvents.InstructionFetch;      // of what did not complete only the fetching counts
        return true;
    }

    private void End(CpuState* c)
    {
        IsProgramHosted = false;
        Leave(c);
    }
}
