using System.Collections.Concurrent;

namespace S390Sim.Conformance.Zpci;

/// <summary>
/// The rpcit program, a hundred situations of zPCI instructions on a function, answers as on QEMU 7.2 but for the listed
/// differences. A difference that is not listed fails, and so does a listed one that no longer shows.
/// </summary>
public sealed class RpcitAgainstQemu(RpcitProgram program) : IClassFixture<RpcitProgram>
{
    private static readonly ConcurrentDictionary<string, GuestRun> s_runs = [];

    public static TheoryData<string> Configurations => [.. GuestRun.Configurations];

    [RpcitTheory]
    [MemberData(nameof(Configurations))]
    public void RunsToItsEnd(string configuration)
    {
        var run = Run(configuration);
        Assert.Equal(0, run.Outcome.Code);
        Assert.EndsWith("DONE", run.ConsoleText.TrimEnd());
        Assert.DoesNotContain("FATAL", run.ConsoleText);
        Assert.Equal(0UL, run.Statistics.GetValueOrDefault("pins held"));
    }

    [RpcitTheory]
    [MemberData(nameof(Configurations))]
    public void DiffersOnlyAsListed(string configuration)
    {
        var golden = RpcitLog.Parse(RpcitProgram.Golden);
        Assert.True(golden.Count > 130, $"QEMU's log has only {golden.Count} lines");
        var found = RpcitDifference.Between(golden, RpcitLog.Parse(Run(configuration).ConsoleText)).ToList();
        var listed = RpcitDifferences.Of(configuration).ToList();
        Assert.Equal("", string.Join('\n', [
            .. found.Except(listed).Select(d => $"not listed:\t{d.Key}\t{configuration}\t{d.Qemu}\t{d.Ours}"),
            .. listed.Except(found).Select(d => $"no longer:\t{d.Key}\t{configuration}\t{d.Qemu}\t{d.Ours}")]));
    }

    [RpcitTheory]
    [MemberData(nameof(Configurations))]
    public void SaysTheCommonLinesInQemusOrder(string configuration)
    {
        string[] qemu = [.. RpcitLog.Parse(RpcitProgram.Golden).Select(l => l.Key)];
        string[] ours = [.. RpcitLog.Parse(Run(configuration).ConsoleText).Select(l => l.Key)];
        Assert.Equal(qemu.Intersect(ours), ours.Intersect(qemu));
    }

    [Fact]
    public void EveryListedDifferenceHasAReason() => Assert.Empty(RpcitDifferences.Malformed);

    private GuestRun Run(string configuration) => s_runs.GetOrAdd(configuration,
        c => GuestRun.Of(program.Elf, c, ("append", "only=1"), ("device", "edu,fid=1,uid=1"), ("max-instructions", "50000000")));
}
