namespace S390Sim.Cpu;

/// <summary>
/// The machine's time-of-day clock, in TOD units (bit 51 is one microsecond). Virtual time advances with the instructions
/// executed and jumps over waits, so that a run is the same at any speed of the host.
/// </summary>
public sealed class TodClock
{
    /// <summary>TOD units per instruction: about 1,000 instructions a microsecond.</summary>
    public const ulong UnitsPerInstruction = 4;

    private readonly TimeProvider? _host;
    private readonly long _hostStart;
    private ulong _offset;
    private ulong _lastUnique;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">Its first value.</param>
    /// <param name="host">Null for virtual time; otherwise where the host's time comes from.</param>
    public TodClock(ulong start, TimeProvider? host = null)
    {
        _offset = start;
        _host = host;
        _hostStart = host?.GetTimestamp() ?? 0;
    }

    /// <summary>Whether time follows the host's clock rather than the instruction count.</summary>
    public bool IsHost => _host is not null;

    /// <summary>The time after so many instructions.</summary>
    public ulong At(ulong instructionCount)
        => _offset + (_host is null ? instructionCount * UnitsPerInstruction : HostUnits);

    /// <summary>The time after so many instructions, made greater than any value returned before (STORE CLOCK).</summary>
    public ulong Unique(ulong instructionCount) => _lastUnique = Math.Max(At(instructionCount), _lastUnique + 1);

    private ulong HostUnits => (ulong)(_host!.GetElapsedTime(_hostStart).Ticks * 4096 / 10);

    /// <summary>Number of instructions until virtual time reaches a value; how long to run before looking again in host time.</summary>
    public ulong InstructionsUntil(ulong tod, ulong instructionCount)
    {
        if (_host is not null) return 20_000;
        var now = At(instructionCount);
        return tod <= now ? 0 : (tod - now + UnitsPerInstruction - 1) / UnitsPerInstruction;
    }

    /// <summary>Sets the clock, or moves virtual time on over a wait.</summary>
    public void Set(ulong tod, ulong instructionCount)
    {
        var now = At(instructionCount);
        if (tod < now) _lastUnique = 0;
        _offset += tod - now;
    }
}
