using System.Globalization;
using S390Sim.Cli.Comparison;
using S390Sim.Hypervisor;

namespace S390Sim.Cli.Output;

/// <summary>
/// A comparison as rows of a table: a name, and a value for each design. Every way of showing it has the same rows.
/// </summary>
internal static class ComparisonRows
{
    /// <summary>What the row of measured time is called.</summary>
    public const string Time = "ns of host time for an RPCIT";

    /// <summary>What stands where a number makes no sense.</summary>
    public const string None = "-";

    public static IEnumerable<(string Name, IReadOnlyList<string> Values)> Of(DesignComparison comparison)
    {
        var runs = comparison.Runs;
        yield return Row("exit code", r => r.Outcome.Code);
        yield return Row("instructions", r => r.Outcome.InstructionCount);
        foreach (var figure in DesignCounters.Figures) yield return Row(figure.Name, r => r.Figures[figure.Name]);
        yield return Row("dma accesses", r => r.Accesses);
        yield return Row("dma bytes read", r => r.BytesRead);
        yield return Row("dma bytes written", r => r.BytesWritten);
        yield return Row("dma refused", r => r.Refused);
        if (IsTimed(comparison))
            yield return (Time, [.. runs.Select(r => r.RefreshNanoseconds is { } ns
                ? ns.ToString("0", CultureInfo.InvariantCulture) : None)]);

        (string, IReadOnlyList<string>) Row<T>(string name, Func<DesignRun, T> value)
            => (name, [.. runs.Select(r => string.Create(CultureInfo.InvariantCulture, $"{value(r)}"))]);
    }

    public static bool IsTimed(DesignComparison comparison) => comparison.Runs.Any(r => r.RefreshNanoseconds is not null);

    /// <summary>What came of it, in one sentence.</summary>
    public static string Verdict(DesignComparison comparison)
    {
        var first = comparison.Runs[0];
        var names = string.Join(", ", comparison.Runs.Select(r => r.Design));
        return !comparison.IsSame ? "not the same DMA result: see the differences"
            : $"the same DMA result under {names}: {first.Accesses} accesses, {first.BytesRead} bytes read, "
                + $"{first.BytesWritten} bytes stored";
    }
}

/// <summary>A comparison as text in columns.</summary>
internal static class ComparisonTable
{
    private const int LeastWidth = 8;

    public static void Write(TextWriter writer, DesignComparison comparison)
    {
        var rows = ComparisonRows.Of(comparison).ToList();
        var names = comparison.Runs.Select(r => r.Design).ToList();
        var first = rows.Max(r => r.Name.Length);
        var widths = names.Select((name, n) => Math.Max(Math.Max(name.Length, LeastWidth), rows.Max(r => r.Values[n].Length)))
            .ToList();
        WriteRow("", names);
        foreach (var (name, values) in rows) WriteRow(name, values);
        writer.WriteLine();
        writer.WriteLine(ComparisonRows.Verdict(comparison));

        void WriteRow(string name, IReadOnlyList<string> values)
            => writer.WriteLine(name.PadRight(first) + string.Concat(values.Select((v, n) => "  " + v.PadLeft(widths[n]))));
    }
}
