using System.Text;

namespace S390Sim.Conformance.Samples;

/// <summary>Each sample prints what it must, on the bare machine and as a guest under both designs.</summary>
public sealed class SampleTests
{
    public static TheoryData<string, string> Rows => SamplePrograms.Rows;

    [SampleTheory]
    [MemberData(nameof(Rows))]
    public void PrintsWhatItMust(string sample, string configuration)
    {
        var run = SamplePrograms.Run(sample, configuration);
        var expected = SamplePrograms.Expected(sample, configuration);
        // As text first, since that tells where; then as bytes.
        Assert.Equal(Encoding.UTF8.GetString(expected), run.ConsoleText);
        Assert.Equal(expected, run.Console);
        Assert.Equal(0, run.Outcome.Code);
        Assert.Equal(run.Statistics.GetValueOrDefault("pages of the parent"), run.Statistics.GetValueOrDefault("pins held"));
    }

    public static TheoryData<string> WithFunctions => ["edu", "nvme", "pci-config", "rpcit-errors", "rpcit-map", "virtio-blk"];

    /// <summary>SIE interprets what it can of a guest's functions; the guest sees no difference, and its host sees less of it.</summary>
    [SampleTheory]
    [MemberData(nameof(WithFunctions))]
    public void PrintsTheSameWhenItsFunctionsAreInterpreted(string sample)
    {
        const string design = "lent";
        var run = SamplePrograms.Run(sample, design, ("pci", "interpretation=on"));
        Assert.Equal(Encoding.UTF8.GetString(SamplePrograms.Expected(sample, design)), run.ConsoleText);
        Assert.Equal((0, 0UL), (run.Outcome.Code, run.Statistics.GetValueOrDefault("pins held")));
        var intercepted = SamplePrograms.Run(sample, design, ("pci", "interpretation=off"));
        const string exits = "exits to user space";
        Assert.True(run.Statistics[exits] < intercepted.Statistics[exits]);
    }

    [Fact]
    public void EverySampleHasAnExpectation()
    {
        var sources = Directory.EnumerateDirectories(Repository.Samples)
            .Where(d => Directory.EnumerateFiles(d, "*.c").Any()).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);
        Assert.Equal(sources, SamplePrograms.Names);
    }
}
