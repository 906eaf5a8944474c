using System.Diagnostics;
using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>A machine to switch on: built from its configuration, it loads the program, runs it to its end and says how it ended.</summary>
public sealed class S390Machine : IDisposable
{
    /// <summary>With a time limit, the clock on the wall is looked at after so many instructions.</summary>
    private const ulong Slice = 1 << 24;

    private readonly MachineConfiguration _configuration;
    private readonly GuestConsole _console;

    private S390Machine(MachineConfiguration configuration, GuestConsole console, IConfigurationHost host)
    {
        _configuration = configuration;
        _console = console;
        Host = host;
    }

    /// <summary>What the program runs on.</summary>
    public IConfigurationHost Host { get; }

    /// <summary>Builds the machine and loads it.</summary>
    /// <param name="configuration">What to build; it is validated again.</param>
    /// <param name="console">Where the program's console output goes.</param>
    /// <param name="stages">Where stages are reported; null for nowhere.</param>
    /// <exception cref="ConfigurationException">It cannot be built, or the program cannot be loaded.</exception>
    public static S390Machine Create(MachineConfiguration configuration, Stream console, StageReporter? stages = null)
    {
        configuration.Validate();
        var guestConsole = new GuestConsole(console);
        var parts = new MachineParts(configuration, stages ?? new StageReporter());
        try
        {
            IConfigurationHost host = configuration.KvmDesign is null
                ? new BareMachine(configuration, parts, guestConsole)
                : new VirtualHost(configuration, parts, guestConsole);
            host.Start(new ProgramLoader(configuration, host.Storage).Load());
            return new S390Machine(configuration, guestConsole, host);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Runs the program to its end or to a limit.</summary>
    public RunOutcome Run()
    {
        var reason = _configuration.Timeout is { } timeout ? RunTimed(timeout) : Host.Run(_configuration.MaxInstructions);
        var snapshot = Host.Snapshot();
        return new RunOutcome
        {
            End = End(reason, snapshot.Psw),
            ConsoleStatus = _console.Status,
            Cpu = snapshot,
            InstructionCount = Host.InstructionCount,
        };
    }

    private StopReason RunTimed(TimeSpan timeout)
    {
        var start = Stopwatch.GetTimestamp();
        using var timer = new Timer(_ => Host.RequestAttention(), null, timeout, TimeSpan.FromMilliseconds(100));
        for (; ; )
        {
            var count = Host.InstructionCount;
            var limit = _configuration.MaxInstructions - count > Slice ? count + Slice : _configuration.MaxInstructions;
            var reason = Host.Run(limit);
            if (reason is not (StopReason.InstructionLimit or StopReason.Attention)) return reason;
            if (reason == StopReason.InstructionLimit && Host.InstructionCount >= _configuration.MaxInstructions) return reason;
            if (Stopwatch.GetElapsedTime(start) >= timeout) return StopReason.Attention;
        }
    }

    private RunEnd End(StopReason reason, Psw psw) => reason switch
    {
        StopReason.InstructionLimit => RunEnd.InstructionLimit,
        StopReason.Attention => RunEnd.TimeLimit,
        StopReason.Stopped => RunEnd.Stopped,
        StopReason.ProgramLoop => RunEnd.ProgramLoop,
        StopReason.Wait when !psw.IsDisabledWait => RunEnd.HopelessWait,
        StopReason.Wait when _configuration.ExpectedWait is { } expected
            => psw.Address == expected ? RunEnd.ExpectedWait : RunEnd.UnexpectedWait,
        StopReason.Wait => (psw.Address & 0xFFF) == 0xFFF ? RunEnd.OrderlyWait : RunEnd.UnexpectedWait,
        _ => throw new InvalidOperationException($"a configuration host returned {reason}"),
    };

    /// <inheritdoc/>
    public void Dispose() => Host.Dispose();
}
