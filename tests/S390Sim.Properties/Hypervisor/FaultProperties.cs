using FsCheck;
using FsCheck.Fluent;
using S390Sim.Hypervisor;
using S390Sim.Testing.Hypervisor;
using Xunit.Abstractions;

namespace S390Sim.Properties.Hypervisor;

/// <summary>
/// Designs with a fault that somebody put in are found, by an invariant that speaks of it, and with a short trace.
/// </summary>
public sealed class FaultProperties(ITestOutputHelper output)
{
    private const int Runs = 150, Length = 15, Longest = 5;
    private const string SoundNested = nameof(NestedFault);     // the faults of lent have the name None

    /// <summary>The faults, and the invariants of which one must say so.</summary>
    public static TheoryData<string, int[]> Faults => new()
    {
        { nameof(ShadowFault.UnpinsBeforeFlush), [21, 52] },
        { nameof(ShadowFault.NeverFlushes), [15, 21, 38, 39, 52] },
        { nameof(ShadowFault.FlushesTooLittle), [15, 21, 39, 52] },
        { nameof(ShadowFault.NeverUnpins), [14, 16, 20, 52] },
        { nameof(ShadowFault.NeverPins), [14, 15, 20, 37, 52] },
        { nameof(ShadowFault.IgnoresProtection), [1, 4] },
        { nameof(ShadowFault.KeepsReplaced), [1, 3, 4, 6] },
        { nameof(ShadowFault.KeepsWhatIsCutOff), [1, 5] },
        { nameof(ShadowFault.UnmapsOneMore), [1, 2, 38] },
        { nameof(ShadowFault.LosesRefusals), [1, 34, 35] },
        { nameof(ShadowFault.MarksNothing), [22] },
        { nameof(ShadowFault.KeepsAfterRecall), [14, 16, 26, 44, 52] },
        { nameof(ShadowFault.IsNeverLent), [24, 26, 27, 52] },
        { nameof(NestedFault.KeepsWithdrawn), [15, 21, 30, 46, 52] },
        { nameof(NestedFault.RefreshesHalf), [1, 34] },
        { nameof(NestedFault.RefreshesMore), [1, 2, 11, 12, 34] },
        { nameof(NestedFault.KeepsDomain), [16, 44] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void AFaultIsFound(string fault, int[] invariants)
    {
        using var runner = new FaultRunner(fault);
        var found = runner.Find(Runs, Length, invariants.Contains);
        Assert.NotNull(found);
        var shortest = TraceSearch.Shrink(found, t => runner.Violations(t.Commands).Any(invariants.Contains));
        var numbers = runner.Violations(shortest.Commands);
        output.WriteLine($"{string.Join(", ", numbers)}{shortest}");
        Assert.True(shortest.Commands.Count <= Longest, $"{shortest.Commands.Count} commands: {shortest}");
        Assert.Contains(numbers, invariants.Contains);
        // As text it is found again, and breaks nothing without the fault.
        var replayed = TraceScript.Parse(shortest.ToString());
        Assert.Equal(numbers, runner.Violations(replayed));
        using var sound = new FaultRunner(runner.IsNested ? SoundNested : nameof(ShadowFault.None));
        Assert.Empty(sound.Violations(replayed));
    }

    /// <summary>Without a fault the designs that faults are put into pass.</summary>
    [Theory]
    [InlineData(nameof(ShadowFault.None))]
    [InlineData(SoundNested)]
    public void WithoutAFaultNothingIsFound(string design)
    {
        using var runner = new FaultRunner(design);
        Assert.Null(runner.Find(40, Length, _ => true));
    }

    private sealed class FaultRunner(string fault) : IDisposable
    {
        private readonly InvariantTally _tally = new(ViolationPolicy.Collect);
        private TraceRunner? _runner;

        public bool IsNested { get; } = (Enum.TryParse<NestedFault>(fault, out var nested) && nested != NestedFault.None)
            || fault == SoundNested;

        private bool IsSound => fault is SoundNested or nameof(ShadowFault.None);

        public Trace? Find(int runs, int length, Func<int, bool> isWanted)
        {
            Trace? found = null;
            TraceSearch.Draw(TraceGenerator.Traces(length), runs, trace
                => found ??= Violations(trace.Commands).Any(isWanted) ? trace : null);
            return found;
        }

        public int[] Violations(IReadOnlyList<TraceCommand> trace)
        {
            _runner ??= new TraceRunner(new(IsNested ? "nested" : "lent") { Tally = _tally, MakeDesign = Make });
            try
            {
                _runner.Run(trace);
            }
            catch (InvalidOperationException) when (!IsSound)
            {
                // The host's own audit: a frame is freed while it is pinned, or a recall ends with entries.
                Dispose();
            }
            int[] found = [.. _tally.Violations.Keys];
            _tally.Forgive();
            return found;
        }

        public void Dispose()
        {
            _runner?.Dispose();
            _runner = null;
        }

        private DomainDesign Make(VirtualMachine machine) => IsNested
            ? new FaultyNestedDesign(machine, Enum.TryParse<NestedFault>(fault, out var nested) ? nested : NestedFault.None)
            : new FaultyDesign(machine, Enum.Parse<ShadowFault>(fault));
    }
}

/// <summary>Looks for traces, and for shorter ones.</summary>
internal static class TraceSearch
{
    /// <summary>Draws traces, always the same ones.</summary>
    public static void Draw(Arbitrary<Trace> traces, int count, Action<Trace> run) => Prop.ForAll(traces, trace =>
    {
        run(trace);
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(TraceSeed.Value, TraceSeed.Gamma).WithQuietOnSuccess(true));

    /// <summary>The shortest trace that is found by leaving out and simplifying commands, such that it is still broken.</summary>
    public static Trace Shrink(Trace trace, Func<Trace, bool> isBroken)
    {
        while (TraceGenerator.Shrink(trace).FirstOrDefault(isBroken) is { } shorter) trace = shorter;
        return trace;
    }
}
