namespace S390Sim.Testing.Hypervisor;

/// <summary>
/// Runs a trace and others that must end with the same translations: in place of its last command, what that is equivalent to.
/// Nothing is asked but the design itself, so that faults of other kinds are not in the way.
/// </summary>
public sealed class TraceTwins : IDisposable
{
    private readonly TraceRunner _runner;
    private readonly Invariants _check;

    /// <summary>Makes a host.</summary>
    public TraceTwins(TraceOptions options)
    {
        _runner = new TraceRunner(options);
        _check = new Invariants(_runner.Tally, DesignPromises.Of(options.Design));
    }

    /// <summary>8: a trace that ends with a refresh in two parts, and with one of the whole.</summary>
    public void Run(IReadOnlyList<TraceCommand> before, RefreshInTwo last)
        => _check.PartsMakeTheWhole(End([.. before, last]),
            Model([.. before, new Refresh(last.Start, last.First + last.Second)]));

    /// <summary>41: a trace that ends with a refresh on each of two CPUs, and with one after the other in both orders.</summary>
    public void Run(IReadOnlyList<TraceCommand> before, RefreshByTwo last)
    {
        var (one, other) = (new Refresh(last.Start, last.Length), new Refresh(last.OtherStart, last.OtherLength));
        _check.SomeSerialOrder(End([.. before, last]), Model([.. before, one, other]), Model([.. before, other, one]));
    }

    private ShadowModel Model(IReadOnlyList<TraceCommand> trace)
    {
        var model = new ShadowModel(TraceLayout.Pba, TraceLayout.Pal);
        model.Adopt(End(trace).H);
        return model;
    }

    private Observation End(IReadOnlyList<TraceCommand> trace)
    {
        Observation? end = null;
        _runner.Run(trace, (now, _) => end = now);
        return end ?? throw new InvalidOperationException("the host stopped");
    }

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();
}
