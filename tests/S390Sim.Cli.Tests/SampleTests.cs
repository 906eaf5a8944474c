namespace S390Sim.Cli.Tests;

/// <summary>Every sample prints what its golden file says: on the bare machine and under both designs alike.</summary>
public class SampleTests
{
    private static string Samples
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "S390Sim.sln"))) folder = folder.Parent!;
            return Path.Combine(folder.FullName, "samples");
        }
    }

    public static TheoryData<string, string> Runs
    {
        get
        {
            var runs = new TheoryData<string, string>();
            foreach (var folder in Directory.GetDirectories(Samples).Order().Where(f => File.Exists(Path.Combine(f, "expected.txt"))))
            {
                foreach (var mode in new[] { "bare", "type1", "lent" }) runs.Add(Path.GetFileName(folder), mode);
            }
            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void PrintsWhatIsExpected(string sample, string mode)
    {
        var elf = Path.Combine(Samples, "build", $"{sample}.elf");
        Assert.True(File.Exists(elf), $"{elf} is not built: make samples");
        var options = Path.Combine(Samples, sample, "options.txt");
        string[] words =
        [
            "run", elf, "--timeout", "60",
            .. File.Exists(options) ? File.ReadAllText(options).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [],
            .. mode == "bare" ? Array.Empty<string>() : [$"--kvm={mode}"],
        ];
        var (code, output, error) = ToolTests.Run(words);
        Assert.Equal(File.ReadAllText(Path.Combine(Samples, sample, "expected.txt")), output);
        Assert.Equal("", error);
        Assert.Equal(0, code);
    }
}
