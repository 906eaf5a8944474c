using System.Diagnostics;

namespace S390Sim.Conformance.UserMode;

/// <summary>Runs cases under QEMU's user mode: one static program for all of them.</summary>
internal static class QemuUser
{
    private const string Compiler = "s390x-linux-gnu-gcc";
    private const string Emulator = "qemu-s390x";

    /// <summary>What is missing, or null.</summary>
    public static string? Missing
        => new[] { Compiler, Emulator }.FirstOrDefault(t => !IsInstalled(t)) is { } tool ? $"{tool} is not installed" : null;

    public static GuestState[] Run(IReadOnlyList<GuestCase> cases, ReadOnlySpan<byte> templates, ReadOnlySpan<byte> fixedPage)
    {
        var directory = Directory.CreateTempSubdirectory("s390sim-usermode");
        try
        {
            string File(string name) => Path.Combine(directory.FullName, name);
            System.IO.File.WriteAllBytes(File("cases.bin"), [.. cases.SelectMany(c => c.ToBytes())]);
            System.IO.File.WriteAllBytes(File("templates.bin"), templates.ToArray());
            System.IO.File.WriteAllBytes(File("fixed.bin"), fixedPage.ToArray());
            System.IO.File.Copy(Path.Combine(AppContext.BaseDirectory, "UserMode", "driver.S"), File("driver.S"));
            Execute(Compiler, directory.FullName, [
                "-static", "-nostdlib", "-march=zEC12", "-Wl,--build-id=none", "-Wl,-z,noexecstack",
                $"-Wl,--section-start=.pages=0x{GuestCase.Pages - 4096:x}",
                $"-Wl,--section-start=.slot=0x{GuestCase.Slot:x}",
                "-o", "driver", "driver.S"], out _);
            var output = Execute(Emulator, directory.FullName, ["-cpu", "max", "driver"], out var words);
            return Parse(output, cases, words);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static GuestState[] Parse(byte[] output, IReadOnlyList<GuestCase> cases, string words)
    {
        var done = output.Length / GuestState.Size;
        if (done != cases.Count)
        {
            var last = cases[done].Listing();
            throw new InvalidOperationException($"{Emulator} ended in case {done} of {cases.Count}: {last}\n{words}");
        }
        return [.. cases.Select((_, n) => GuestState.Parse(output.AsSpan(n * GuestState.Size)))];
    }

    private static byte[] Execute(string tool, string directory, string[] arguments, out string words)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        if (process.ExitCode != 0 && tool == Compiler) throw new InvalidOperationException($"{tool}: {error.Result}");
        words = error.Result;
        return output.ToArray();
    }

    private static bool IsInstalled(string tool)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(d => File.Exists(Path.Combine(d, tool)));
}
