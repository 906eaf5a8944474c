using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using S390Sim.Testing;

namespace S390Sim.Conformance.Corpus;

/// <summary>
/// C programs of several kinds as gcc makes them at three levels of optimization for three levels of the architecture. The same
/// objects are linked for Linux and for the bare machine; what they compute is printed, a line for a value.
/// </summary>
public sealed class GccCorpus : IDisposable
{
    private const ulong OutputAddress = 0x200000;
    private const int OutputSize = 0x80000;

    private readonly Lazy<DirectoryInfo> _built = new(Build);

    /// <summary>Combinations of optimization and architecture level.</summary>
    public static IReadOnlyList<string> Combinations { get; } =
    [
        "O0-z10", "O0-z196", "O0-zEC12", "O2-z10", "O2-z196", "O2-zEC12", "O3-z10", "O3-z196", "O3-zEC12",
    ];

    /// <summary>What is missing to build and run it, or null when nothing is.</summary>
    public static string? Missing => CrossTools.Missing ?? CrossBuild.Missing;

    /// <summary>What a combination prints under QEMU's user mode.</summary>
    public string UnderQemu(string combination)
    {
        using var process = Process.Start(new ProcessStartInfo("qemu-s390x", ["-cpu", "max", Program(combination, "linux")])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    /// <summary>What a combination prints on this machine.</summary>
    public string OnThisMachine(string combination)
    {
        var run = GuestRun.Of(Program(combination, "bare"), "bare", ("memory", "4M"), ("expect-wait", "600d"),
            ("dump", $"{OutputAddress - 8:x},{OutputSize + 8}"));
        Assert.True(run.Outcome.Code == 0, $"{combination}: {run.Everything}");
        var length = BinaryPrimitives.ReadUInt64BigEndian(run.Storage);
        Assert.InRange(length, 1UL, OutputSize - 1UL);
        return Encoding.Latin1.GetString(run.Storage, 8, (int)length);
    }

    private string Program(string combination, string system)
        => Path.Combine(_built.Value.FullName, "build", $"{combination}.{system}");

    private static DirectoryInfo Build()
    {
        var folder = CrossBuild.Copy(Path.Combine(Repository.Root, "tests", "S390Sim.Conformance", "Corpus", "programs"));
        CrossBuild.Make(folder.FullName, "-j2", $"LINKER_SCRIPT={Path.Combine(Repository.Root, "firmware", "link.ld")}", "all");
        return folder;
    }

    public void Dispose()
    {
        if (_built.IsValueCreated) _built.Value.Delete(recursive: true);
    }
}
