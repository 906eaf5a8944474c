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
        var (end, cpu) = End(reason);
        Host.Focus = cpu;
        return new RunOutcome
        {
            End = end,
            ConsoleStatus = _console.Status,
            CpuAddress = cpu,
            Cpu = Host.Snapshot(),
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

    private (RunEnd End, int Cpu) End(StopReason reason) => reason switch
    {
        StopReason.InstructionLimit => (RunEnd.InstructionLimit, Host.Focus),
        StopReason.Attention => (RunEnd.TimeLimit, Host.Focus),
        StopReason.Stopped => (RunEnd.Stopped, Host.Focus),
        StopReason.ProgramLoop => (RunEnd.ProgramLoop, Host.Current),
        StopReason.Wait => EndOfWaits(),
        StopReason.HostFault when Host.HostFailure is not null => (RunEnd.HostFailure, Host.Current),
        _ => throw new InvalidOperationException($"a configuration host returned {reason}"),
    };

    // A crash of any CPU is one; a CPU that waits in the orderly way speaks for those that just wait.
    private (RunEnd End, int Cpu) EndOfWaits()
    {
        RunEnd[] byWeight = [RunEnd.UnexpectedWait, RunEnd.ExpectedWait, RunEnd.OrderlyWait, RunEnd.HopelessWait];
        (RunEnd End, int Cpu) heaviest = (EndOfWait(Host.Cpus[0].Psw), 0);
        var weight = byWeight.Length;
        for (var n = 0; n < Host.Cpus.Count; n++)
        {
            if (Host.Cpus[n].IsStopped) continue;
            var end = EndOfWait(Host.Cpus[n].Psw);
            var rank = byWeight.AsSpan().IndexOf(end);
            if (rank >= weight) continue;
            weight = rank;
            heaviest = (end, n);
        }
        return heaviest;
    }

    private RunEnd EndOfWait(Psw psw)
    {
        if (!psw.IsDisabledWait) return RunEnd.HopelessWait;
        if (_configuration.ExpectedWait is { } expected) return psw.Address == expected ? RunEnd.ExpectedWait : RunEnd.UnexpectedWait;
        return (psw.Address & 0xFFF) == 0xFFF ? RunEnd.OrderlyWait : RunEnd.UnexpectedWait;
    }

    /// <inheritdoc/>
    public void Dispose() => Host.Dispose();
}
