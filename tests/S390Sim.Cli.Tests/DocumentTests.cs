using System.Text;

namespace S390Sim.Cli.Tests;

/// <summary>The generated documents say what the machine has; <c>make docs</c> writes them anew.</summary>
public sealed class DocumentTests
{
    [Theory]
    [InlineData("isa --markdown", "isa.md")]
    [InlineData("cpus --markdown", "cpu-models.md")]
    public void Documents_are_as_the_tool_writes_them(string command, string file)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, Tool.Run(command.Split(' '), output, TextWriter.Null));
        var written = File.ReadAllText(Path.Combine(FindDocs(), file));
        Assert.True(Encoding.UTF8.GetString(output.ToArray()) == written,
            $"docs/{file} is not what s390sim {command} writes: run make docs");
    }

    private static string FindDocs()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "S390Sim.sln"))) at = at.Parent!;
        return Path.Combine(at.FullName, "docs");
    }
}
