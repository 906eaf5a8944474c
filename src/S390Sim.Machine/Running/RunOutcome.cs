namespace S390Sim.Machine;

/// <summary>How a run ended.</summary>
public enum RunEnd
{
    /// <summary>A disabled wait at an address that ends in fff.</summary>
    OrderlyWait,
    /// <summary>The disabled wait that was asked for.</summary>
    ExpectedWait,
    /// <summary>All CPUs are stopped.</summary>
    Stopped,
    /// <summary>A disabled wait at any other address.</summary>
    UnexpectedWait,
    /// <summary>An enabled wait with nothing to come that could end it.</summary>
    HopelessWait,
    /// <summary>Program interruptions without an instruction between them.</summary>
    ProgramLoop,
    /// <summary>So many instructions as were allowed.</summary>
    InstructionLimit,
    /// <summary>So much time as was allowed.</summary>
    TimeLimit,
    /// <summary>The modelled host's kernel stopped under the program: only historic handlers do that.</summary>
    HostFailure,
}

/// <summary>Exit codes of the tool.</summary>
public static class ExitCode
{
    /// <summary>Everything is as it should be.</summary>
    public const int Success = 0;
    /// <summary>The program says that it failed.</summary>
    public const int GuestFailed = 1;
    /// <summary>The user's mistake.</summary>
    public const int Usage = 2;
    /// <summary>The program crashed.</summary>
    public const int GuestCrash = 3;
    /// <summary>Two runs that should be alike differ.</summary>
    public const int Divergence = 4;
    /// <summary>The program skipped what it was to do.</summary>
    public const int Skipped = 77;
    /// <summary>The instruction or time limit ended the run.</summary>
    public const int Limit = 124;
    /// <summary>A bug of the simulator.</summary>
    public const int SimulatorBug = 125;
}

/// <summary>The end of a run, and what the CPU held then that decided how it ended.</summary>
public sealed record RunOutcome
{
    /// <summary>How it ended.</summary>
    public required RunEnd End { get; init; }
    /// <summary>The number of the program's last <c>EXIT: STATUS=n</c>, or null.</summary>
    public int? ConsoleStatus { get; init; }
    /// <summary>Address of the CPU that decided: the one that crashed, else one in a disabled wait, else CPU 0.</summary>
    public int CpuAddress { get; init; }
    /// <summary>Its registers.</summary>
    public required CpuSnapshot Cpu { get; init; }
    /// <summary>Instructions of the program executed, by all CPUs.</summary>
    public ulong InstructionCount { get; init; }

    /// <summary>Whether it was a crash, to be reported at length.</summary>
    public bool IsCrash => End switch
    {
        RunEnd.ProgramLoop or RunEnd.HostFailure => true,
        RunEnd.UnexpectedWait or RunEnd.HopelessWait => ConsoleStatus is null || OfStatus(ConsoleStatus.Value) == ExitCode.Success,
        _ => false,
    };

    /// <summary>
    /// The tool's exit code. A verdict on the console counts where the program ended itself, except that success does not
    /// hide a crash; the wait that was asked for counts more.
    /// </summary>
    public int Code => End switch
    {
        RunEnd.InstructionLimit or RunEnd.TimeLimit => ExitCode.Limit,
        RunEnd.ExpectedWait => ExitCode.Success,
        _ when IsCrash => ExitCode.GuestCrash,
        _ => ConsoleStatus is { } status ? OfStatus(status) : ExitCode.Success,
    };

    // kvm-unit-tests print (code << 1) | 1, and its harness also takes a bare 77 for "all skipped".
    private static int OfStatus(int status) => status == ExitCode.Skipped ? ExitCode.Skipped : (status >> 1) & 0xFF;
}
