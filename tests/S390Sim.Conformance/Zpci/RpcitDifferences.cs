namespace S390Sim.Conformance.Zpci;

/// <summary>A line in which a run differs from QEMU's log.</summary>
/// <param name="Key">See <see cref="RpcitLine.Key"/>.</param>
/// <param name="Qemu">QEMU's text; <see cref="Absent"/> where it has no such line.</param>
/// <param name="Ours">This simulator's text, likewise.</param>
internal sealed record RpcitDifference(string Key, string Qemu, string Ours)
{
    public const string Absent = "-";

    /// <summary>All differences between two consoles, in QEMU's order, then what only we print.</summary>
    public static IEnumerable<RpcitDifference> Between(IReadOnlyList<RpcitLine> qemu, IReadOnlyList<RpcitLine> ours)
    {
        var (left, right) = (qemu.ToDictionary(l => l.Key, l => l.Text), ours.ToDictionary(l => l.Key, l => l.Text));
        return left.Keys.Union(right.Keys)
            .Select(k => new RpcitDifference(k, left.GetValueOrDefault(k, Absent), right.GetValueOrDefault(k, Absent)))
            .Where(d => d.Qemu != d.Ours);
    }
}

/// <summary>The known differences: one a line in RpcitDifferences.tsv, each with its reason.</summary>
internal static class RpcitDifferences
{
    private const string FileName = "Zpci/RpcitDifferences.tsv";

    private static readonly IReadOnlyList<string[]> s_rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, FileName))
        .Where(l => l.Length != 0 && l[0] != '#').Select(l => l.Split('\t'))];

    /// <summary>Those of one configuration.</summary>
    public static IEnumerable<RpcitDifference> Of(string configuration) => s_rows
        .Where(r => r[1] == "*" || r[1].Split(',').Contains(configuration)).Select(r => new RpcitDifference(r[0], r[2], r[3]));

    /// <summary>Rows that do not have a key, configurations, both texts and a reason.</summary>
    public static IEnumerable<string> Malformed => s_rows
        .Where(r => r.Length != 5 || r.Any(string.IsNullOrWhiteSpace)
            || (r[1] != "*" && r[1].Split(',').Except(GuestRun.Configurations).Any()))
        .Select(r => string.Join('\t', r));
}
