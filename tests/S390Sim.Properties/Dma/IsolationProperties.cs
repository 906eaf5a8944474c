using FsCheck;
using FsCheck.Fluent;
using S390Sim.Hypervisor;
using Xunit.Abstractions;

namespace S390Sim.Properties.Dma;

/// <summary>
/// Random tables, registrations, refreshes and device programs: a device reads and writes no frame that no valid translation
/// named at the last refresh - where the machine follows the tables, that no table path named since - and each refusal leaves an error event with
/// the function's handle, its identifier and the address.
/// </summary>
public sealed class IsolationProperties(ITestOutputHelper output)
{
    private const int Length = 40;
    private const ulong Seed = 0xD3A, Gamma = 0x9E1;      // replay: Gamma must be odd

    // A generator that seldom gets anywhere would prove nothing.
    private static readonly string[] s_situations =
    [
        "done", "blocked", "not programmed", "refresh cc0", "refresh cc1 st8", "refresh cc1 st40",
        "refused 1", "refused 2", "refused 5", "refused 7",
    ];

    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("S390SIM_DMA_RUNS"), out var runs) ? runs : 100;

    /// <summary>The bare machine, and every domain design there is.</summary>
    public static TheoryData<string> Designs => ["bare", .. DomainDesigns.Names];

    [Theory]
    [MemberData(nameof(Designs))]
    public void ADeviceReachesWhatIsNamed(string design)
    {
        var tally = new Dictionary<string, int>();
        Hold(design, DmaFlaw.None, Runs, tally);
        output.WriteLine(string.Join('\n', tally.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}: {t.Value}")));
        Assert.All(s_situations, situation => Assert.True(tally.GetValueOrDefault(situation) >= 10, situation));
    }

    /// <summary>Every flaw that a machine could have, and the bare machine and every design.</summary>
    public static TheoryData<string, string> Flaws
    {
        get
        {
            var flaws = new TheoryData<string, string>();
            foreach (var flaw in Enum.GetValues<DmaFlaw>().Where(f => f != DmaFlaw.None))
            {
                foreach (string design in (string[])["bare", .. DomainDesigns.Names]) flaws.Add($"{flaw}", design);
            }
            return flaws;
        }
    }

    /// <summary>A machine with a flaw does not pass.</summary>
    [Theory]
    [MemberData(nameof(Flaws))]
    public void AFlawIsFound(string flaw, string design)
    {
        var found = Record.Exception(() => Hold(design, Enum.Parse<DmaFlaw>(flaw), 100, []));
        Assert.Contains("Falsifiable", found?.Message ?? "nothing was found", StringComparison.Ordinal);
    }

    private static void Hold(string design, DmaFlaw flaw, int runs, Dictionary<string, int> tally)
        => Prop.ForAll(DmaPrograms.Of(Length, shrinks: flaw == DmaFlaw.None), program =>
        {
            using var runner = new DmaRunner(design == "bare" ? null : design, flaw);
            try
            {
                runner.Run(program);
                return true.Label("");
            }
            catch (IsolationException e)
            {
                return false.Label(e.Message);
            }
            finally
            {
                foreach (var (what, count) in runner.Tally) tally[what] = tally.GetValueOrDefault(what) + count;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(Seed, Gamma).WithQuietOnSuccess(true));
}
