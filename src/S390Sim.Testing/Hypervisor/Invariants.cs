using System.Runtime.CompilerServices;

namespace S390Sim.Testing.Hypervisor;

/// <summary>
/// Checkers of the invariants of kvm-pci-design.md section 12, by their numbers there. G(i) is the guest's walk of page i at the
/// time of the RPCIT, X(g) the host frame of a guest page, H(i) the host's translation, P(f) the pins of a frame. A checker
/// judges only when there is something to judge, and says so to the tally.
/// </summary>
/// <param name="tally">Counts what is judged, and takes what does not hold.</param>
/// <param name="promises">What the design promises.</param>
public sealed partial class Invariants(InvariantTally tally, DesignPromises promises)
{
    private readonly HashSet<int> _violated = [];

    /// <summary>What was judged so far.</summary>
    public InvariantTally Tally => tally;

    /// <summary>A trace begins: nothing is violated in it yet.</summary>
    public void Begin() => _violated.Clear();

    private void Hold(int number, bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] InvariantText otherwise,
        [CallerMemberName] string checker = "")
    {
        tally.Judge(number, checker);
        if (holds) return;
        _violated.Add(number);
        tally.Violated(number, otherwise.Take());
    }

    private static bool Same(Observation one, Observation other, ulong iova)
        => one.H.TryGetValue(iova, out var a) == other.H.TryGetValue(iova, out var b) && a == b;

    private static bool SameHost(Observation one, Observation other)
        => one.H.Count == other.H.Count && one.H.Keys.All(i => Same(one, other, i));

    private static bool IsAs(HostPage h, GuestTranslation g) => h.Guest == g.Guest && h.Writable == g.Writable;

    private static string Text(Observation now, ulong iova) => now.H.TryGetValue(iova, out var h) ? $"{h}" : "not mapped";
}
