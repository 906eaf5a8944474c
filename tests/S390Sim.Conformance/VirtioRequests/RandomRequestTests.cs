using System.Globalization;

namespace S390Sim.Conformance.VirtioRequests;

/// <summary>
/// Random requests, good and bad, cut into random chains, come to the same on QEMU's virtio-blk, which others wrote, as here on
/// the bare machine and under both designs: status, bytes written, data, and the disk at the end.
/// </summary>
public sealed class RandomRequestTests(RequestProgram program) : IClassFixture<RequestProgram>
{
    private const int DiskSize = 256 << 10;
    private const int Count = 250;

    /// <summary>Two, or as many as S390SIM_FUZZ says.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1,
        int.Parse(Environment.GetEnvironmentVariable("S390SIM_FUZZ") ?? "2", CultureInfo.InvariantCulture))];

    [QemuTheory]
    [MemberData(nameof(Seeds))]
    public void TheyComeToTheSameOnQemu(int seed)
    {
        using var disk = new QemuDisk(DiskSize, serial: "disk1");
        var qemu = disk.Run(program.Elf, $"seed={seed} count={Count}");
        Assert.True(qemu.Count(c => c == '\n') > Count, qemu);
        foreach (var configuration in GuestRun.Configurations)
            Assert.Equal(qemu, Run(configuration, $"seed={seed} count={Count}"));
        // What QEMU 7.2 does not follow: descriptors in the queue's table before one that designates an indirect table.
        Assert.Equal(qemu, Run("bare", $"seed={seed} count={Count} mixed"));
    }

    private string Run(string configuration, string append)
    {
        var run = GuestRun.Of(program.Elf, configuration, ("append", append),
            ("device", $"virtio-blk,size={DiskSize},serial=disk1"), ("max-instructions", "500000000"));
        Assert.Equal(0, run.Outcome.Code);
        return run.ConsoleText;
    }
}

/// <summary>The program requests.c, built.</summary>
public sealed class RequestProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-requests-");
    private readonly Lazy<string> _elf;

    public RequestProgram() => _elf = new(() =>
    {
        var elf = Path.Combine(_folder.FullName, "requests.elf");
        var source = Path.Combine(Repository.Root, "tests/S390Sim.Conformance/VirtioRequests");
        CrossBuild.Make(source, $"OBJ={_folder.FullName}", elf);
        return elf;
    });

    /// <summary>The program.</summary>
    public string Elf => _elf.Value;

    public void Dispose() => _folder.Delete(recursive: true);
}
