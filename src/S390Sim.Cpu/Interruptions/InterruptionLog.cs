namespace S390Sim.Cpu;

/// <summary>A program interruption that was taken.</summary>
/// <param name="Fault">Its code and parameters.</param>
/// <param name="OldPsw">The PSW it stored.</param>
/// <param name="InstructionCount">Instructions executed by then.</param>
public readonly record struct LoggedInterruption(ProgramFault Fault, Psw OldPsw, ulong InstructionCount);

/// <summary>The last program interruptions, kept in a small ring without allocating.</summary>
public sealed class InterruptionLog
{
    private const int Capacity = 8;
    private readonly LoggedInterruption[] _ring = new LoggedInterruption[Capacity];
    private long _count;

    internal void Add(in ProgramFault fault, Psw oldPsw, ulong instructionCount)
        => _ring[_count++ % Capacity] = new(fault, oldPsw, instructionCount);

    /// <summary>The interruptions kept, oldest first.</summary>
    public IEnumerable<LoggedInterruption> Newest()
    {
        for (var n = Math.Max(0, _count - Capacity); n < _count; n++) yield return _ring[n % Capacity];
    }
}
