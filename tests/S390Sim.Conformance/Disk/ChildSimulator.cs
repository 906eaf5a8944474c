using System.Diagnostics;

namespace S390Sim.Conformance.Disk;

/// <summary>The tool in a process of its own, which can be killed, limited and traced.</summary>
internal sealed class ChildSimulator : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _error;

    /// <summary>Starts it.</summary>
    /// <param name="through">Words of a program that starts it; the tool's own words follow.</param>
    /// <param name="words">The tool's words.</param>
    public ChildSimulator(IEnumerable<string> through, params string[] words)
    {
        string[] all = [.. through, Path.Combine(AppContext.BaseDirectory, "s390sim"), .. words];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // With a limit on the size of files the runtime could not map its code twice.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The words that run disk.c.</summary>
    public static string[] Disk(string elf, string append, string keys, string type = "virtio-blk")
        => ["run", elf, "--append", append, "--device", $"{type},{keys}"];

    /// <summary>The next line of its console; null at the end.</summary>
    public string? ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(s_patience) ? line.Result : throw new TimeoutException("the simulator says nothing");
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public (int Code, string Output, string Error) Finish()
    {
        var output = _process.StandardOutput.ReadToEndAsync();
        if (!_process.WaitForExit(s_patience)) Kill();
        return (_process.ExitCode, output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
