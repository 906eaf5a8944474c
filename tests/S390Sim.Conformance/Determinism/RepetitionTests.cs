using S390Sim.Conformance.Samples;

namespace S390Sim.Conformance.Determinism;

/// <summary>The same program on the same machine makes the same run: console, registers, and all that is counted.</summary>
public sealed class RepetitionTests
{
    public static TheoryData<string, string> Rows => SamplePrograms.Rows;

    [SampleTheory]
    [MemberData(nameof(Rows))]
    public void SecondRunIsTheFirst(string sample, string configuration)
    {
        var first = SamplePrograms.Run(sample, configuration);
        Assert.Equal(first.Everything, SamplePrograms.Run(sample, configuration).Everything);
    }

    [SampleTheory]
    [InlineData("bare")]
    [InlineData("lent")]
    public void RunsBesideOthersAreTheSame(string configuration)
    {
        // Nothing that changes is static: machines on several threads do not know of each other.
        var alone = SamplePrograms.Run("rpcit-map", configuration).Everything;
        var together = new string[4];
        Parallel.For(0, together.Length, n => together[n] = SamplePrograms.Run("rpcit-map", configuration).Everything);
        Assert.All(together, run => Assert.Equal(alone, run));
    }
}
