using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>The signals that Linux makes of program interruptions (its arch/s390/kernel/traps.c).</summary>
public static class LinuxSignal
{
    /// <summary>SIGILL.</summary>
    public const int IllegalInstruction = 4;
    /// <summary>SIGFPE.</summary>
    public const int FloatingPoint = 8;
    /// <summary>SIGSEGV.</summary>
    public const int SegmentationFault = 11;

    /// <summary>The signal of a program that ended so; zero for one that came to its end.</summary>
    public static int Of(MachineOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Code switch
        {
            ProgramCode.None => 0,
            ProgramCode.Protection or ProgramCode.Addressing or ProgramCode.PageTranslation or ProgramCode.SegmentTranslation
                or ProgramCode.AsceType => SegmentationFault,
            // Without a data-exception code (decimal data) it is no floating-point error.
            ProgramCode.Data => outcome.DataExceptionCode is 0 ? IllegalInstruction : FloatingPoint,
            >= ProgramCode.FixedPointOverflow and <= ProgramCode.HfpDivide or ProgramCode.HfpSquareRoot => FloatingPoint,
            _ => IllegalInstruction,
        };
    }

    /// <summary>Whether the PSW of the signal designates the instruction: after an access exception it is repeated.</summary>
    public static bool Repeats(int signal) => signal == SegmentationFault;
}
