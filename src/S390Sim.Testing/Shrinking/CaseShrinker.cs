namespace S390Sim.Testing;

/// <summary>Simpler cases: shorter programs first, then registers, storage and modes that are nothing in particular.</summary>
public static class CaseShrinker
{
    private const int Rounds = 4;

    /// <summary>The next simpler cases, most promising first; all are strictly simpler, so that taking them ends.</summary>
    public static IEnumerable<MachineCase> Shrink(MachineCase test)
    {
        ArgumentNullException.ThrowIfNull(test);
        for (var length = 1; length < test.Code.Count; length++) yield return CaseEdits.Prefix(test, length);
        foreach (var group in CaseEdits.Groups)
            foreach (var edit in group(test))
                yield return edit(test);
    }

    /// <summary>Shrinks as far as a case keeps failing, with few questions of many cases each.</summary>
    /// <param name="test">A case that fails.</param>
    /// <param name="fail">Which of some cases fail.</param>
    public static MachineCase Minimize(MachineCase test, Func<IReadOnlyList<MachineCase>, IReadOnlyList<bool>> fail)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(fail);
        var prefixes = Enumerable.Range(1, Math.Max(0, test.Code.Count - 1)).Select(n => CaseEdits.Prefix(test, n)).ToList();
        var shortest = fail(prefixes).ToList().IndexOf(true);
        if (shortest >= 0) test = prefixes[shortest];
        for (var round = 0; round < Rounds; round++)
        {
            var before = test;
            foreach (var group in CaseEdits.Groups)
                while (TryAll(group, fail, ref test)) { }
            if (ReferenceEquals(before, test)) break;
        }
        return test;
    }

    // Asks for each edit alone; then makes all that may be made, as long as they may be made together.
    private static bool TryAll(
        Func<MachineCase, IEnumerable<CaseEdit>> group, Func<IReadOnlyList<MachineCase>, IReadOnlyList<bool>> fail,
        ref MachineCase test)
    {
        var edits = group(test).ToList();
        if (edits.Count == 0) return false;
        var whole = test;
        var answers = fail([.. edits.Select(edit => edit(whole))]);
        var good = edits.Where((_, n) => answers[n]).ToList();
        if (good.Count == 0) return false;
        for (var count = good.Count; count > 1; count /= 2)
        {
            var together = good.Take(count).Aggregate(test, (t, edit) => edit(t));
            if (!fail([together])[0]) continue;
            test = together;
            return true;
        }
        test = good[0](test);
        return true;
    }
}
