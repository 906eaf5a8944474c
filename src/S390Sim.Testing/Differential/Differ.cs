using System.Diagnostics;

namespace S390Sim.Testing;

/// <summary>Runs cases here and on an oracle, compares, and shrinks what differs without a known reason.</summary>
/// <param name="bench">Our processor.</param>
/// <param name="oracle">The other one.</param>
/// <param name="known">Differences with a reason.</param>
public sealed class Differ(CaseBench bench, IOracle oracle, KnownDifferences known)
{
    private readonly Dictionary<InstructionFamily, long> _executions = [];
    private readonly Dictionary<KnownDifference, long> _explained = [];
    private readonly List<Difference> _unexplained = [];

    /// <summary>Differences without a known reason, shrunk.</summary>
    public IReadOnlyList<Difference> Unexplained => _unexplained;
    /// <summary>Instructions executed on both sides in cases that were compared.</summary>
    public long Executions { get; private set; }
    /// <summary>Cases compared.</summary>
    public long Cases { get; private set; }
    /// <summary>Cases left out because they do not end or store into what both sides need.</summary>
    public long LeftOut { get; private set; }
    /// <summary>Cases in which the oracle differed, but not when it was asked again.</summary>
    public long NotRepeated { get; private set; }
    /// <summary>How often the oracle died or did not answer.</summary>
    public long Deaths { get; private set; }
    /// <summary>Time that comparing took.</summary>
    public TimeSpan Elapsed { get; private set; }
    /// <summary>Executions by family; of EXECUTE, that of its target.</summary>
    public IReadOnlyDictionary<InstructionFamily, long> ByFamily => _executions;
    /// <summary>How many cases each entry of the list explained.</summary>
    public IReadOnlyDictionary<KnownDifference, long> Explained => _explained;

    /// <summary>Compares cases until there are no more or so many differences without a reason were found.</summary>
    public void Run(IEnumerable<MachineCase> tests, int maxDifferences = 10)
    {
        var watch = Stopwatch.StartNew();
        Task<List<(MachineCase, MachineOutcome, MachineOutcome?)>>? pending = null;
        foreach (var chunk in tests.Chunk(oracle.BatchSize))
        {
            var ours = chunk.Select(test => (test, outcome: bench.Run(test))).Where(Comparable).ToList();
            if (pending is not null) Compare(pending.Result);
            pending = null;
            if (_unexplained.Count >= maxDifferences) break;
            pending = Task.Run(() => Ask(ours));
        }
        if (pending is not null) Compare(pending.Result);
        Elapsed += watch.Elapsed;
    }

    private bool Comparable((MachineCase Test, MachineOutcome Outcome) run)
    {
        if (IsComparable(run.Test, run.Outcome)) return true;
        LeftOut++;
        return false;
    }

    private bool IsComparable(MachineCase test, MachineOutcome outcome)
        => outcome is { Ending: not Ending.Endless, Strayed: false } && oracle.CanRun(test, outcome);

    // A case that kills the oracle has no outcome; the others are asked again.
    private List<(MachineCase, MachineOutcome, MachineOutcome?)> Ask(List<(MachineCase Test, MachineOutcome Outcome)> ours)
    {
        var results = new List<(MachineCase, MachineOutcome, MachineOutcome?)>(ours.Count);
        while (results.Count < ours.Count)
        {
            var rest = ours[results.Count..];
            try
            {
                var theirs = oracle.Run([.. rest.Select(r => r.Test)]);
                results.AddRange(rest.Zip(theirs, (r, t) => (r.Test, r.Outcome, (MachineOutcome?)t)));
            }
            catch (OracleException failure)
            {
                Deaths++;
                var count = failure.Outcomes.Count;
                results.AddRange(rest.Zip(failure.Outcomes, (r, t) => (r.Test, r.Outcome, (MachineOutcome?)t)));
                results.Add((rest[count].Test, rest[count].Outcome, null));
            }
        }
        return results;
    }

    private void Compare(List<(MachineCase Test, MachineOutcome Ours, MachineOutcome? Theirs)> results)
    {
        foreach (var (test, ours, theirs) in results)
        {
            Count(test, ours);
            var difference = new Difference(test, ours, theirs, oracle.Kind);
            if (difference.Parts == OutcomeParts.None) continue;
            // A death has a reason in how the program ends, and costs seconds to look for again.
            if ((test.Code.Count <= 3 || theirs is null) && Explain(difference)) continue;
            if (!Repeats(difference))
            {
                NotRepeated++;
                continue;
            }
            var shortest = theirs is null ? Deadly(difference) : Shortest(difference);
            if (Explain(shortest)) continue;
            var smallest = theirs is null ? shortest : Minimize(difference);
            if (!Explain(smallest)) _unexplained.Add(smallest);
        }
    }

