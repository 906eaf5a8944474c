using System.Text;
using S390Sim.Conformance.Samples;
using S390Sim.Machine;

namespace S390Sim.Conformance.SieHost;

/// <summary>
/// samples/sie-host as a guest of the modelled KVM that offers SIE: every sample as its guest, two levels below the machine,
/// prints what it prints without either.
/// </summary>
public sealed class NestedHostTests
{
    private const string Host = "sie-host";

    // What depends on the design under which the hypervisor runs.
    private static readonly string[] s_withDma = ["edu", "rpcit-map", "rpcit-errors"];

    /// <summary>All of them under one design, those with DMA under every.</summary>
    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var design in MachineConfigurationBuilder.KvmDesigns)
            {
                var isDefault = design == MachineConfigurationBuilder.DefaultKvmDesign;
                foreach (var name in SamplePrograms.Names)
                {
                    if (name != Host && (isDefault || s_withDma.Contains(name))) rows.Add(name, design);
                }
            }
            return rows;
        }
    }

    [SampleTheory]
    [MemberData(nameof(Rows))]
    public void AGuestsGuestPrintsWhatItMust(string guest, string design)
    {
        var settings = SamplePrograms.Settings(guest);
        var cpus = settings.FirstOrDefault(s => s.Key == "cpus").Value ?? "1";
        var run = SamplePrograms.Run(Host, design,
        [
            .. settings.Where(s => s.Key is not ("cpus" or "append")),
            ("kvm-nested", "on"),
            ("append", $"{guest} cpus={cpus}"),
        ]);
        var expected = SamplePrograms.Expected(guest, design);
        Assert.Equal(Encoding.UTF8.GetString(expected), run.ConsoleText);
        Assert.Equal(expected, run.Console);
        Assert.Equal(0, run.Outcome.Code);
        Assert.True(run.Statistics["nested starts"] > 20);
    }
}
