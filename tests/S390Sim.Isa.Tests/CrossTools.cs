using System.Diagnostics;

namespace S390Sim.Isa.Tests;

/// <summary>The GNU cross tools, used as an oracle.</summary>
internal static class CrossTools
{
    public const string Objdump = "s390x-linux-gnu-objdump";
    public const string Objcopy = "s390x-linux-gnu-objcopy";
    public const string Compiler = "s390x-linux-gnu-gcc";

    /// <summary>Whether a tool is on the path.</summary>
    public static bool IsPresent(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, tool)));

    /// <summary>Runs a tool to its end and gives its standard output; its failure fails the test.</summary>
    public static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }

    /// <summary>What objdump prints for each address of a text that starts at 0.</summary>
    public static List<(int Address, string Text)> Disassemble(ReadOnlySpan<byte> text)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, text.ToArray());
            return ParseListing(Run(Objdump, "-D", "-z", "-b", "binary", "-m", "s390:64-bit", "-EB", "--no-show-raw-insn", file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static List<(int Address, string Text)> ParseListing(string listing)
    {
        var lines = new List<(int, string)>();
        foreach (var line in listing.Split('\n'))
        {
            int colon = line.IndexOf(":\t", StringComparison.Ordinal);
            if (colon <= 0 || line[0] != ' ') continue;
            lines.Add((Convert.ToInt32(line[..colon].Trim(), 16), line[(colon + 2)..].TrimEnd()));
        }
        return lines;
    }
}

/// <summary>A test that is skipped, with one line, where the cross tools are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CrossToolsFactAttribute : FactAttribute
{
    public CrossToolsFactAttribute(params string[] tools)
    {
        var missing = tools.Where(t => !CrossTools.IsPresent(t)).ToList();
        if (missing.Count != 0) Skip = $"not installed: {string.Join(", ", missing)}";
    }
}
