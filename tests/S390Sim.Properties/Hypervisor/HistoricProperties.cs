using System.Text;
using S390Sim.Hypervisor;
using S390Sim.Testing.Hypervisor;
using Xunit.Abstractions;

namespace S390Sim.Properties.Hypervisor;

/// <summary>
/// The handlers of v3 and v4 break the invariants that the reference says they break, and no others: the invariants are seen to
/// catch what they are there for.
/// </summary>
public sealed class HistoricProperties(ITestOutputHelper output)
{
    private const int Runs = 200, Length = 40, Longest = 7;

    public static TheoryData<string> Designs => [.. DomainDesigns.Historic];

    /// <summary>Random traces find exactly the invariants that are broken.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void ExactlyTheseAreBroken(string design)
    {
        var found = new SortedDictionary<int, (string Text, Trace Trace)>();
        using var judge = new TraceJudge(design);
        var run = 0;
        TraceSearch.Draw(TraceGenerator.Traces(Length), Runs, trace
            => Note(trace, judge.Violations(trace.Commands, isGuest: ++run % 8 == 0)));
        TraceSearch.Draw(TraceGenerator.Twins, Runs / 4, trace => Note(trace, judge.OfTwins(trace.Commands)));
        foreach (var (number, (text, trace)) in found) output.WriteLine($"{number} ({trace.Commands.Count}): {text}");
        if (Environment.GetEnvironmentVariable("S390SIM_WRITE_TRACES") is { } path) Write(path, design, judge, found);
        Assert.Equal(HistoricFault.Broken(design), found.Keys);

        void Note(Trace trace, SortedDictionary<int, string> violations)
        {
            foreach (var (number, text) in violations)
            {
                if (!found.TryGetValue(number, out var known) || known.Trace.Commands.Count > trace.Commands.Count) found[number]
                    = (text, trace);
            }
        }
    }

    /// <summary>Each of them by a short trace that is kept as text; a design without the faults breaks nothing by it.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void KnownTracesBreakThem(string design)
    {
        using var judge = new TraceJudge(design);
        using var sound = new TraceJudge("lent");
        foreach (var number in HistoricFault.Broken(design))
        {
            Assert.True(KnownTraces.All.TryGetValue((design, number), out var trace),
                $"no trace for invariant {number} under {design}");
            Assert.True(trace.Length <= Longest, $"{trace.Length} commands for invariant {number} under {design}");
            Assert.Contains(number, judge.All(trace).Keys);
            Assert.Empty(sound.All(trace));
        }
    }

    private static void Write(string path, string design, TraceJudge judge, SortedDictionary<int,
        (string Text, Trace Trace)> found)
    {
        var text = new StringBuilder();
        foreach (var (number, (_, trace)) in found)
        {
            var shortest = TraceSearch.Shrink(trace, t => judge.All(t.Commands).ContainsKey(number));
            text.Append($"[{design} {number}]\n{TraceScript.Format(shortest.Commands)}\n\n");
        }
        File.AppendAllText(path, text.ToString());
    }
}
