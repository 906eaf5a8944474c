using System.Diagnostics;

namespace S390Sim.Conformance;

/// <summary>Builds guest programs with the cross compiler.</summary>
internal static class CrossBuild
{
    private const string Compiler = "s390x-linux-gnu-gcc";

    /// <summary>What is missing to build, or null when nothing is.</summary>
    public static string? Missing
        => !IsOnPath("make") ? "make is not installed" : !IsOnPath(Compiler) ? $"{Compiler} is not installed" : null;

    /// <summary>The compiler's version.</summary>
    public static string CompilerVersion() => Run(Compiler, Path.GetTempPath(), "-dumpfullversion").Trim();

    /// <summary>Makes targets in a folder.</summary>
    public static void Make(string folder, params string[] targets) => Run("make", folder, ["-s", .. targets]);

    /// <summary>Copies the files of a folder to a new one, where things can be made.</summary>
    public static DirectoryInfo Copy(string folder)
    {
        var copy = Directory.CreateTempSubdirectory("s390sim-");
        // By content, since modes would come along: the original may be read-only.
        foreach (var file in Directory.EnumerateFiles(folder))
            File.WriteAllBytes(Path.Combine(copy.FullName, Path.GetFileName(file)), File.ReadAllBytes(file));
        return copy;
    }

    private static bool IsOnPath(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, tool)));

    private static string Run(string tool, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {error.Result}");
    }
}