    // An emulator under load is not always right twice; what does not repeat is counted.
    private bool Repeats(Difference difference)
    {
        var (test, ours, theirs) = Ask([(difference.Test, difference.Ours)])[0];
        return new Difference(test, ours, theirs, oracle.Kind).Parts != OutcomeParts.None;
    }

    private bool Explain(Difference difference)
    {
        if (known.Find(difference) is not { } entry) return false;
        _explained[entry] = _explained.GetValueOrDefault(entry) + 1;
        return true;
    }

    // The shortest beginning of the program that differs: its last line is what differs.
    private Difference Shortest(Difference difference)
    {
        var test = difference.Test;
        var lengths = Enumerable.Range(1, Math.Max(0, test.Code.Count - 1));
        var differences = Differences([.. lengths.Select(n => CaseEdits.Prefix(test, n))]);
        return differences.FirstOrDefault(d => d is { Parts: not OutcomeParts.None }) ?? difference;
    }

    // The same of a program that kills the oracle, with few deaths.
    private Difference Deadly(Difference difference)
    {
        var (lives, dies) = (0, difference.Test.Code.Count);
        while (dies - lives > 1)
        {
            var half = (lives + dies) / 2;
            if (Differences([CaseEdits.Prefix(difference.Test, half)])[0] is { Theirs: null } shorter)
                (difference, dies) = (shorter, half);
            else lives = half;
        }
        return difference;
    }

    // Shrinks to what still differs without a known reason.
    private Difference Minimize(Difference difference)
    {
        var last = new Dictionary<MachineCase, Difference>(ReferenceEqualityComparer.Instance);
        IReadOnlyList<bool> Fail(IReadOnlyList<MachineCase> candidates)
        {
            var differences = Differences(candidates);
            foreach (var candidate in differences.OfType<Difference>()) last[candidate.Test] = candidate;
            return [.. differences.Select(d => d is { Parts: not OutcomeParts.None } && known.Find(d) is null)];
        }
        var smallest = CaseShrinker.Minimize(difference.Test, Fail);
        return last.GetValueOrDefault(smallest, difference);
    }

    // Null for a case that cannot be compared.
    private Difference?[] Differences(IReadOnlyList<MachineCase> tests)
    {
        var differences = new Difference?[tests.Count];
        var ours = tests.Select((test, n) => (n, test, outcome: bench.Run(test)))
            .Where(r => IsComparable(r.test, r.outcome)).ToList();
        foreach (var chunk in ours.Chunk(oracle.BatchSize))
        {
            foreach (var (run, (test, outcome, theirs)) in chunk.Zip(Ask([.. chunk.Select(r => (r.test, r.outcome))])))
                differences[run.n] = new Difference(test, outcome, theirs, oracle.Kind);
        }
        return differences;
    }

    // Counts what is executed by doing so one by one, which must leave the same outcome.
    private void Count(MachineCase test, MachineOutcome ours)
    {
        Cases++;
        var families = FamiliesByAddress(test);
        var stepped = bench.Step(test, address =>
        {
            var at = address - TestLayout.Code;
            if (at >= TestLayout.CodeSize || families[at] is not { } family) return;
            _executions[family] = _executions.GetValueOrDefault(family) + 1;
            Executions++;
        });
        var difference = new Difference(test, ours, stepped, OracleKind.System);
        if (difference.Parts != OutcomeParts.None)
            throw new InvalidOperationException($"in single steps the program ends differently\n{difference}");
    }

    private static InstructionFamily?[] FamiliesByAddress(MachineCase test)
    {
        var families = new InstructionFamily?[TestLayout.CodeSize];
        var at = 0;
        foreach (var line in test.Code)
        {
            families[at] = (line.Label is < 0 and var label ? test.Targets[~label] : line).Row.Family();
            at += line.Length;
        }
        return families;
    }

    /// <summary>Totals, and the differences without a reason.</summary>
    public string Report()
    {
        var text = new System.Text.StringBuilder();
        var rate = Executions / Math.Max(0.001, Elapsed.TotalSeconds);
        text.Append($"{Executions:n0} executions in {Cases:n0} cases ({LeftOut:n0} left out, {NotRepeated:n0} not repeated, ")
            .Append($"{Deaths:n0} deaths of the oracle)")
            .AppendLine($", {rate:n0} a second");
        foreach (var (family, count) in _executions.OrderBy(f => f.Key)) text.AppendLine($"  {family,-16}{count,14:n0}");
        foreach (var (entry, count) in _explained.OrderByDescending(e => e.Value))
            text.AppendLine($"  {count,8:n0} known: {entry.Instruction} {entry.Reason}");
        foreach (var difference in _unexplained) text.AppendLine().Append(difference);
        return text.ToString();
    }
}
