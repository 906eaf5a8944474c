using S390Sim.Testing.Hypervisor;

namespace S390Sim.Properties.Hypervisor;

/// <summary>A fault that kvm-pci-design.md finds in the handlers of v3 or v4.</summary>
/// <param name="Section">Where the reference says so.</param>
/// <param name="What">What is wrong.</param>
/// <param name="V3">Invariants that v3 breaks by it.</param>
/// <param name="V4">Invariants that v4 breaks by it.</param>
internal sealed record HistoricFault(string Section, string What, int[] V3, int[] V4)
{
    /// <summary>A fault of both.</summary>
    private HistoricFault(string section, string what, params int[] both) : this(section, what, both, both) { }

    /// <summary>All of them, and what each breaks, directly or as its consequence.</summary>
    public static IReadOnlyList<HistoricFault> All { get; } =
    [
        new("4.5", "an address without tables is tried again instead of the next: the rest of the range is never looked at",
            1, 5, 8, 9, 10, 34, 35, 46, 51),
        new("4.6", "a table that was met once is believed: what the guest changes above it is not seen", 1, 3, 5, 6, 10, 34, 51),
        new("4.5", "the anchor's range is not asked, and addresses from 4 TB on are those below", 2, 11, 51),
        new("4.5, 4.9", "a length of zero, and under v4 what is unaligned, has answers of its own", 12),
        new("4.3", "an odd register is accepted", 31),
        new("4.7", "the guest's protection is ignored", 4, 51),
        new("4.7, 7", "an entry is loaded once to see whether it is valid and once more for its frame", 43),
        new("4.7", "pages are released before the host refreshes, which it does not do at all after an error", 15, 21, 39, 52),
        new("4.7", "every release marks the frame dirty", 22),
        new("4.4", "new entries are never announced to a hypervisor of the host's", 38),
        new("4.8, 5", "tables are released by their addresses instead of frame numbers, and stay pinned", 14, 16),
        new("4.8", "nothing is taken away when the anchor goes", [14, 16, 44], []),
        new("5", "entries are taken away when the anchor goes, with no refresh before their pages are released", [],
            [15, 16, 21]),
        new("6", "pins are charged to nobody", 17, 18),
        new("7", "the IOMMU API stores into the same tables", [24, 52], []),
        new("7", "the host refreshes for the issuing function alone", [15, 47], []),
        new("5, 4.9", "without an anchor the kernel answers, not user space", [], [25]),
    ];

    /// <summary>The invariants that a handler breaks.</summary>
    public static IEnumerable<int> Broken(string design)
        => All.SelectMany(f => design == "v3" ? f.V3 : f.V4).Distinct().Order();
}

/// <summary>Traces that are known to break an invariant under a design, as text in a resource of this assembly.</summary>
internal static class KnownTraces
{
    private const string Resource = "historic-traces.txt";

    /// <summary>The traces by design and invariant; a line in brackets names both.</summary>
    public static IReadOnlyDictionary<(string Design, int Number), TraceCommand[]> All { get; } = Load();

    private static Dictionary<(string, int), TraceCommand[]> Load()
    {
        using var stream = typeof(KnownTraces).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('[').Skip(1).ToDictionary(
            part => Head(part[..part.IndexOf(']', StringComparison.Ordinal)]), part
                => TraceScript.Parse(part[(part.IndexOf(']', StringComparison.Ordinal) + 1)..]));
    }

    private static (string, int) Head(string text)
        => (text.Split(' ')[0], int.Parse(text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
}
