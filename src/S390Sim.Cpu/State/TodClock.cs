namespace S390Sim.Cpu;

/// <summary>
/// The machine's clock, in TOD units (bit 51 is one microsecond): physical time, which devices and CPU timers live by, and the
/// time of day that programs see, which is <see cref="Steering"/> away from it. Virtual time advances with the instructions
/// executed and jumps over waits, so that a run is the same at any speed of the host. With several
/// processors it advances with every instruction of any: one runs at a time, and instruction counts below are those of that one.
/// </summary>
public sealed unsafe class TodClock
{
    /// <summary>TOD units per instruction: about 1,000 instructions a microsecond.</summary>
    public const ulong UnitsPerInstruction = 4;

    private readonly TimeProvider? _host;
    private readonly long _hostStart;
    private readonly ulong _unitsPerTick;       // of the host's time stamps, with so many bits of fraction
    private const int FractionBits = 40;
    private const ulong UnitsPerSecond = 4096_000_000;
    private ulong _offset;
    private ulong _lastUnique;
    private CpuState* _running;

    // Between two instructions time is asked for many times, by each exit from SIE and entry; the host is asked once for some
    // of these. Not once for all: in a wait no instruction is executed, and time must go on.
    private const int MaximumReads = 16;
    private ulong _hostUnits, _readAt;
    private int _readsLeft;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">Its first value.</param>
    /// <param name="host">Null for virtual time; otherwise where the host's time comes from.</param>
    public TodClock(ulong start, TimeProvider? host = null)
    {
        _offset = start;
        _host = host;
        _hostStart = host?.GetTimestamp() ?? 0;
        _unitsPerTick = host is null ? 0 : (ulong)(((UInt128)UnitsPerSecond << FractionBits) / (ulong)host.TimestampFrequency);
    }

    /// <summary>Whether time follows the host's clock rather than the instruction count.</summary>
    public bool IsHost => _host is not null;

    /// <summary>What lies between physical time and the time of day.</summary>
    public TodSteering Steering { get; } = new();

    /// <summary>The present physical time.</summary>
    public ulong Now => At(RunningCount);

    /// <summary>The present time of day.</summary>
    public ulong TimeOfDayNow => TimeOfDay(RunningCount);

    private ulong RunningCount => _running == null ? 0 : _running->InstructionCount;

    /// <summary>From now on time advances with the instructions of this processor; null for of none.</summary>
    internal void Follow(CpuState* processor)
    {
        var before = Now;
        _running = processor;
        if (_host is null) _offset += before - Now;
    }

    /// <summary>A new processor: the first one is followed.</summary>
    internal void Join(CpuState* processor)
    {
        if (_running == null) Follow(processor);
    }

    /// <summary>The processor will not run any more.</summary>
    internal void Part(CpuState* processor)
    {
        if (_running == processor) Follow(null);
    }

    /// <summary>The physical time after so many instructions.</summary>
    public ulong At(ulong instructionCount)
        => _offset + (_host is null ? instructionCount * UnitsPerInstruction : HostUnits(instructionCount));

    /// <summary>The time of day after so many instructions.</summary>
    public ulong TimeOfDay(ulong instructionCount)
    {
        var physical = At(instructionCount);
        return physical + Steering.Offset(physical);
    }

    /// <summary>The time of day after so many instructions, made greater than any value returned before (STORE CLOCK).</summary>
    public ulong Unique(ulong instructionCount) => _lastUnique = Math.Max(TimeOfDay(instructionCount), _lastUnique + 1);

    /// <summary>The time of day was set, perhaps back: values may come again.</summary>
    public void ForgetUnique() => _lastUnique = 0;

    private ulong HostUnits(ulong instructionCount)
    {
        if (instructionCount == _readAt && _readsLeft-- > 0) return _hostUnits;
        (_readAt, _readsLeft) = (instructionCount, MaximumReads);
        var whole = Math.BigMul((ulong)(_host!.GetTimestamp() - _hostStart), _unitsPerTick, out var part);
        return _hostUnits = (whole << (64 - FractionBits)) | (part >> FractionBits);
    }

    /// <summary>
    /// Number of instructions until virtual time reaches a value; how long to run before looking again in host time.
    /// </summary>
    public ulong InstructionsUntil(ulong tod, ulong instructionCount)
    {
        var now = At(instructionCount);
        if (_host is not null) return Math.Clamp(tod - Math.Min(now, tod) >> 5, 64, 20_000);        // some 128 a microsecond
        return tod <= now ? 0 : (tod - now + UnitsPerInstruction - 1) / UnitsPerInstruction;
    }

    /// <summary>Moves virtual time on over a wait.</summary>
    public void Set(ulong tod, ulong instructionCount) => _offset += tod - At(instructionCount);
}
