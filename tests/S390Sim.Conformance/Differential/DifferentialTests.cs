using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using Xunit.Abstractions;

namespace S390Sim.Conformance.Differential;

/// <summary>
/// Every implemented instruction that has a result of its own, alone and in programs, on our processor and on QEMU: the same
/// registers, storage, interruption. S390SIM_EXECUTIONS says how many instructions the programs execute (make test-differential),
/// S390SIM_SEED which ones.
/// </summary>
[Collection("differential")]
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 20261124;
    private static readonly ulong s_seed = Number("S390SIM_SEED", DefaultSeed);
    private static readonly long s_executions = (long)Number("S390SIM_EXECUTIONS", 20_000);
    private static readonly int s_casesOfEach = s_executions > 1_000_000 ? 40 : 6;
    private const int MaxDifferences = 100;

    public static TheoryData<OracleKind> Oracles => [OracleKind.User, OracleKind.System];

    [QemuTheory]
    [MemberData(nameof(Oracles))]
    public void Programs_agree(OracleKind kind)
    {
        using var run = new Comparison(kind);
        var generator = new CaseGenerator(run.Plans.Sequence);
        var dice = new Dice(s_seed);
        for (var round = 0; run.Differ.Executions < s_executions && run.Differ.Unexplained.Count < MaxDifferences; round++)
        {
            var cases = Math.Min(20_000, (int)(s_executions / 16) + 256);
            run.Differ.Run(Enumerable.Range(0, cases).Select(_ => generator.Next(dice)), MaxDifferences);
        }
        Finish(run);
    }

    [QemuFact]
    public void Control_instructions_agree()
    {
        using var run = new Comparison(OracleKind.System);
        run.Differ.Run(run.Plans.Control.Instructions.SelectMany(op => Cases(run.Plans.Control, op, 4 * s_casesOfEach)), 1000);
        Finish(run);
    }

    [QemuFact]
    public void Supervisor_programs_agree()
    {
        using var run = new Comparison(OracleKind.System);
        var generator = new CaseGenerator(run.Plans.Supervisor);
        var dice = new Dice(s_seed);
        while (run.Differ.Executions < s_executions && run.Differ.Unexplained.Count < MaxDifferences)
        {
            var cases = Math.Min(20_000, (int)(s_executions / 6) + 256);
            run.Differ.Run(Enumerable.Range(0, cases).Select(_ => generator.Next(dice)), MaxDifferences);
        }
        Finish(run);
    }

    [QemuTheory]
    [MemberData(nameof(Oracles))]
    public void Single_instructions_agree(OracleKind kind)
    {
        using var run = new Comparison(kind);
        run.Differ.Run(run.Plans.Single.Instructions.SelectMany(op => Cases(run.Plans.Single, op, s_casesOfEach)), 5);
        Finish(run);
    }

    [QemuTheory]
    [MemberData(nameof(Oracles))]
    public void Every_listed_difference_still_shows(OracleKind kind)
    {
        using var run = new Comparison(kind);
        run.Differ.Run(DirectedCases.All, int.MaxValue);
        foreach (var entry in run.Known.Entries.Where(e => e.Concerns(kind) && e.Side == "qemu"))
        {
            var ops = run.Plans.Single.Instructions.Where(row => IsNamed(entry, row)).ToList();
            for (var n = 0; n < 40 && !run.Known.Seen.Contains(entry) && ops.Count > 0; n++)
                run.Differ.Run(Cases(PlanFor(run, entry, ops), ops[n % ops.Count], 24, (ulong)n), int.MaxValue);
        }
        var stale = run.Known.Entries.Where(e => e.Concerns(kind) && e.Side == "qemu" && !run.Known.Seen.Contains(e));
        var text = string.Join('\n', stale.Select(e => $"no longer: {e.Instruction} {e.Condition}: {e.Reason}"));
        Assert.True(text.Length == 0, text);
    }

    // An entry for all instructions shows with these.
    private static bool IsNamed(KnownDifference entry, InstructionRow row) => entry.Instruction switch
    {
        "*" when entry.NeedsProgram => row.Mnemonic is "lcebr" or "stoc" or "lcdbr",
        "*" => row.Mnemonic is "ar" or "stm" or "bic" or "pka" or "ex",
        "bfp" => row.Mnemonic is "aebr" or "ddbr",
        "hfp" => row.Mnemonic is "adr" or "her",
        _ => entry.Instruction.Split(',').Contains(row.Mnemonic),
    };

    private static CasePlan PlanFor(Comparison run, KnownDifference entry, List<Op> ops)
        => entry.NeedsProgram ? run.Plans.Sequence.Of([.. ops, Op.LTGR, Op.CLR]) with { MaxLength = 5, Allows = _ => true }
            : entry.IsDeadly || !entry.DependsOnFields ? run.Plans.Single with { Allows = _ => true }
            : run.Plans.Single with { Allows = line => entry.Concerns(line) || line.Op is Op.LGFI };

    // Each instruction has dice of its own, so that one more row changes no other's cases.
    private static IEnumerable<MachineCase> Cases(CasePlan plan, Op op, int count, ulong salt = 0)
    {
        var name = InstructionTable.Get(op).Mnemonic;
        var dice = new Dice(name.Aggregate(s_seed + salt * 7919, (hash, letter) => hash * 31 + letter));
        var generator = new CaseGenerator(plan);
        return Enumerable.Range(0, count).Select(_ => generator.Next(dice, op));
    }

    private void Finish(Comparison run)
    {
        var report = run.Differ.Report();
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable("S390SIM_REPORT") is { } file)
            File.AppendAllText(file, $"{run.Oracle.Kind}, seed {s_seed}: {report}\n");
        Assert.True(run.Differ.Unexplained.Count == 0, $"seed {s_seed}: {report}");
    }

    private static ulong Number(string variable, ulong otherwise)
        => ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
            ? value : otherwise;

    private sealed class Comparison : IDisposable
    {
        private readonly CaseBench _bench = new(new FacilitySet(Enumerable.Range(0, 256)));

        public Comparison(OracleKind kind)
        {
            Oracle = kind == OracleKind.User ? new QemuUser() : new QemuSystem();
            Known = KnownDifferences.OfQemu;
            Plans = DifferentialPlans.Of(kind, Known);
            Differ = new Differ(_bench, Oracle, Known);
        }

        public IOracle Oracle { get; }
        public KnownDifferences Known { get; }
        public DifferentialPlans Plans { get; }
        public Differ Differ { get; }

        public void Dispose()
        {
            _bench.Dispose();
            Oracle.Dispose();
        }
    }
}
