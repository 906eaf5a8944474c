using S390Sim.Machine;
using S390Sim.Conformance.Samples;

namespace S390Sim.Conformance.SieHost;

/// <summary>samples/sie-host, a hypervisor on the bare machine: its guests find what they find without it.</summary>
public sealed class SieHostTests
{
    private const string Host = "sie-host";

    /// <summary>Every sample but the hypervisor itself.</summary>
    public static TheoryData<string> Guests => [.. SamplePrograms.Names.Where(n => n != Host)];

    [SampleTheory]
    [MemberData(nameof(Guests))]
    public void AGuestPrintsWhatItPrintsUnderKvm(string guest)
    {
        var settings = SamplePrograms.Settings(guest);
        var cpus = settings.FirstOrDefault(s => s.Key == "cpus").Value ?? "1";
        var run = SamplePrograms.Run(Host, "bare",
            [.. settings.Where(s => s.Key is not ("cpus" or "append")), ("append", $"{guest} cpus={cpus}")]);
        var kvm = SamplePrograms.Run(guest, "lent");
        Assert.Equal(kvm.ConsoleText, run.ConsoleText);
        Assert.Equal(kvm.Console, run.Console);
        Assert.Equal((0, kvm.Outcome.Cpu.Psw), (run.Outcome.Code, run.Outcome.Cpu.Psw));
    }

    /// <summary>The machine's IOMMU did what the hypervisor asked for: each RPCIT of the guest became one of its own.</summary>
    [SampleTheory]
    [InlineData("rpcit-map", 7, 2)]
    public void TheGuestsRefreshesAreTheHosts(string guest, int refreshes, int refusals)
    {
        var run = SamplePrograms.Run(Host, "bare", [("device", "edu"), ("append", $"{guest} report")]);
        Assert.Contains($" {refreshes} RPCITs done for the guest\n", run.ConsoleText, StringComparison.Ordinal);
        Assert.Equal(((ulong)refreshes, (ulong)refusals), (run.Statistics["rpcits"], run.Statistics["dma refusals"]));
    }

    /// <summary>
    /// Tables of every kind, right and wrong, exchanged, and pointing out of storage: a guest with 64 MiB sees and reaches what a
    /// machine with 64 MiB does, although around its storage there is the hypervisor's.
    /// </summary>
    [SampleTheory]
    [InlineData("directed=off")]
    [InlineData("designations=sto+rtto+rsto+rfto")]
    public void ADeviceReachesWhatItReachesOnAMachineOfThatSize(string platform)
    {
        var (machine, guest) = Both("reach", "bare", ("device", "edu"), ("pci", platform));
        Assert.Equal(machine, guest);
        Assert.Contains("event 000a", guest, StringComparison.Ordinal);
    }

    /// <summary>What a hypervisor executes in its guest's place is what the machine executes itself.</summary>
    [SampleTheory]
    [InlineData("bare")]
    [InlineData("lent")]
    public void EmulatedInstructionsAreTheMachines(string configuration)
    {
        var (machine, guest) = Both("emulated", configuration);
        Assert.Equal(machine, guest);
    }

    // The program where it has 64 MiB to itself, and as a guest.
    private static (string Machine, string Guest) Both(string program, string configuration, params (string, string)[] settings)
    {
        SamplePrograms.EnsureBuilt();
        var output = Directory.CreateTempSubdirectory("s390sim-sie-host-");
        try
        {
            CrossBuild.Make(Path.Combine(Repository.Root, "tests", "S390Sim.Conformance", "SieHost"), $"OBJ={output.FullName}");
            var path = Path.Combine(output.FullName, program);
            var machine = GuestRun.Of($"{path}.elf", configuration, [.. settings, ("memory", "64M")]);
            var guest = GuestRun.Of(SamplePrograms.Elf(Host), "bare", [.. settings, ("initrd", $"{path}.bin")]);
            Assert.Equal((0, 0), (machine.Outcome.Code, guest.Outcome.Code));
            return (machine.ConsoleText, guest.ConsoleText);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    public static TheoryData<string> Designs => [.. MachineConfigurationBuilder.KvmDesigns];

    /// <summary>Where nothing is announced it says so.</summary>
    [SampleTheory]
    [MemberData(nameof(Designs))]
    public void AGuestOfKvmCannotBeAHost(string design)
        => Assert.StartsWith("sie-host: this machine announces no interpretive execution\n",
            SamplePrograms.Run(Host, design).ConsoleText, StringComparison.Ordinal);
}
