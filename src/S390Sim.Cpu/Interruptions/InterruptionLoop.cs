namespace S390Sim.Cpu;

/// <summary>
/// Watches for interruptions whose new PSWs only lead to further interruptions. The machine would go on with them for ever; a
/// run ends, so that one can look (<see cref="StopReason.ProgramLoop"/>).
/// </summary>
public sealed class InterruptionLoop
{
    /// <summary>So many program interruptions, each at the first instruction after the one before, are a loop.</summary>
    private const int ProgramLimit = 16;

    /// <summary>So many interruptions of any kind without an instruction between them are a loop.</summary>
    private const int Limit = 1024;

    private ulong _last, _lastProgram;
    private int _inARow, _programsInARow;

    /// <summary>Notes an interruption of any kind.</summary>
    /// <param name="instructionCount">Instructions executed by then.</param>
    internal void Note(ulong instructionCount)
    {
        _inARow = instructionCount == _last ? _inARow + 1 : 0;
        _last = instructionCount;
    }

    /// <summary>Notes that the interruption is a program interruption.</summary>
    /// <param name="instructionCount">Instructions executed by then; one that was suppressed or nullified counts.</param>
    internal void NoteProgram(ulong instructionCount)
    {
        _programsInARow = instructionCount - _lastProgram <= 1 ? _programsInARow + 1 : 0;
        _lastProgram = instructionCount;
    }

    /// <summary>Whether a loop was found; asking starts the watch anew.</summary>
    public bool TakeFinding()
    {
        if (_inARow < Limit && _programsInARow < ProgramLimit) return false;
        _inARow = _programsInARow = 0;
        return true;
    }
}
