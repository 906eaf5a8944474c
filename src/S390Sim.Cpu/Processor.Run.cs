using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>The loop: instructions, and between them interruptions, timers and waits.</summary>
public sealed unsafe partial class Processor
{
    /// <summary>So many program interruptions in a row, each at the first instruction after the one before, are a loop.</summary>
    private const int ProgramLoopLimit = 16;

    private const ulong Millisecond = 4096 * 1000;      // TOD units

    private ulong _lastProgramInterruption;
    private int _programInterruptionsInARow;

    /// <summary>The last program interruptions taken, newest last, for the account of a crash.</summary>
    public InterruptionLog Log { get; } = new();

    /// <summary>Runs until something stops it, at most up to an instruction count.</summary>
    public StopReason Run(ulong instructionLimit)
    {
        var c = _state;
        _attention = false;
        for (; ; )
        {
            if (IsStopped) return StopReason.Stopped;
            if (_attention) return StopReason.Attention;
            if (Events.Next <= Tod) Events.RunDue(Tod);
            if (c->Psw.IsInvalid)
            {
                if (!EarlyException(c, out var early)) return early;
                continue;
            }
            if (TakePending(c, out var reason)) continue;
            if (reason is { } stop) return stop;
            if ((c->PswMask & Psw.Wait) != 0)
            {
                if (c->SieLevel != 0) return Intercept(c, Interception.Wait);
                if (!SkipWait(c, instructionLimit, out var ended)) return ended;
                continue;
            }
            if (c->InstructionCount >= instructionLimit) return StopReason.InstructionLimit;
            SetDeadline(c, instructionLimit);
            if (Step(c) is { } end) return end;
        }
    }

    // One stay in the loop; null to go on.
    private StopReason? Step(CpuState* c)
    {
        Insn* i = null;
        if ((c->PswAddress & 1) != 0)
        {
            c->Fault = new ProgramFault { Code = ProgramCode.Specification, IsFetch = true };
            return TakeProgram(c, null);
        }
        i = c->Fetch(c->PswAddress);
        if (i == null)
            return c->Exit == ExitKind.Program ? TakeProgram(c, null) : StopReason.HostFault;
        var next = Loop(c, ref i);
        if (next != null)
        {
            c->PswAddress = c->AddressOf(next);
            return null;
        }
        switch (c->Exit)
        {
            case ExitKind.Program: return TakeProgram(c, i);
            case ExitKind.HostFault:
                c->PswAddress = c->AddressOf(i);
                c->InstructionCount--;
                c->Executing = false;
                return StopReason.HostFault;
            case ExitKind.Interception:
                c->Executing = false;
                return StopReason.Interception;
            case ExitKind.Stopped:
                c->Executing = false;
                IsStopped = true;
                return null;
            default:
                c->Executing = false;
                return null;
        }
    }

    /// <summary>Executes instructions until one returns null or the deadline comes; <paramref name="at"/> is then the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Insn* Loop(CpuState* c, ref Insn* at)
    {
        var i = at;
        Insn* last;
        do
        {
            if (c->InstructionCount >= c->Deadline)
            {
                c->Exit = ExitKind.Deadline;
                return i;
            }
            c->InstructionCount++;
            last = i;
            i = i->Handler(c, i);
        }
        while (i != null);
        at = last;
        return null;
    }

    // i is null when the instruction could not even be fetched: the PSW address is its address.
    private StopReason? TakeProgram(CpuState* c, Insn* i)
    {
        var length = i == null ? 4u : c->Executing ? c->ExecuteLength : i->Length;
        if (i != null)
            c->PswAddress = c->Fault.Code.Nullifies() || c->Fault.IsFetch ? c->AddressOf(i) : c->NextAddress(i);
        c->Executing = false;
        return Interrupt(c, length);
    }

    private bool EarlyException(CpuState* c, out StopReason reason)
    {
        c->Fault = new ProgramFault { Code = ProgramCode.Specification };
        var end = Interrupt(c, c->EarlyLength);
        reason = end.GetValueOrDefault();
        return end is null;
    }

    private StopReason? Interrupt(CpuState* c, uint length)
    {
        if (c->SieLevel != 0 && SieUnit.InterceptsProgram(c, length)) return StopReason.Interception;
        Log.Add(c->Fault, c->Psw, c->InstructionCount);
        if (!c->ProgramInterruption(c->Fault, length)) return StopReason.HostFault;
        _programInterruptionsInARow = c->InstructionCount - _lastProgramInterruption <= 1 ? _programInterruptionsInARow + 1 : 0;
        _lastProgramInterruption = c->InstructionCount;
        if (_programInterruptionsInARow < ProgramLoopLimit) return null;
        _programInterruptionsInARow = 0;
        return StopReason.ProgramLoop;
    }

    private bool TakePending(CpuState* c, out StopReason? reason)
    {
        reason = null;
        if (c->SieLevel != 0)
        {
            var request = SieUnit.OpenRequest(c);
            if (request != Interception.None) reason = Intercept(c, request);
            else if (PendingInterruptions.TimerCode(c, GuestTod, CpuTimer) is not 0 and var timer)
            {
                if (c->ExternalInterruption(timer, 0, null)) return true;
                reason = StopReason.HostFault;
            }
            return false;
        }
        if (!Pending.IsOpen(c, GuestTod, CpuTimer)) return false;
        return Pending.Take(c, GuestTod, CpuTimer);
    }

    private static StopReason Intercept(CpuState* c, Interception code)
    {
        SieUnit.Intercept(c, code);
        return StopReason.Interception;
    }

    // In the wait state virtual time moves on to whatever comes next.
    private bool SkipWait(CpuState* c, ulong instructionLimit, out StopReason reason)
    {
        reason = StopReason.Wait;
        if (c->Psw.IsDisabledWait) return false;
        var next = Math.Min(Events.Next, NextTimer);
        if (next == ulong.MaxValue) return false;
        WaitUntil(next);
        if (_attention) reason = StopReason.Attention;
        return !_attention && c->InstructionCount <= instructionLimit;
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
            var c = _state;
            var next = ulong.MaxValue;
            if ((c->PswMask & Psw.External) == 0) return next;
            if ((c->Cr[0] & (1UL << 11)) != 0 && c->ClockComparator != ulong.MaxValue)
                next = c->ClockComparator - c->TodEpoch + 1;
            if ((c->Cr[0] & (1UL << 10)) != 0 && (long)CpuTimer >= 0)
                next = Math.Min(next, Tod + CpuTimer + 1);
            return next;
        }
    }

    private void SetDeadline(CpuState* c, ulong instructionLimit)
    {
        var next = Math.Min(Events.Next, NextTimer);
        var deadline = instructionLimit;
        if (next != ulong.MaxValue)
            deadline = Math.Min(deadline, c->InstructionCount + Math.Max(1, Clock.InstructionsUntil(next, c->InstructionCount)));
        c->Deadline = deadline;
    }
}
