namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>Runs a row and compares.</summary>
internal static class MatrixJudge
{
    /// <summary>What a row may leave unsaid: nothing else happened.</summary>
    private static readonly string[] s_quiet = ["kept", "state", "event", "ints"];

    /// <summary>What differs from the row's expectations; nothing when it passes.</summary>
    public static IEnumerable<string> Judge(MatrixRow row, string? design, bool interprets)
    {
        var run = Prepare(row, design, interprets, out var failure);
        if (run is null) return [failure];
        using (run) return Compare(run, row);
    }

    // A value of the same kind that is not the given one: its last digit, or the whole word, becomes another.
    private static string Another(string value) => value switch
    {
        "done" => "refused",
        "refused" => "done",
        "none" => "7@0",
        _ when value.Contains('@', StringComparison.Ordinal) => $"{value}+1",
        _ when char.IsAsciiHexDigit(value[^1]) && value.Any(char.IsAsciiDigit) => value[..^1] + (value[^1] == '1' ? '2' : '1'),
        _ => $"{value}+1",
    };

    private static MatrixRun? Prepare(MatrixRow row, string? design, bool interprets, out string failure)
    {
        failure = "";
        try
        {
            return new MatrixRun(row, design, interprets);
        }
        catch (MatrixException e)
        {
            failure = $"given: {e.Message}";
            return null;
        }
    }

    // A row that passed whatever came of it would be worthless: with any fact changed it must fail.
    private static List<string> Compare(MatrixRun run, MatrixRow row)
    {
        try
        {
            run.Act(row.Actions);
        }
        catch (MatrixException e)
        {
            return [e.Message];
        }
        List<string> wrong = [];
        foreach (var (key, value) in InOrder(row.Expectations, run.StateBefore))
        {
            var got = run.Observe(key, value, row.Expectations.Keys);
            if (got != run.Normalise(key, value)) wrong.Add($"expected {key}={value}, got {got}");
            else if (got == run.Normalise(key, Another(value))) wrong.Add($"{key} passes for {value} and {Another(value)}");
        }
        return wrong;
    }

    // What the last instruction left comes first, since looking at the rest executes instructions.
    private static IEnumerable<KeyValuePair<string, string>> InOrder(
        IReadOnlyDictionary<string, string> expectations, string state)
    {
        var all = new Dictionary<string, string>(expectations);
        foreach (var key in s_quiet)
            all.TryAdd(key, key switch { "kept" => "yes", "state" => state, "event" => "none", _ => "0" });
        return all.OrderBy(e => e.Key is "state" or "event" or "ints" || e.Key.StartsWith("key@", StringComparison.Ordinal) ? 1 : e.Key == "io" ? 2 : 0);
    }
}
