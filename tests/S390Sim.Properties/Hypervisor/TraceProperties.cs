using FsCheck;
using FsCheck.Fluent;
using S390Sim.Testing.Hypervisor;
using Xunit.Abstractions;

namespace S390Sim.Properties.Hypervisor;

/// <summary>
/// Random guests: whatever they store into their tables, refresh, register and reset, and whatever the device, the IOMMU API
/// and the administrator do meanwhile, the invariants of kvm-pci-design.md section 12 hold after every step.
/// </summary>
public sealed class TraceProperties(ITestOutputHelper output)
{
    private const int Runs = 200, Length = 40;
    private const ulong Seed = 0x5390, Gamma = 0x51E1;      // replay: Gamma must be odd

    // A generator that seldom gets anywhere would prove nothing.
    private static readonly string[] s_situations =
    [
        "refresh, status 0", "refresh, status 8", "refresh, status 16", "refresh, status 40", "refresh that takes away",
        "access done", "access refused with -1", "access refused with 1", "access refused with 2", "access refused with 5",
        "access refused with 7",
    ];

    /// <summary>Under type1 and under lent; and a trace has the same results under both (51).</summary>
    [Fact]
    public void TheInvariantsHoldUnderEveryDesign()
    {
        using var type1 = new TraceRunner("type1");
        using var lent = new TraceRunner("lent");
        Hold(trace =>
        {
            List<Observation> seen = [];
            type1.Run(trace, seen.Add);
            var step = 0;
            lent.Run(trace, now => Invariants.DesignsAgree(seen[step++], now));
        });
        output.WriteLine(string.Join('\n', lent.Tally.Select(t => $"{t.Key}: {t.Value}")));
        Assert.All(s_situations, situation => Assert.True(lent.Tally.GetValueOrDefault(situation) >= 20, situation));
        Assert.Equal(type1.Tally, lent.Tally);
    }

    private static void Hold(Action<TraceCommand[]> run)
        => Prop.ForAll(TraceGenerator.Traces(Length), trace =>
        {
            try
            {
                run(trace);
                return true.Label("");
            }
            catch (InvariantException e)
            {
                return false.Label(e.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs).WithReplay(Seed, Gamma));
}
