using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using S390Sim.Conformance.Samples;
using S390Sim.Hypervisor;

namespace S390Sim.Conformance.Comparison;

/// <summary>
/// <c>s390sim compare</c> of programs with devices: all designs agree, the historic handlers do not, and docs/designs.md says
/// so.
/// </summary>
public sealed partial class CompareTests
{
    private static readonly string s_document = Path.Combine(Repository.Root, "docs", "designs.md");

    private static (int Code, string Output, string Error) Compare(string sample, params string[] words)
    {
        SamplePrograms.EnsureBuilt();
        var options = Path.Combine(Repository.Samples, sample, "options.txt");
        string[] own = File.Exists(options)
            ? File.ReadAllText(options).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        return Tool(["compare", SamplePrograms.Elf(sample), .. own, .. words]);
    }

    private static (int Code, string Output, string Error) Tool(string[] words)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter { NewLine = "\n" };
        var code = Cli.Tool.Run(words, output, error);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Every design and the bare machine.</summary>
    [SampleTheory]
    [InlineData("rpcit-map")]
    [InlineData("edu")]
    [InlineData("virtio-blk")]
    [InlineData("nvme")]
    [InlineData("interrupts")]
    public void AllDesignsDoTheSame(string sample)
    {
        var run = Compare(sample, "--designs", "all,bare", "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.Empty(json.RootElement.GetProperty("differences").EnumerateArray());
        Assert.Equal(0, run.Code);
        var designs = json.RootElement.GetProperty("designs").EnumerateArray()
            .ToDictionary(d => d.GetProperty("design").GetString()!);
        Assert.Equal(DomainDesigns.Names.Append("bare").ToHashSet(), designs.Keys.ToHashSet());
        Assert.All(designs.Values, d => Assert.Equal(Figure(d, "pages of the parent"), Figure(d, "pins held")));
        Assert.All(designs.Values, d => Assert.Equal(Figure(d, "rpcits"), Figure(designs["bare"], "rpcits")));
        // kvm-pci-design.md section 11: an exit for each under nested, none under hardware.
        var rpcits = Figure(designs["bare"], "rpcits");
        Assert.Equal((rpcits, Figure(designs["nested"], "exits") - rpcits),
            (Figure(designs["hardware"], "rpcits in the machine"), Figure(designs["hardware"], "exits")));
    }

    private static ulong Figure(JsonElement design, string name) => design.GetProperty("stats").GetProperty(name).GetUInt64();

    /// <summary>The handlers that let a device store where the guest forbade it are found out, and where.</summary>
    [SampleTheory]
    [InlineData("v3")]
    [InlineData("v4")]
    public void TheHistoricHandlersAreFoundOut(string design)
    {
        var run = Compare("rpcit-map", "--designs", $"lent,{design}");
        Assert.Equal(4, run.Code);
        Assert.Contains($"lent and {design} differ in where devices stored: byte 0x", run.Error, StringComparison.Ordinal);
        Assert.Contains($"lent and {design} differ in how the program ended", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("not the same DMA result: see the differences\n", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Only the time is another one each time, and there is none where nothing is intercepted.</summary>
    [SampleTheory]
    [InlineData("rpcit-map")]
    public void TimeIsMeasured(string sample)
    {
        var run = Compare(sample, "--designs", "lent,bare", "--time", "2");
        Assert.Matches(@"(?m)^ns of host time for an RPCIT +[1-9]\d* +-$", run.Output);
        var plain = Compare(sample, "--designs", "lent,bare").Output;
        Assert.Equal(Squeezed(plain), Squeezed(TimeRow().Replace(run.Output, "")));
    }

    /// <summary>A guest with less memory of the host's than it uses: the same, paged, and nothing of it stays.</summary>
    [SampleTheory]
    [InlineData("dat-walk")]
    public void PagedGuestsDoTheSame(string sample)
    {
        var run = Compare(sample, "--designs", "bare,type1,lent", "--frame-limit", "256K", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (var design in new[] { "type1", "lent" })
        {
            var paged = SamplePrograms.Run(sample, design, ("frame-limit", "256K"));
            Assert.Equal(SamplePrograms.Expected(sample, design), paged.Console);
            Assert.True(paged.Statistics["pages paged out"] > 0 && paged.Statistics["pages paged in"] > 0);
            Assert.Equal(0UL, paged.Statistics["pins held"]);
        }
    }

    /// <summary>Every run begins with the same disk, and none of them changes the user's.</summary>
    [SampleTheory]
    [InlineData("virtio-blk")]
    public void FilesStayAsTheyAre(string sample)
    {
        var file = Path.GetTempFileName();
        try
        {
            var content = new byte[1 << 20];
            File.WriteAllBytes(file, content);
            SamplePrograms.EnsureBuilt();
            var run = Tool(["compare", SamplePrograms.Elf(sample), "--device", $"virtio-blk,file={file},serial=disk1",
                "--designs", "type1,lent,bare"]);
            Assert.Equal((0, ""), (run.Code, run.Error));
            Assert.Equal(content, File.ReadAllBytes(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The table of the page is what the tool prints.</summary>
    [SampleTheory]
    [InlineData("$ s390sim compare ")]
    public void TheDocumentsTableIsTheTools(string prompt)
    {
        SamplePrograms.EnsureBuilt();
        var lines = File.ReadAllLines(s_document);
        var at = Array.FindIndex(lines, l => l.StartsWith(prompt, StringComparison.Ordinal));
        Assert.True(at >= 0, "there is no such command in docs/designs.md");
        var shown = lines.Skip(at + 1).TakeWhile(l => l != "```");
        var words = lines[at][2..].Split(' ').Skip(1)
            .Select(w => w.StartsWith("samples/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, w) : w);
        var run = Tool([.. words]);
        Assert.Equal(string.Join('\n', shown), (run.Output + run.Error).TrimEnd('\n'));
    }

    /// <summary>The page explains every design that there is.</summary>
    [Fact]
    public void TheDocumentExplainsEveryDesign()
    {
        var headings = File.ReadLines(s_document).Where(l => l.StartsWith("## ", StringComparison.Ordinal)).ToList();
        Assert.All(DomainDesigns.Names.Concat(DomainDesigns.Historic),
            name => Assert.Contains(headings, h => h.Contains($"`{name}`", StringComparison.Ordinal)));
        Assert.All(DesignCounters.Figures, f
            => Assert.Contains(File.ReadLines(s_document), l => l.Contains(f.Name, StringComparison.Ordinal)));
    }

    private static string Squeezed(string text) => Spaces().Replace(text, " ");

    [GeneratedRegex("(?m)^ns of host time.*\n")]
    private static partial Regex TimeRow();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
