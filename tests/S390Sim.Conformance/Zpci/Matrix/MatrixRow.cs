using S390Sim.Hypervisor;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>A situation of the table: what is given, what the guest does, and what must come of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Certainty">H, M or L: how certain it is that a real machine answers so.</param>
/// <param name="On">Where it applies: README.md has the words.</param>
/// <param name="Situation">In words.</param>
/// <param name="Given">Steps that lead there; they must succeed.</param>
/// <param name="Do">The steps in question; all but the last must succeed unless one says otherwise.</param>
/// <param name="Expect">What must come of it.</param>
/// <param name="Note">Where the answer is not QEMU's, or a real machine's may differ.</param>
internal sealed record MatrixRow(
    string Id, string Certainty, string On, string Situation, string Given, string Do, string Expect, string Note)
{
    private const int Columns = 8;
    private const string Folder = "Zpci/Matrix";

    /// <summary>All rows of all files.</summary>
    public static IReadOnlyList<MatrixRow> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, Folder), "*.tsv").Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines).Where(l => l.Length != 0 && l[0] != '#').Select(Parse),
    ];

    /// <summary>Whether the row applies under a design; null for the bare machine.</summary>
    public bool IsFor(string? design)
    {
        var contract = design is null ? null : DomainDesigns.ContractOf(design);
        return On switch
        {
            "all" => true,
            "kvm" => contract is not null,
            "followed" => contract is null or { FollowsGuestTables: true },
            "shadowed" => contract is { FollowsGuestTables: false },
            "strict" => contract is not { OffersDirect: true },
            "pinned" => contract is { Pins: PinPolicy.EachEntry },
            _ => On.Split(',').Contains(design ?? "bare"),
        };
    }

    /// <summary>The steps of <see cref="Given"/>.</summary>
    public IReadOnlyList<string> Preparations => Steps(Given);

    /// <summary>The steps of <see cref="Do"/>.</summary>
    public IReadOnlyList<string> Actions => Steps(Do);

    /// <summary>What is expected, key by key.</summary>
    public IReadOnlyDictionary<string, string> Expectations => Facts(Expect);

    /// <summary>Facts written as <c>key=value key=value</c>.</summary>
    public static IReadOnlyDictionary<string, string> Facts(string text)
        => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('=', 2))
            .ToDictionary(w => w[0], w => w.Length == 2 ? w[1] : throw new FormatException($"'{w[0]}' has no value"));

    private static string[] Steps(string text)
        => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static MatrixRow Parse(string line)
    {
        var c = line.Split('\t');
        if (c.Length is not (Columns or Columns - 1)) throw new FormatException($"{c.Length} columns: {line}");
        return new MatrixRow(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c.Length == Columns ? c[7] : "");
    }
}
