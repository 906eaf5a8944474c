using System.Text;
using S390Sim.Hypervisor;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Properties.Hypervisor;

/// <summary>docs/invariants.md is what the table of invariants says.</summary>
public sealed class InvariantDocument
{
    private const string Head = """
        # The invariants of domain designs

        What must hold of every domain design, by the numbers of kvm-pci-design.md section 12. The traces of
        `tests/S390Sim.Properties/Hypervisor` are random guests: they store into their I/O translation tables, register anchors,
        refresh ranges of every kind, on two CPUs and for two functions, while a device accesses storage, another virtual machine
        is on the host, the host pages, its pins and tables run out, memory slots come and go, and table entries change between
        two steps of a handler. After every command each checker that has something to judge does so; the run fails when one of
        them never had. What fails is shrunk and printed as text that `TraceScript.Parse` reads again.

        `S390SIM_TRACE_RUNS` is the number of traces under each design. This page is written by the test that compares it, with
        `S390SIM_WRITE_DOCS=1`.

        """;

    [Fact]
    public void ThePageIsWhatTheTableSays()
    {
        var page = Page();
        var path = Path.Combine(Root(), "docs", "invariants.md");
        if (Environment.GetEnvironmentVariable("S390SIM_WRITE_DOCS") is not null) File.WriteAllText(path, page);
        Assert.Equal(page, File.ReadAllText(path));
    }

    /// <summary>52 rows in order, each with checkers that there are.</summary>
    [Fact]
    public void TheTableIsWhole()
    {
        Assert.Equal(Enumerable.Range(1, 52), InvariantTable.All.Select(i => i.Number));
        var checkers = InvariantTable.All.SelectMany(i => i.Checkers).ToArray();
        Assert.All(InvariantTable.All, i => Assert.NotEmpty(i.Checkers));
        Assert.All(checkers, c => Assert.NotNull(typeof(Invariants).GetMethod(c)));
        Assert.All(InvariantTable.All, i => Assert.Contains(DomainDesigns.Names, i.AppliesTo));
    }

    private static string Page()
    {
        var text = new StringBuilder(Head);
        text.Append("\n| | what holds | not asked of | judged by | broken by |\n|---|---|---|---|---|\n");
        foreach (var i in InvariantTable.All)
        {
            var checkers = string.Join(", ", i.Checkers.Select(c => $"`{c}`"));
            text.Append($"| {i.Number} | {i.Title} | {Exceptions(i)} | {checkers} | {Breakers(i.Number)} |\n");
        }
        text.Append("\n## What v3 and v4 break\n\n| section | fault | under v3 | under v4 |\n|---|---|---|---|\n");
        foreach (var f in HistoricFault.All) text.Append($"| {f.Section} | {f.What} | {Numbers(f.V3)} | {Numbers(f.V4)} |\n");
        text.Append("\nExactly these are found, and for each of them `historic-traces.txt` has a short trace that breaks it.\n");
        return text.ToString();
    }

    private static string Exceptions(Invariant invariant) => string.Join("; ", DomainDesigns.Names
        .Select(d => (Design: d, Why: invariant.WhyNot(DesignPromises.Of(d)))).Where(d => d.Why is not null)
        .GroupBy(d => d.Why, d => d.Design).Select(g => $"{string.Join(", ", g)}: {g.Key}"));

    private static string Breakers(int number)
        => string.Join(", ", DomainDesigns.Historic.Where(d => HistoricFault.Broken(d).Contains(number)));

    private static string Numbers(int[] numbers) => numbers.Length == 0 ? "" : string.Join(", ", numbers);

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "S390Sim.sln"))) at
            = at.Parent ?? throw new DirectoryNotFoundException("not in the repository");
        return at.FullName;
    }
}
