using System.Text.RegularExpressions;

namespace S390Sim.Tests;

/// <summary>What docs/property-testing.md shows is what compiles and runs.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void Examples_are_those_that_run()
    {
        var root = Root();
        var source = File.ReadAllText(Path.Combine(root, "tests", "S390Sim.Testing.Tests", "DocumentedExamples.cs"));
        var document = File.ReadAllText(Path.Combine(root, "docs", "property-testing.md"));
        var running = Regex.Matches(source, @"    // example: (\w+)\n(.*?)    // end", RegexOptions.Singleline)
            .ToDictionary(m => m.Groups[1].Value, m => Regex.Replace(m.Groups[2].Value, "(?m)^    ", ""));
        var shown = Regex.Matches(document, @"<!-- (\w+) -->\n```csharp\n(.*?)```", RegexOptions.Singleline)
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Assert.NotEmpty(shown);
        Assert.Equal(running, shown);
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "S390Sim.sln"))) at = at.Parent;
        return at.FullName;
    }
}
