using System.Globalization;
using System.Text;

namespace S390Sim.Conformance.Samples;

/// <summary>The sample smp on other numbers of CPUs and other interleavings than its golden output was made with.</summary>
public sealed class SeveralCpuTests
{
    private static string Expected(int cpus) => Encoding.UTF8.GetString(SamplePrograms.Expected("smp", "bare"))
        .Replace("4 CPUs answer", string.Create(CultureInfo.InvariantCulture, $"{cpus} CPUs answer"), StringComparison.Ordinal);

    private static GuestRun Run(string configuration, int cpus, string interleaving, int seed) => SamplePrograms.Run(
        "smp", configuration, ("cpus", $"{cpus}"), ("interleave", interleaving), ("seed", $"{seed}"));

    [SampleTheory]
    [InlineData("bare", 2)]
    [InlineData("bare", 7)]
    [InlineData("lent", 2)]
    [InlineData("lent", 5)]
    [InlineData("lent", 8)]
    [InlineData("type1", 3)]
    [InlineData("type1", 6)]
    [InlineData("type1", 8)]
    public void PrintsTheSameOnAnyNumber(string configuration, int cpus)
        => Assert.Equal(Expected(cpus), Run(configuration, cpus, "round-robin", 0).ConsoleText);

    [SampleTheory]
    [InlineData("bare")]
    [InlineData("lent")]
    public void OneCpuHasNothingToDo(string configuration)
    {
        var text = Run(configuration, 1, "round-robin", 0).ConsoleText;
        Assert.Equal("smp: several CPUs\n1 CPUs answer\nnothing to do\nEXIT: STATUS=1\n", text);
    }

    [SampleTheory]
    [InlineData("bare")]
    [InlineData("lent")]
    public void SeedsDifferAndRepeat(string configuration)
    {
        var runs = Enumerable.Range(1, 3).Select(seed => Run(configuration, 3, "random", seed)).ToList();
        Assert.All(runs, run => Assert.Equal(Expected(3), run.ConsoleText));
        Assert.Equal(3, runs.Select(run => run.Outcome.InstructionCount).Distinct().Count());
        Assert.Equal(runs[0].Everything, Run(configuration, 3, "random", 1).Everything);
    }
}
