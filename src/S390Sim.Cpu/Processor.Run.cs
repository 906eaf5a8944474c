
namespace S390Sim.Cpu;

/// <summary>The loop: instructions, and between them interruptions, timers and waits.</summary>
public sealed unsafe partial class Processor
{
    /// <summary>The ILC, in bytes, of an instruction of which nothing could be fetched: any is right (chapter 6).</summary>
    private const uint UnknownLength = 2;

    /// <summary>
    /// Instructions after which the loop is left and entered again, whatever comes: the runtime replaces the code of a method that is
    /// entered often by better code, never that of one that stays.
    /// </summary>
    private const ulong LongestStay = 1 << 18;

    private const ulong Millisecond = 4096 * 1000;      // TOD units

    /// <summary>The last program interruptions taken, newest last, for the account of a crash.</summary>
    public InterruptionLog Log { get; } = new();

    /// <summary>Finds interruptions that only lead to one another.</summary>
    public InterruptionLoop Loops { get; } = new();

    /// <summary>Runs until something stops it, at most up to an instruction count.</summary>
    public StopReason Run(ulong instructionLimit)
    {
        for (; ; )
        {
            var reason = RunLevel(instructionLimit);
            if (!ContinueHost(_state, reason)) return reason;
        }
    }

    private StopReason RunLevel(ulong instructionLimit)
    {
        var c = _state;
        for (; ; )
        {
            if (Loops.TakeFinding()) return StopReason.ProgramLoop;
            if (IsStopped) return StopReason.Stopped;
            if (c->Psw.IsInvalid)
            {
                if (EarlyException(c) is { } early) return early;
                continue;
            }
            if (Interlocked.Exchange(ref _attention, false)) return StopReason.Attention;
            if (Events.Next <= Tod) Events.RunDue(Tod);
            if (TakePending(c, out var reason)) continue;
            if (reason is { } stop) return stop;
            if (IsStopping) return CompleteStop();
            if ((c->PswMask & Psw.Wait) != 0)
            {
                if (c->SieLevel != 0 && !WaitsInGuest(c)) return Intercept(c, Interception.Wait);
                if (Sie.IsProgramHosted && Sie.IsHostInterruptionOpen)
                {
                    Sie.EndInterrupted(c);
                    continue;
                }
                if (!SkipWait(c, out var ended)) return ended;
                continue;
            }
            if (Sie.IsProgramHosted && Sie.IsHostInterruptionOpen)
            {
                Sie.EndInterrupted(c);
                continue;
            }
            if (c->InstructionCount >= instructionLimit || TakeYield()) return StopReason.InstructionLimit;
            SetDeadline(c, instructionLimit);
            // Another thread may have asked before the deadline was there to be moved.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _attention)) continue;
            if (Step(c) is { } end) return end;
        }
    }

    // What ends SIE goes to the program that executed it, if one did.
    private bool ContinueHost(CpuState* c, StopReason reason)
    {
        if (!Sie.IsProgramHosted || reason is not (StopReason.Interception or StopReason.HostFault)) return false;
        var hasFault = reason == StopReason.HostFault ? Sie.EndFaulted(c) : Sie.EndIntercepted(c);
        if (hasFault) TakeProgram(c, c->PswAddress, Sie.InstructionLength);
        return true;
    }

    // One stay in the loop; null to go on.
    private StopReason? Step(CpuState* c)
    {
        if ((c->PswMask & Psw.Per) != 0) return StepPer(c);
        var i = (c->PswAddress & 1) == 0 ? c->Fetch(c->PswAddress) : c->Program(ProgramCode.Specification);
        if (i == null) return FetchFailed(c, UnknownLength);
        var next = Dispatcher.Run(c, ref i);
        if (next != null)
        {
            c->PswAddress = c->AddressOf(next);
            return null;
        }
        switch (c->Exit)
        {
            case ExitKind.Program: return TakeProgram(c, c->AddressOf(i), c->Executing ? c->ExecuteLength : i->Length);
            case ExitKind.HostFault: return LeaveFaulted(c, c->AddressOf(i), c->Executing ? c->ExecuteLength : i->Length);
            case ExitKind.Interception:
                c->Executing = false;
                return StopReason.Interception;
            default:
                c->Executing = false;
                return null;
        }
    }

