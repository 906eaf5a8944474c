using System.Text;
using S390Sim.Conformance.Samples;

namespace S390Sim.Conformance.Injection;

/// <summary>The examples of docs/injection.md, executed: each says what it says there.</summary>
public sealed class DocumentTests
{
    private const string Prompt = "$ s390sim ";

    /// <summary>Every command of the page, and the lines that it must print, in their order.</summary>
    public static TheoryData<string, string[]> Examples
    {
        get
        {
            var examples = new TheoryData<string, string[]>();
            var command = "";
            List<string> says = [];
            foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "injection.md")).Append("```"))
            {
                var isCommand = line.StartsWith(Prompt, StringComparison.Ordinal);
                if ((isCommand || line.StartsWith("```", StringComparison.Ordinal)) && command.Length != 0)
                {
                    examples.Add(command, [.. says]);
                    (command, says) = ("", []);
                }
                if (isCommand) command = line[Prompt.Length..];
                else if (command.Length != 0) says.Add(line);
            }
            return examples;
        }
    }

    [SampleTheory]
    [MemberData(nameof(Examples))]
    public void Holds(string command, string[] says)
    {
        SamplePrograms.EnsureBuilt();
        var words = command.Split(' ').Select(w
            => w.StartsWith("samples/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, w) : w);
        using var output = new MemoryStream();
        using var error = new StringWriter();
        Assert.NotEqual(0, Cli.Tool.Run([.. words], output, error));
        var text = Encoding.UTF8.GetString(output.ToArray()) + error;
        Assert.NotEmpty(says);
        var at = 0;
        foreach (var line in says)
        {
            var found = text.IndexOf(line, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{line}' is not in\n{text}");
            at = found + line.Length;
        }
    }

    /// <summary>The page and the help name every kind.</summary>
    [Fact]
    public void EveryKindIsExplained()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "injection.md"));
        using var output = new MemoryStream();
        using var error = new StringWriter();
        Assert.Equal(0, Cli.Tool.Run(["run", "--help"], output, error));
        var help = string.Concat(Encoding.UTF8.GetString(output.ToArray()).Where(c => !char.IsWhiteSpace(c)));
        Assert.All(S390Sim.Machine.InjectionKind.All, kind =>
        {
            Assert.Contains($"`{kind.Name}`", page, StringComparison.Ordinal);
            Assert.Contains(string.Concat(kind.Usage.Where(c => c != ' ')), help, StringComparison.Ordinal);
        });
    }
}
