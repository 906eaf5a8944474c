using System.Diagnostics;

namespace S390Sim.Testing;

/// <summary>
/// QEMU's user mode: a Linux process that runs one case after the other for as long as it lives. It is started when first
/// needed and again after it died.
/// </summary>
public sealed class QemuUser : IOracle
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-user");
    private readonly string _program;
    private Process? _process;

    /// <summary>Builds the program.</summary>
    public QemuUser()
        => _program = CrossTools.Build(_folder.FullName, "user", $"-Wl,--section-start=.code=0x{TestLayout.Code:x}",
            $"-Wl,--section-start=.pages=0x{TestLayout.Data:x}", "-Wl,-Ttext-segment=0x35a7b000");

    /// <inheritdoc/>
    public OracleKind Kind => OracleKind.User;

    /// <inheritdoc/>
    public bool CanRun(MachineCase test, MachineOutcome ours) => true;

    /// <inheritdoc/>
    public int BatchSize => 512;

    /// <inheritdoc/>
    public IReadOnlyList<MachineOutcome> Run(IReadOnlyList<MachineCase> tests)
    {
        ArgumentNullException.ThrowIfNull(tests);
        var process = _process ??= Start();
        var writing = Task.Run(() => Send(process, tests));
        var outcomes = new List<MachineOutcome>(tests.Count);
        var record = new byte[Wire.RecordSize];
        // A program that does not end there is a difference too.
        using var watchdog = new Timer(_ => process.Kill(), null, s_patience, Timeout.InfiniteTimeSpan);
        try
        {
            foreach (var test in tests)
            {
                if (outcomes.Count % 64 == 0) watchdog.Change(s_patience, Timeout.InfiniteTimeSpan);
                process.StandardOutput.BaseStream.ReadExactly(record);
                outcomes.Add(Wire.ReadUser(test, record));
            }
            writing.Wait();
            return outcomes;
        }
        catch (Exception failure) when (failure is IOException or AggregateException)
        {
            Stop();
            throw new OracleException($"{CrossTools.UserEmulator} ended", outcomes);
        }
    }

    private static void Send(Process process, IReadOnlyList<MachineCase> tests)
    {
        var record = new byte[Wire.RecordSize];
        var stream = process.StandardInput.BaseStream;
        foreach (var test in tests)
        {
            Wire.Write(test, record);
            stream.Write(record);
        }
        stream.Flush();
    }

    private Process Start()
    {
        var process = Process.Start(new ProcessStartInfo(CrossTools.UserEmulator, ["-cpu", "max", _program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        })!;
        // What it says when it dies is not wanted, but must not fill the pipe.
        process.BeginErrorReadLine();
        return process;
    }

    private void Stop()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _folder.Delete(recursive: true);
    }
}
