using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>A CPU model: what a generation of machines had, as far as it is implemented here.</summary>
/// <param name="Name">Its name in <c>--cpu</c>.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="MachineType">Four digits that STIDP and STSI store.</param>
public sealed record CpuModel(string Name, Generation Generation, string MachineType)
{
    /// <summary>The name of the model with everything that is implemented, but for <see cref="FacilitySet.OnRequest"/>.</summary>
    public const string MaxName = "max";

    /// <summary>Facility bits that are implemented: <see cref="FacilitySet.Default"/>, <see cref="FacilitySet.OnRequest"/>.</summary>
    public static IReadOnlyList<int> Implemented { get; } = List(withOnRequest: true);

    private static readonly List<int> s_default = List(withOnRequest: false);

    /// <summary>All models. The last one is the default; it says that it is a zEC12, the newest that is nearly whole.</summary>
    public static IReadOnlyList<CpuModel> All { get; } =
    [
        new("z900", Generation.Z900, "2064"),
        new("z990", Generation.Z990, "2084"),
        new("z9", Generation.Z9, "2094"),
        new("z10", Generation.Z10, "2097"),
        new("z196", Generation.Z196, "2817"),
        new("zEC12", Generation.ZEc12, "2827"),
        new("z13", Generation.Z13, "2964"),
        new("z14", Generation.Z14, "3906"),
        new("z15", Generation.Z15, "8561"),
        new("z16", Generation.Z16, "3931"),
        new(MaxName, Generation.Never, "2827"),
    ];

    /// <summary>The default model.</summary>
    public static CpuModel Default => All[^1];

    /// <summary>The first model that had a facility, or null when none had.</summary>
    public static CpuModel? First(FacilityEntry facility) => facility.Since == Generation.Never
        ? null : All.First(m => m.Generation == facility.Since);

    /// <summary>The model of a name, or null.</summary>
    public static CpuModel? Find(string name) => All.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The facilities of the generation, implemented or not; for the last model, those that it has here.</summary>
    public IEnumerable<int> Bits
        => Name == MaxName ? s_default : FacilityCatalog.Entries.Where(e => e.Since <= Generation).Select(e => e.Bit);

    /// <summary>The facilities that the model has here.</summary>
    public IEnumerable<int> Present => Name == MaxName ? s_default : Bits.Intersect(Implemented);

    /// <summary>The facilities of the generation that are left out, since they are not implemented.</summary>
    public IEnumerable<int> Missing => Bits.Except(Implemented);

    private static List<int> List(bool withOnRequest)
    {
        var bits = new List<int>();
        for (var bit = 0; bit < 256; bit++)
        {
            if (FacilitySet.Default[bit] || (withOnRequest && FacilitySet.OnRequest.Contains(bit))) bits.Add(bit);
        }
        return bits;
    }
}

/// <summary>A model with facilities added and taken away: what a machine's CPUs are.</summary>
public sealed record CpuSelection
{
    private CpuSelection(CpuModel model, IReadOnlyList<int> bits)
    {
        Model = model;
        Facilities = new FacilitySet(bits);
    }

    /// <summary>The default model as it is.</summary>
    public static CpuSelection Default { get; } = new(CpuModel.Default, [.. CpuModel.Default.Present]);

    /// <summary>The model.</summary>
    public CpuModel Model { get; }

    /// <summary>The facilities of the machine.</summary>
    public FacilitySet Facilities { get; }

    /// <summary>What STORE CPU ID stores on the bare machine: version 0, identification 1, the machine type.</summary>
    public ulong CpuId => 1UL << 32 | Convert.ToUInt64(Model.MachineType, 16) << 16;

    /// <summary>Reads <c>MODEL[,+FACILITY][,-FACILITY]...</c></summary>
    /// <exception cref="ConfigurationException">Something in it is unknown, not implemented, or a contradiction.</exception>
    public static CpuSelection Parse(string text)
    {
        var words = text.Split(',');
        var model = CpuModel.Find(words[0])
            ?? throw Bad(text, $"no such model; known are {string.Join(", ", CpuModel.All.Select(m => m.Name))}");
        var bits = model.Present.ToHashSet();
        var mentioned = new HashSet<int>();
        foreach (var word in words.Skip(1))
        {
            if (word.Length < 2 || word[0] is not ('+' or '-')) throw Bad(text, $"{word} is neither +FACILITY nor -FACILITY");
            var facility = FacilityCatalog.Find(word[1..])
                ?? throw Bad(text, $"no such facility: {word[1..]}; s390sim cpus lists them");
            if (!mentioned.Add(facility.Bit)) throw Bad(text, $"{facility.Name} stands there twice");
            if (word[0] == '+') Add(text, facility, bits);
            else Remove(text, facility, bits);
        }
        Check(text, bits);
        return new CpuSelection(model, [.. bits.Order()]);
    }

    private static void Add(string text, FacilityEntry facility, HashSet<int> bits)
    {
        if (!CpuModel.Implemented.Contains(facility.Bit))
            throw Bad(text, $"{facility.Name} ({facility.Title}) is not implemented");
        bits.Add(facility.Bit);
    }

    private static void Remove(string text, FacilityEntry facility, HashSet<int> bits)
    {
        if (FacilityCatalog.Mandatory.Contains(facility.Bit))
            throw Bad(text, $"{facility.Name} cannot be taken away: there is no mode but z/Architecture");
        bits.Remove(facility.Bit);
    }

    /// <summary>Refuses facilities that need others which are not there.</summary>
    private static void Check(string text, HashSet<int> bits)
    {
        foreach (var (bit, needs, reason) in FacilityCatalog.Dependencies)
        {
            if (bits.Contains(bit) && !bits.Contains(needs))
                throw Bad(text, $"{FacilityCatalog.Find(bit)!.Name} needs {FacilityCatalog.Find(needs)!.Name}: {reason}");
        }
    }

    private static ConfigurationException Bad(string text, string why) => new($"cpu {text}: {why}");
}
