namespace S390Sim.Conformance.Zpci;

/// <summary>A line in which a run differs from QEMU's log.</summary>
/// <param name="Key">See <see cref="ReferenceLine.Key"/>.</param>
/// <param name="Qemu">QEMU's text; <see cref="Absent"/> where it has no such line.</param>
/// <param name="Ours">This simulator's text, likewise.</param>
internal sealed record ReferenceDifference(string Key, string Qemu, string Ours)
{
    public const string Absent = "-";

    /// <summary>All differences between two consoles, in QEMU's order, then what only we print.</summary>
    public static IEnumerable<ReferenceDifference> Between(IReadOnlyList<ReferenceLine> qemu, IReadOnlyList<ReferenceLine> ours)
    {
        var (left, right) = (qemu.ToDictionary(l => l.Key, l => l.Text), ours.ToDictionary(l => l.Key, l => l.Text));
        return left.Keys.Union(right.Keys)
            .Select(k => new ReferenceDifference(k, left.GetValueOrDefault(k, Absent), right.GetValueOrDefault(k, Absent)))
            .Where(d => d.Qemu != d.Ours);
    }
}

/// <summary>The known differences of a program: one a line in a file, each with its reason.</summary>
internal sealed class ReferenceDifferences
{
    private readonly IReadOnlyList<string[]> _rows;

    /// <param name="program">The program: <c>rpcit</c> has RpcitDifferences.tsv.</param>
    public ReferenceDifferences(string program)
    {
        var file = $"Zpci/{char.ToUpperInvariant(program[0])}{program[1..]}Differences.tsv";
        _rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, file))
            .Where(l => l.Length != 0 && l[0] != '#').Select(l => l.Split('\t'))];
    }

    /// <summary>Those of one configuration.</summary>
    public IEnumerable<ReferenceDifference> Of(string configuration) => _rows
        .Where(r => r[1] == "*" || r[1].Split(',').Contains(configuration))
        .Select(r => new ReferenceDifference(r[0], r[2], r[3]));

    /// <summary>Rows that do not have a key, configurations, both texts and a reason.</summary>
    public IEnumerable<string> Malformed => _rows
        .Where(r => r.Length != 5 || r.Any(string.IsNullOrWhiteSpace)
            || (r[1] != "*" && r[1].Split(',').Except(GuestRun.Configurations).Any()))
        .Select(r => string.Join('\t', r));
}
