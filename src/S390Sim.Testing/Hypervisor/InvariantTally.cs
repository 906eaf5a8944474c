namespace S390Sim.Testing.Hypervisor;

/// <summary>An invariant of kvm-pci-design.md section 12 that does not hold.</summary>
/// <param name="number">Its number there.</param>
/// <param name="text">What was found.</param>
public sealed class InvariantException(int number, string text) : Exception($"invariant {number}: {text}");

/// <summary>What becomes of a violation.</summary>
public enum ViolationPolicy
{
    /// <summary>It ends the trace.</summary>
    Throw,
    /// <summary>It is noted, and the trace goes on.</summary>
    Collect,
}

/// <summary>
/// What checking came to: how often each invariant had something to judge, by which checker, and what was violated.
/// </summary>
/// <param name="policy">What becomes of a violation.</param>
public sealed class InvariantTally(ViolationPolicy policy = ViolationPolicy.Throw)
{
    private readonly Dictionary<(int Number, string Checker), int> _occasions = [];
    private readonly SortedDictionary<int, string> _violations = [];

    /// <summary>Whether the trace goes on after a violation, so that what is found must become what is expected.</summary>
    public bool GoesOn => policy == ViolationPolicy.Collect;

    /// <summary>How often an invariant had something to judge.</summary>
    public int this[int number] => _occasions.Where(o => o.Key.Number == number).Sum(o => o.Value);

    /// <summary>All checkers that judged something by an invariant, with how often.</summary>
    public IEnumerable<(int Number, string Checker, int Count)> All
        => _occasions.Select(o => (o.Key.Number, o.Key.Checker, o.Value)).OrderBy(o => o.Number).ThenBy(o
            => o.Checker, StringComparer.Ordinal);

    /// <summary>The first violation of each invariant that was violated.</summary>
    public IReadOnlyDictionary<int, string> Violations => _violations;

    /// <summary>Forgets the violations, not the occasions.</summary>
    public void Forgive() => _violations.Clear();

    /// <summary>Adds what another tally counted.</summary>
    public void Add(InvariantTally other)
    {
        foreach (var (key, count) in other._occasions) _occasions[key] = _occasions.GetValueOrDefault(key) + count;
    }

    internal void Judge(int number, string checker)
        => _occasions[(number, checker)] = _occasions.GetValueOrDefault((number, checker)) + 1;

    internal void Violated(int number, string text)
    {
        if (policy == ViolationPolicy.Throw) throw new InvariantException(number, text);
        _violations.TryAdd(number, text);
    }
}
