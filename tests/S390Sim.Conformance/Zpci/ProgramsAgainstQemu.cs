using System.Collections.Concurrent;

namespace S390Sim.Conformance.Zpci;

/// <summary>
/// The reference programs, on a virtio-blk function, answer as on QEMU 7.2 but for the listed differences. A difference that is
/// not listed fails, and so does a listed one that no longer shows.
/// </summary>
public sealed class ProgramsAgainstQemu(ReferencePrograms programs) : IClassFixture<ReferencePrograms>
{
    private const int DiskSize = 16 << 20;
    private static readonly ConcurrentDictionary<(string Program, string Configuration), GuestRun> s_runs = [];

    public static TheoryData<string> Programs => [.. ReferencePrograms.Names];

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var program in ReferencePrograms.Names)
            {
                foreach (var configuration in GuestRun.Configurations) rows.Add(program, configuration);
            }
            return rows;
        }
    }

    [ReferenceTheory]
    [MemberData(nameof(Rows))]
    public void RunsToItsEnd(string program, string configuration)
    {
        var run = Run(program, configuration);
        Assert.Equal(0, run.Outcome.Code);
        Assert.EndsWith("DONE", run.ConsoleText.TrimEnd());
        Assert.DoesNotContain("FATAL", run.ConsoleText);
        Assert.Equal(run.Statistics.GetValueOrDefault("pages of the parent"), run.Statistics.GetValueOrDefault("pins held"));
    }

    [ReferenceTheory]
    [MemberData(nameof(Rows))]
    public void DiffersOnlyAsListed(string program, string configuration)
    {
        var golden = ReferenceLog.Parse(ReferencePrograms.Golden(program));
        Assert.True(golden.Count > 100, $"QEMU's log has only {golden.Count} lines");
        var found = ReferenceDifference.Between(golden, ReferenceLog.Parse(Run(program, configuration).ConsoleText)).ToList();
        var listed = new ReferenceDifferences(program).Of(configuration).ToList();
        Assert.Equal("", string.Join('\n', [
            .. found.Except(listed).Select(d => $"not listed:\t{d.Key}\t{configuration}\t{d.Qemu}\t{d.Ours}"),
            .. listed.Except(found).Select(d => $"no longer:\t{d.Key}\t{configuration}\t{d.Qemu}\t{d.Ours}")]));
    }

    [ReferenceTheory]
    [MemberData(nameof(Rows))]
    public void SaysTheCommonLinesInQemusOrder(string program, string configuration)
    {
        string[] qemu = [.. ReferenceLog.Parse(ReferencePrograms.Golden(program)).Select(l => l.Key)];
        string[] ours = [.. ReferenceLog.Parse(Run(program, configuration).ConsoleText).Select(l => l.Key)];
        Assert.Equal(qemu.Intersect(ours), ours.Intersect(qemu));
    }

    // The log is that of another day; this is the QEMU that is installed.
    [ReferenceTheory(needsQemu: true)]
    [MemberData(nameof(Programs))]
    public void QemuStillSaysWhatItsLogSays(string program)
    {
        using var disk = new QemuDisk(DiskSize);
        var console = disk.Run(programs.Elf(program), ReferencePrograms.Words(program));
        Assert.Equal(ReferenceLog.Parse(ReferencePrograms.Golden(program)), ReferenceLog.Parse(console));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void EveryListedDifferenceHasAReason(string program) => Assert.Empty(new ReferenceDifferences(program).Malformed);

    // dma waits for what never comes, and by the virtual clock that is long.
    private GuestRun Run(string program, string configuration) => s_runs.GetOrAdd((program, configuration),
        row => GuestRun.Of(programs.Elf(row.Program), row.Configuration, ("append", ReferencePrograms.Words(row.Program)),
            ("device", $"virtio-blk,size={DiskSize},fid=1,uid=1"),
            row.Program == "dma" ? ("clock", "host") : ("max-instructions", "50000000"), ("timeout", "60")));
}
