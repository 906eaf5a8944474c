using System.Globalization;

namespace S390Sim.Properties.Robustness;

/// <summary>
/// Random bytes as programs: whatever a program executes, the simulator answers as the architecture says. With
/// S390SIM_FUZZ_SECONDS set each attack goes on for so long, with a seed of its own (S390SIM_FUZZ_SEED).
/// </summary>
[Collection("fuzz")]
public sealed class RobustnessTests
{
    private static readonly double s_seconds = Number("S390SIM_FUZZ_SECONDS");
    private static readonly ulong s_seed = (ulong)Number("S390SIM_FUZZ_SEED");

    public static TheoryData<string> Targets => ["bare", .. S390Sim.Hypervisor.DomainDesigns.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_strings(string name)
        => Attack(name, name == "bare" ? 1_000_000 : 550_000, new(0x5390 + s_seed, 1, 4, Wild: false));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_strings_in_a_wild_state(string name) => Attack(name, 100_000, new(0x5391 + s_seed, 2, 16, Wild: true));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_programs(string name) => Attack(name, 4_000, new(0x5392 + s_seed, 200, 3_000, Wild: false, GoesOn: true));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_programs_in_a_wild_state(string name)
        => Attack(name, 10_000, new(0x5393 + s_seed, 40, 1_000, Wild: true, GoesOn: true));

    [Theory]
    [InlineData("bare", 2)]
    [InlineData("bare", 4)]
    [InlineData("lent", 3)]
    public void Random_strings_on_several_CPUs(string name, int cpus)
    {
        Attack(name, 20_000, new(0x5394 + s_seed, 4, 32, Wild: true), cpus);
        Attack(name, 500, new(0x5395 + s_seed, 100, 2_000, Wild: false, GoesOn: true), cpus);
    }

    private static void Attack(string name, long cases, FuzzPlan plan, int cpus = 1)
    {
        FuzzTarget target = name == "bare" ? new BareTarget(cpus) : new GuestTarget(name, cpus);
        var run = new FuzzRun(target, plan);
        var before = Environment.WorkingSet;
        var failure = s_seconds > 0
            ? run.Go(long.MaxValue, TimeSpan.FromSeconds(s_seconds))
            : run.Go(cases, TimeSpan.FromMinutes(5));
        // A case that does not end still uses the target.
        Assert.True(failure is null, failure);
        target.Dispose();
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 400L << 20);
    }

    private static double Number(string variable)
        => double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : 0;
}