    // Only nullification leaves the PSW at the instruction, also when fetching it failed (chapter 6, "ILC on
    // Instruction-Fetching Exceptions").
    private static StopReason? TakeProgram(CpuState* c, ulong address, uint length)
    {
        if (!c->Fault.IsPswReplaced)
            c->PswAddress = c->Fault.Code.Nullifies() ? address : (address + length) & c->AddressMask;
        c->Executing = false;
        return Interrupt(c, length);
    }

    private static StopReason? EarlyException(CpuState* c)
    {
        c->Fault = new ProgramFault { Code = ProgramCode.Specification };
        return Interrupt(c, c->EarlyLength);
    }

    private static StopReason? Interrupt(CpuState* c, uint length)
    {
        if (c->SieLevel != 0 && SieUnit.InterceptsProgram(c, length)) return StopReason.Interception;
        return c->ProgramInterruption(c->Fault, length) ? null : StopReason.HostFault;
    }

    private bool TakePending(CpuState* c, out StopReason? reason)
    {
        if (c->SieLevel != 0) return TakeOfGuest(c, out reason);
        reason = null;
        if (!Pending.IsOpen(c, GuestTod, CpuTimer)) return false;
        return Pending.Take(c, GuestTod, CpuTimer);
    }

    private static StopReason Intercept(CpuState* c, Interception code)
    {
        SieUnit.Intercept(c, code);
        return StopReason.Interception;
    }

    // In the wait state virtual time moves on to whatever comes next.
    private bool SkipWait(CpuState* c, out StopReason reason)
    {
        reason = StopReason.Wait;
        if (c->Psw.IsDisabledWait || SharesTime) return false;
        var next = Math.Min(Events.Next, NextTimer);
        if (next == ulong.MaxValue) return false;
        WaitUntil(next);
        return true;
    }

    /// <summary>Lets time pass up to a machine TOD: virtual time jumps, host time is slept through in part.</summary>
    public void WaitUntil(ulong tod)
    {
        if (Clock.IsHost) Thread.Sleep(tod - Tod > Millisecond && tod > Tod ? 1 : 0);
        else if (tod > Tod) Clock.Set(tod, _state->InstructionCount);
    }

    /// <summary>Machine TOD at which an enabled timer interruption of the level that runs becomes pending; the maximum for never.</summary>
    public ulong NextTimer
    {
        get
        {
            var next = NextTimerOf(_state, GuestTod, CpuTimer);
            return Sie.IsProgramHosted ? Math.Min(next, Sie.NextHostTimer) : next;
        }
    }

    /// <summary>The same for masks and a clock comparator, with the time of day and the CPU timer that go with them.</summary>
    internal ulong NextTimerOf(CpuState* c, ulong timeOfDay, ulong cpuTimer)
    {
        var next = ulong.MaxValue;
        if ((c->PswMask & Psw.External) == 0) return next;
        var tod = Tod;
        if ((c->Cr[0] & (1UL << 11)) != 0 && PendingInterruptions.UntilClockComparator(c, timeOfDay) is not ulong.MaxValue and var left)
            next = After(tod, left == 0 ? 0 : Clock.Steering.AtLeast(left));
        if ((c->Cr[0] & (1UL << 10)) != 0)
            next = Math.Min(next, After(tod, (long)cpuTimer < 0 ? 0 : cpuTimer + 1));
        return next;
    }

    // What the machine's clock does not live to see never comes.
    private static ulong After(ulong tod, ulong time) => time > ulong.MaxValue - tod ? ulong.MaxValue : tod + time;

    private void SetDeadline(CpuState* c, ulong instructionLimit)
    {
        var next = Math.Min(Events.Next, NextTimer);
        var deadline = Math.Min(instructionLimit, c->InstructionCount + LongestStay);
        if (next != ulong.MaxValue)
            deadline = Math.Min(deadline, c->InstructionCount + Math.Max(1, Clock.InstructionsUntil(next, c->InstructionCount)));
        c->Deadline = deadline;
    }
}
