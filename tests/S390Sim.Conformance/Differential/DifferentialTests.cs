using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using Xunit.Abstractions;

namespace S390Sim.Conformance.Differential;

/// <summary>
/// Every implemented instruction that has a result of its own, alone and in programs, on our processor and on QEMU: the same
/// registers, storage, interruption; and programs in the supervisor state on QEMU's machine and on this simulator's.
/// S390SIM_EXECUTIONS says how many instructions the programs execute (make test-differential), S390SIM_SEED which ones.
/// </summary>
[Collection("differential")]
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 20261124;
    private static readonly ulong s_seed = Number("S390SIM_SEED", DefaultSeed);
    private static readonly long s_executions = (long)Number("S390SIM_EXECUTIONS", 20_000);
    private static readonly long s_supervisorExecutions = s_executions * 2 / 5;
    private static readonly int s_casesOfEach = s_executions > 1_000_000 ? 40 : 6;
    private const int MaxDifferences = 24;

    public static TheoryData<OracleKind> Oracles => [OracleKind.User, OracleKind.System];

    [QemuTheory]
    [MemberData(nameof(Oracles))]
    public void Programs_agree(OracleKind kind)
    {
        using var run = new Comparison(kind);
        RunPrograms(run, run.Plans.Sequence, s_executions);
        Finish(run);
    }

    [QemuFact]
    public void Control_instructions_agree()
    {
        using var run = new Comparison(OracleKind.System);
        run.Differ.Run(run.Plans.Control.Instructions.SelectMany(op => Cases(run.Plans.Control, op, 4 * s_casesOfEach)), 5);
        Finish(run);
    }

    [QemuFact]
    public void Supervisor_programs_agree()
    {
        using var run = new Comparison(OracleKind.System);
        RunPrograms(run, run.Plans.Supervisor, s_supervisorExecutions);
        Finish(run);
    }

    /// <summary>The program that runs the cases is a guest of this simulator itself.</summary>
    [QemuFact]
    public void The_driver_as_a_guest_agrees_with_the_bench()
    {
        var everything = new FacilitySet(Enumerable.Range(0, 256));
        using var run = new Comparison(new SimulatedSystem(everything), KnownDifferences.OfDriver);
        RunPrograms(run, run.Plans.Supervisor, s_supervisorExecutions / 4);
        RunPrograms(run, run.Plans.Sequence, s_supervisorExecutions / 2);
        Finish(run);
    }

    // Until so many instructions have been executed.
    private static void RunPrograms(Comparison run, CasePlan plan, long executions)
    {
        var generator = new CaseGenerator(plan);
        var dice = new Dice(s_seed);
        while (run.Differ.Executions < executions && run.Differ.Unexplained.Count < MaxDifferences)
        {
            var cases = Math.Min(5_000, (int)(executions / 16) + 256);
            run.Differ.Run(Enumerable.Range(0, cases).Select(_ => generator.Next(dice)), MaxDifferences);
        }
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
        run.Differ.Run(DirectedCases.Of(kind), int.MaxValue);
        if (kind == OracleKind.System) RunPrograms(run, run.Plans.Supervisor, 3_000);
        foreach (var entry in run.Known.Entries.Where(e => e.Concerns(kind) && e.Side == "qemu"))
        {
            for (var n = 0; n < 40 && !run.Known.Seen.Contains(entry); n++)
            {
                var plan = PlanFor(run, entry, n);
                if (plan.Instructions.Count == 0) break;
                run.Differ.Run(Cases(plan, plan.Instructions[n % plan.Instructions.Count], 24, (ulong)n), int.MaxValue);
            }
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

    // One of them in the supervisor state, if the entry is of a whole machine; with other instructions, if it takes them to show.
    private static CasePlan PlanFor(Comparison run, KnownDifference entry, int round)
    {
        var isControl = entry.IsSystem && (round & 1) == 0;
        var plan = entry.NeedsProgram ? (isControl ? run.Plans.Supervisor : run.Plans.Sequence) with { MaxLength = 5 }
            : isControl ? run.Plans.Control : run.Plans.Single;
        var ops = InstructionSet.Implemented.Where(row => IsNamed(entry, row));
        plan = plan.Of(entry.NeedsProgram ? [.. ops, Op.LTGR, Op.CLR] : ops) with { Favoured = null };
        return plan with
        {
            Allows = entry.DependsOnFields && !entry.IsDeadly ? line => entry.Concerns(line) || line.Op is Op.LGFI : _ => true,
        };
    }

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
            : this(kind == OracleKind.User ? new QemuUser() : new QemuSystem(), KnownDifferences.OfQemu)
        {
        }

        public Comparison(IOracle oracle, KnownDifferences known)
        {
            (Oracle, Known) = (oracle, known);
            Plans = DifferentialPlans.Of(oracle.Kind, known);
            Differ = new Differ(_bench, oracle, known);
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
