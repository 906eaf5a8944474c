using System.Diagnostics;
using System.Reflection;

namespace S390Sim.Testing;

/// <summary>The cross compiler and the emulators, if they are installed.</summary>
public static class CrossTools
{
    internal const string Compiler = "s390x-linux-gnu-gcc", UserEmulator = "qemu-s390x", SystemEmulator = "qemu-system-s390x";

    /// <summary>What is missing for the oracles, or null when nothing is.</summary>
    public static string? Missing
        => new[] { Compiler, UserEmulator, SystemEmulator }.FirstOrDefault(t => !IsOnPath(t)) is { } tool
            ? $"{tool} is not installed" : null;

    /// <summary>Version of the installed emulators.</summary>
    public static Version EmulatorVersion()
    {
        using var process = Process.Start(new ProcessStartInfo(UserEmulator, "--version") { RedirectStandardOutput = true })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ', '\n');
        process.WaitForExit();
        return Version.Parse(words[Array.IndexOf(words, "version") + 1]);
    }

    /// <summary>Builds a guest of the oracles in a folder; returns the program.</summary>
    internal static string Build(string folder, string name, params string[] options)
    {
        var source = Path.Combine(folder, name + ".S");
        using (var text = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.S")!)
        using (var file = File.Create(source))
            text.CopyTo(file);
        File.WriteAllBytes(Path.Combine(folder, "readonly.bin"), TestLayout.ReadOnlyPage.ToArray());
        var program = Path.Combine(folder, name);
        var start = new ProcessStartInfo(Compiler, ["-static", "-nostdlib", "-march=z10", "-Wl,--build-id=none,-z,noexecstack",
            "-Wl,--no-warn-rwx-segments", .. options, "-o", program, source])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? program : throw new InvalidOperationException($"{Compiler}: {errors}");
    }

    private static bool IsOnPath(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, tool)));
}
