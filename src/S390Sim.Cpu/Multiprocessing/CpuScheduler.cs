namespace S390Sim.Cpu;

/// <summary>A CPU that takes turns with others: a processor, or a virtual CPU.</summary>
public interface IScheduledCpu : ISignalTarget
{
    /// <summary>The processor whose instruction count is the CPU's.</summary>
    Processor Processor { get; }
    /// <summary>Whether it has something to do: it does not wait, or an interruption or a stop is open.</summary>
    bool IsReady { get; }
    /// <summary>Machine TOD at which an enabled timer ends its wait; the maximum for never.</summary>
    ulong NextTimer { get; }

    /// <summary>Runs up to an instruction count of its own; a wait is handed back.</summary>
    StopReason Run(ulong instructionLimit);
    /// <summary>Gives the rest of a turn away, when there are others to have it.</summary>
    void Yield();
    /// <summary>Makes <see cref="Run"/> return soon; may be called from another thread.</summary>
    void RequestAttention();
}

/// <summary>
/// Lets the CPUs of a configuration take turns, one instruction after the other in all, so that a run is a sequence that can be
/// repeated. Machine time advances with every instruction of any CPU and over waits of all; events happen at their time in it.
/// </summary>
public sealed unsafe class CpuScheduler
{
    private readonly IScheduledCpu[] _cpus;
    private readonly TodClock _clock;
    private readonly TimedEvents _events;
    private readonly Interleaving _interleaving;
    private ulong _left;
    private bool _attention;

    /// <summary>Makes a scheduler; a single CPU runs as if there were none.</summary>
    /// <param name="cpus">The CPUs; the first has the first turn.</param>
    /// <param name="interleaving">How they take turns.</param>
    public CpuScheduler(IReadOnlyList<IScheduledCpu> cpus, Interleaving interleaving)
    {
        _cpus = [.. cpus];
        _interleaving = interleaving;
        _clock = cpus[0].Processor.Clock;
        _events = cpus[0].Processor.Events;
        foreach (var cpu in cpus) cpu.Processor.SharesTime = cpus.Count > 1;
        if (cpus.Count > 1) Begin(0);
    }

    /// <summary>Number of the CPU that has, or had, the turn.</summary>
    public int Current { get; private set; }

    /// <summary>Instructions executed by all CPUs.</summary>
    public ulong InstructionCount
    {
        get
        {
            var count = 0UL;
            foreach (var cpu in _cpus) count += cpu.Processor.State->InstructionCount;
            return count;
        }
    }

    /// <summary>
    /// Runs until no CPU can go on, or until so many instructions have been executed in all. Where it was left in the midst of a
    /// turn, it goes on there.
    /// </summary>
    public StopReason Run(ulong instructionLimit)
    {
        if (_cpus.Length == 1) return _cpus[0].Run(instructionLimit);
        for (; ; )
        {
            if (Interlocked.Exchange(ref _attention, false)) return StopReason.Attention;
            var total = InstructionCount;
            if (total >= instructionLimit) return StopReason.InstructionLimit;
            if (_events.Next <= _clock.Now) _events.RunDue(_clock.Now);
            if ((_left == 0 || !_cpus[Current].IsReady) && !TryNext())
            {
                if (SkipWait() is { } end) return end;
                continue;
            }
            if (Turn(Math.Min(_left, instructionLimit - total)) is { } reason) return reason;
        }
    }

    /// <summary>Makes <see cref="Run"/> return soon; may be called from another thread.</summary>
    public void RequestAttention()
    {
        if (_cpus.Length > 1) Volatile.Write(ref _attention, true);
        foreach (var cpu in _cpus) cpu.RequestAttention();
    }

    // A part of the present turn; null to go on.
    private StopReason? Turn(ulong length)
    {
        var cpu = _cpus[Current];
        var start = cpu.Processor.State->InstructionCount;
        var reason = cpu.Run(start + length);
        var used = cpu.Processor.State->InstructionCount - start;
        _left -= Math.Min(used, _left);
        switch (reason)
        {
            case StopReason.InstructionLimit:
                if (used < length) _left = 0;       // it gave the rest of its turn away
                return null;
            case StopReason.Wait or StopReason.Stopped:
                _left = 0;
                return null;
            default:
                return reason;
        }
    }

    private bool TryNext()
    {
        var first = Current + _interleaving.NextStep(_cpus.Length);
        for (var n = 0; n < _cpus.Length; n++)
        {
            var candidate = (first + n) % _cpus.Length;
            if (!_cpus[candidate].IsReady) continue;
            Begin(candidate);
            return true;
        }
        return false;
    }

    private void Begin(int cpu)
    {
        Current = cpu;
        _left = _interleaving.NextLength();
        _clock.Follow(_cpus[cpu].Processor.State);
    }

    // Nobody has anything to do: time moves on to whatever comes next. Not null when nothing will.
    private StopReason? SkipWait()
    {
        var next = ulong.MaxValue;
        var allStopped = true;
        foreach (var cpu in _cpus)
        {
            if (cpu.IsStopped) continue;
            allStopped = false;
            // An event cannot end a wait that admits no interruption.
            if (!cpu.Psw.IsDisabledWait) next = Math.Min(next, Math.Min(_events.Next, cpu.NextTimer));
        }
        if (allStopped) return StopReason.Stopped;
        if (next == ulong.MaxValue) return StopReason.Wait;
        _cpus[Current].Processor.WaitUntil(next);
        return null;
    }
}
