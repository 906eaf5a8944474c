namespace S390Sim.Conformance;

/// <summary>Where this repository lies, and what may lie beside it.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of guest programs.</summary>
    public static string Samples { get; } = Path.Combine(Root, "samples");

    /// <summary>A folder of measurements in the folder shared with other projects, or null: a clone need not have it.</summary>
    public static string? SharedBench(string name)
    {
        var folder = Path.GetFullPath(Path.Combine(Root, "..", "shared", "bench", name));
        return Directory.Exists(folder) ? folder : null;
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "S390Sim.sln"))) return at.FullName;
        }
        throw new InvalidOperationException("the tests run outside of the repository");
    }
}
