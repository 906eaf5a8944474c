using S390Sim.Testing.Hypervisor;

namespace S390Sim.Properties.Hypervisor;

/// <summary>Says which invariants a trace breaks under a design: by itself, by its twins, and beside type1.</summary>
internal sealed class TraceJudge : IDisposable
{
    private readonly InvariantTally _tally = new(ViolationPolicy.Collect);
    private readonly TraceRunner _runner, _guest, _reference;
    private readonly TraceTwins _twins;
    private readonly Invariants _check;

    public TraceJudge(string design)
    {
        var options = new TraceOptions(design) { Tally = _tally };
        _runner = new TraceRunner(options);
        _guest = new TraceRunner(options with { HostRequiresRefresh = true });
        _twins = new TraceTwins(options);
        _reference = new TraceRunner(new("type1"));
        _check = new Invariants(_tally, DesignPromises.Of(design));
    }

    /// <summary>Runs a trace, on a host that is a guest itself if need be.</summary>
    public SortedDictionary<int, string> Violations(IReadOnlyList<TraceCommand> trace, bool isGuest)
    {
        List<(Observation Now, Certainty Certainty)> expected = [];
        _reference.Run(trace, (now, certainty) => expected.Add((now, certainty)));
        var step = 0;
        (isGuest ? _guest : _runner).Run(trace, (now, certainty) =>
        {
            var (other, itsCertainty) = expected[step++];
            if (certainty != Certainty.None && itsCertainty != Certainty.None) _check.DesignsAgree(other, now);
        });
        return Take();
    }

    /// <summary>Runs a trace that ends with a command that others are equivalent to.</summary>
    public SortedDictionary<int, string> OfTwins(IReadOnlyList<TraceCommand> trace)
    {
        if (trace.Count == 0) return [];
        TraceCommand[] before = [.. trace.SkipLast(1)];
        if (trace[^1] is RefreshInTwo parts) _twins.Run(before, parts);
        else if (trace[^1] is RefreshByTwo two) _twins.Run(before, two);
        var found = Take();
        foreach (var number in found.Keys.Where(n => n is not (8 or 41)).ToArray()) found.Remove(number);
        return found;
    }

    /// <summary>Everything that a trace breaks, however it is looked at.</summary>
    public SortedDictionary<int, string> All(IReadOnlyList<TraceCommand> trace)
    {
        var all = Violations(trace, isGuest: false);
        foreach (var (number, text) in Violations(trace, isGuest: true).Concat(OfTwins(trace))) all.TryAdd(number, text);
        return all;
    }

    private SortedDictionary<int, string> Take()
    {
        var found = new SortedDictionary<int, string>(_tally.Violations.ToDictionary());
        _tally.Forgive();
        return found;
    }

    public void Dispose()
    {
        foreach (var runner in new IDisposable[] { _runner, _guest, _twins, _reference }) runner.Dispose();
    }
}
