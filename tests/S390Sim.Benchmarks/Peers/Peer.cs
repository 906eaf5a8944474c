using System.Diagnostics;

namespace S390Sim.Benchmarks.Peers;

/// <summary>An emulator that runs a bare-metal image to its disabled wait.</summary>
/// <param name="Name">Column heading.</param>
/// <param name="Tool">Program to start.</param>
/// <param name="Run">Runs an image (path without the suffix .elf or .bin) once.</param>
internal sealed record Peer(string Name, string Tool, Action<string> Run)
{
    /// <summary>This simulator, as <c>make build</c> publishes it.</summary>
    public static Peer Ours(string tool) => new("s390sim", tool, image => Execute(tool, ["run", image + ".elf"]));

    /// <summary>QEMU's translator to host code.</summary>
    public static Peer Qemu { get; } = new("QEMU TCG", "qemu-system-s390x", image => Execute("qemu-system-s390x",
        ["-M", "s390-ccw-virtio,accel=tcg", "-cpu", "max", "-m", "256", "-display", "none", "-nodefaults", "-kernel", image + ".elf"]));

    /// <summary>The Hercules interpreter: it says on its log when the wait is there, and has to be ended.</summary>
    public static Peer Hercules { get; } = new("Hercules", "hercules", RunHercules);

    /// <summary>Whether the tool can be started.</summary>
    public bool IsInstalled => File.Exists(Tool) || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Tool)));

    private static void Execute(string tool, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }

    private static void RunHercules(string image)
    {
        var script = image + ".rc";
        File.WriteAllText(script, $"loadcore {image}.bin 10000\nr 1a0=00000001800000000000000000010000\nrestart\n");
        var configuration = Path.Combine(Path.GetDirectoryName(image)!, "..", "hercules.conf");
        var start = new ProcessStartInfo("hercules", ["-d", "-f", configuration])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HERCULES_RC"] = script;
        using var process = Process.Start(start)!;
        var ended = false;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit(TimeSpan.FromMinutes(5));
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        if (!ended) throw new InvalidOperationException($"hercules: {image} came to no disabled wait");

        void Note(string? line)
        {
            if (line is null || !line.Contains("isabled wait", StringComparison.Ordinal)) return;
            ended = true;
            process.Kill();
        }
    }
}
