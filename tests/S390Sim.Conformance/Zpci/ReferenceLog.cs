namespace S390Sim.Conformance.Zpci;

/// <summary>What a reference program says of one situation.</summary>
/// <param name="Key">Kind and name, e.g. <c>RESULT rpcit_wrap</c>; <c>#2</c> follows where the same name comes again.</param>
/// <param name="Text">The rest.</param>
internal sealed record ReferenceLine(string Key, string Text);

/// <summary>What compares on a program's console: RESULT with the register contents below it, FIB, EVENT, STATE.</summary>
internal static class ReferenceLog
{
    private const string Continuation = "       data=";

    public static IReadOnlyList<ReferenceLine> Parse(string console)
    {
        var lines = new List<ReferenceLine>();
        var seen = new Dictionary<string, int>();
        foreach (var line in console.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (line.StartsWith(Continuation, StringComparison.Ordinal))
                lines[^1] = lines[^1] with { Text = $"{lines[^1].Text} {line.Trim()}" };
            var words = line.Split(' ', 3);
            if (words is not (["RESULT" or "FIB" or "EVENT" or "STATE", _, _])) continue;
            var key = $"{words[0]} {words[1]}";
            var count = seen[key] = seen.GetValueOrDefault(key) + 1;
            lines.Add(new ReferenceLine(count == 1 ? key : $"{key}#{count}", words[2]));
        }
        return lines;
    }
}
