using FsCheck;
using FsCheck.Fluent;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Properties.Hypervisor;

/// <summary>
/// Random guests: whatever they store into their tables, refresh, register and reset, and whatever the device, the IOMMU API
/// and the administrator do meanwhile, the invariants of kvm-pci-design.md section 12 hold after every step.
/// </summary>
public sealed class TraceProperties
{
    private const int Runs = 200, Length = 40;
    private const ulong Seed = 0x5390, Gamma = 0x51E1;      // replay: Gamma must be odd

    [Theory]
    [InlineData("type1")]
    [InlineData("lent")]
    public void TheInvariantsHold(string design)
    {
        using var runner = new TraceRunner(design);
        Hold(trace =>
        {
            runner.Begin();
            foreach (var command in trace) runner.Run(command);
        });
    }

    /// <summary>51: a trace has the same results under all designs.</summary>
    [Fact]
    public void TheDesignsAgree()
    {
        using var type1 = new TraceRunner("type1");
        using var lent = new TraceRunner("lent");
        Hold(trace =>
        {
            type1.Begin();
            lent.Begin();
            foreach (var command in trace) Invariants.DesignsAgree(type1.Run(command), lent.Run(command));
        });
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
