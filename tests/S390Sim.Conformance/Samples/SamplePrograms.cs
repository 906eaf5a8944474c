namespace S390Sim.Conformance.Samples;

/// <summary>The programs under samples/: what they are run with and what they must print.</summary>
internal static class SamplePrograms
{
    private static readonly Lazy<bool> s_built = new(Build);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateFiles(Repository.Samples, "expected.txt",
        SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f))!).Order(StringComparer.Ordinal)];

    /// <summary>Every program in every configuration.</summary>
    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var name in Names)
            {
                foreach (var configuration in GuestRun.Configurations) rows.Add(name, configuration);
            }
            return rows;
        }
    }

    /// <summary>Why they cannot be run, or null.</summary>
    public static string? Missing => Names.All(n => File.Exists(Elf(n))) || CrossBuild.Missing is not { } why
        ? null : $"the samples are not built: {why}";

    /// <summary>Runs one; settings replace those of its own that do not repeat.</summary>
    public static GuestRun Run(string name, string configuration, params (string Key, string Value)[] settings)
    {
        EnsureBuilt();
        return GuestRun.Of(Elf(name), configuration, [.. Settings(name), .. settings]);
    }

    /// <summary>Builds what is not up to date.</summary>
    public static void EnsureBuilt() => Assert.True(s_built.Value);

    /// <summary>What it prints on a machine that follows the architecture.</summary>
    public static byte[] Expected(string name, string configuration)
    {
        var virtualized = Path.Combine(Repository.Samples, name, "expected.kvm.txt");
        return File.ReadAllBytes(configuration != "bare" && File.Exists(virtualized) ? virtualized
            : Path.Combine(Repository.Samples, name, "expected.txt"));
    }

    /// <summary>Its file.</summary>
    public static string Elf(string name) => Path.Combine(Repository.Samples, "build", $"{name}.elf");

    // What is up to date costs make nothing, and a program older than its source would be no test of it.
    private static bool Build()
    {
        if (CrossBuild.Missing is null) CrossBuild.Make(Repository.Samples);
        return true;
    }

    /// <summary>The devices and CPUs it wants.</summary>
    public static (string Key, string Value)[] Settings(string name)
    {
        var file = Path.Combine(Repository.Samples, name, "options.txt");
        if (!File.Exists(file)) return [];
        var words = File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Chunk(2).Select(pair => (pair[0].TrimStart('-'), pair[1]))];
    }
}

/// <summary>A theory about the samples; skipped, saying what is missing, where they neither are built nor can be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleTheoryAttribute : TheoryAttribute
{
    public SampleTheoryAttribute() => Skip = SamplePrograms.Missing;
}
