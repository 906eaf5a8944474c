using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Something that happens when the program has executed so many instructions.</summary>
/// <param name="At">The number of instructions.</param>
/// <param name="Limit">New memlock limit in bytes; null for an error.</param>
/// <param name="EventCode">PEC of the error.</param>
public sealed record ScheduledFailure(ulong At, ulong? Limit, ushort EventCode);

/// <summary>A failure to inject, as in <c>--inject KIND,KEY=VALUE,...</c> (docs/injection.md).</summary>
/// <param name="Text">As written.</param>
/// <param name="Kind">What fails.</param>
public sealed record InjectionConfiguration(string Text, InjectionKind Kind)
{
    private const ushort LastErrorCode = 0x00FF;

    private readonly Dictionary<string, string> _values = [];

    /// <summary>Only the function with this identifier; any when null.</summary>
    public uint? Fid { get; private init; }
    /// <summary>What the machine counts, a new one that has counted nothing; null for something scheduled.</summary>
    public InjectionRule? Rule => Kind.Point is { } point ? MakeRule(point) : null;
    /// <summary>What happens at some instruction; null for something counted.</summary>
    public ScheduledFailure? Scheduled => Kind.Point is null
        ? new ScheduledFailure(Number("at"), Has("limit") ? Size("limit") : null, (ushort)Hex("pec", LastErrorCode)) : null;

    /// <summary>Reads a failure.</summary>
    /// <exception cref="ConfigurationException">A word is none of the kind's, misses, or contradicts another.</exception>
    public static InjectionConfiguration Parse(string text)
    {
        var words = text.Split(',');
        var kind = InjectionKind.All.FirstOrDefault(k => k.Name == words[0])
            ?? throw Wrong(text, $"unknown; known are {string.Join(", ", InjectionKind.All.Select(k => k.Name))}");
        var injection = new InjectionConfiguration(text, kind);
        foreach (var word in words.Skip(1)) injection.Add(word);
        injection.Check();
        return injection with { Fid = injection.Has("fid") ? (uint)injection.Number("fid", 0, uint.MaxValue) : null };
    }

    /// <summary>Refuses what a machine cannot have, and what another failure contradicts.</summary>
    public void Validate(MachineConfiguration machine)
    {
        if (Kind.NeedsHypervisor && machine.KvmDesign is null) throw Wrong(Text, "there is nothing to pin without --kvm");
        if (Kind.Keys.Contains("fid") && machine.Devices.Count == 0) throw Wrong(Text, "no device is plugged");
        if (Kind.IsOfImage && !machine.Devices.Any(d => DeviceType.Of(d.Type).Keys.Any(k => k.IsFile)))
            throw Wrong(Text, "no device has a disk image");
        foreach (var other in machine.Injections)
        {
            if (ReferenceEquals(other, this)) return;
            if (Excludes(other)) throw Wrong(Text, $"contradicts {other.Text}");
        }
    }

    /// <summary>Refuses a function that is not there.</summary>
    public void Validate(PciConfiguration pci)
    {
        if (Fid is { } fid && pci.FindByFid(fid) is null) throw Wrong(Text, $"no device has fid {fid}");
    }

    // The same occasion cannot end in two ways.
    private bool Excludes(InjectionConfiguration other)
        => Kind == other.Kind && (Fid is null || other.Fid is null || Fid == other.Fid)
            && InjectionKind.Occasions.All(key => Value(key) == other.Value(key)) && Value("oc") == other.Value("oc")
            && Value("command") == other.Value("command");

    private void Add(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = at < 0 ? (word, "") : (word[..at], word[(at + 1)..]);
        if (!Kind.Keys.Contains(key))
            throw Wrong(Text, $"{Kind.Name} has no {key}; known are {string.Join(", ", Kind.Keys)}");
        if (at < 0 != InjectionKind.Words.Contains(key))
            throw Wrong(Text, at < 0 ? $"{key} is not key=value" : $"{key} takes no value");
        if (!_values.TryAdd(key, value)) throw Wrong(Text, $"{key} is said twice");
    }

    private void Check()
    {
        var occasions = InjectionKind.Occasions.Where(Has).ToList();
        var wanted = InjectionKind.Occasions.Where(Kind.Keys.Contains).ToList();
        if (occasions.Count != 1)
            throw Wrong(Text, $"give {(occasions.Count == 0 ? "" : "one of ")}{string.Join(" or ", wanted)}");
        Number(occasions[0]);
        if (Has("lost") == Has("duplicate") && Kind.Keys.Contains("lost")) throw Wrong(Text, "give lost or duplicate");
        foreach (var key in Kind.Required.Where(k => !Has(k))) throw Wrong(Text, $"give {key}");
        if (Kind.Keys.Contains("cc")) CheckCode();
        if (Kind.Keys.Contains("pec")) Hex("pec", LastErrorCode);
        if (Kind.Keys.Contains("limit")) Size("limit");
        if (Has("oc")) Number("oc", 0, byte.MaxValue);
        if (Has("command")) Number("command", 0, ushort.MaxValue);
    }

    private void CheckCode()
    {
        if (Has("response"))
        {
            if (Has("cc")) throw Wrong(Text, "a response code comes with condition code 0");
            Hex("response", ushort.MaxValue);
            return;
        }
        if (!Has("cc")) throw Wrong(Text, Kind.Keys.Contains("response") ? "give response or cc" : "give cc");
        var code = Number("cc", 1, 3);
        if (!Kind.Keys.Contains("status")) return;
        if (Has("status") != (code == 1)) throw Wrong(Text, "a status comes with cc=1, and cc=1 with a status");
        if (Has("status")) Number("status", 1, byte.MaxValue);
    }

    private InjectionRule MakeRule(InjectionPoint point)
    {
        var repeats = Has("every");
        return new InjectionRule(point, Number(repeats ? "every" : "nth"), repeats)
        {
            Fid = Fid,
            Operation = Has("oc") ? (int)Number("oc") : Has("command") ? (int)Number("command") : null,
            ConditionCode = Has("cc") ? (int)Number("cc") : 0,
            Status = Has("status") ? (PciStatus)Number("status") : PciStatus.None,
            Response = Has("response") ? (ushort)Hex("response", ushort.MaxValue) : (ushort)0,
            EventCode = Has("pec") ? (ushort)Hex("pec", LastErrorCode) : (ushort)0,
            Duplicates = Has("duplicate"),
        };
    }

    private bool Has(string key) => _values.ContainsKey(key);

    private string? Value(string key) => _values.GetValueOrDefault(key);

    private ulong Number(string key, ulong least = 1, ulong most = ulong.MaxValue)
        => Quantity.TryNumber(_values[key], out var number) && number >= least && number <= most
            ? number
            : throw Wrong(Text, most == ulong.MaxValue ? $"{key} is a number from {least} on" : $"{key} is {least} to {most}");

    private ulong Hex(string key, ulong most)
        => !Has(key) ? 0 : Quantity.TryHex(_values[key], out var number) && number != 0 && number <= most
            ? number : throw Wrong(Text, $"{key} is hexadecimal, 1 to {most:x}");

    private ulong Size(string key) => Quantity.TrySize(_values[key], out var size)
        ? size : throw Wrong(Text, $"{key} is not a size");

    private static ConfigurationException Wrong(string text, string why) => new($"inject {text}: {why}");
}

/// <summary>A kind of failure and the words that it takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Point">Where it is asked; null for what happens at an instruction.</param>
/// <param name="Keys">Words that it takes.</param>
/// <param name="Required">Words that it must have, besides when it happens.</param>
public sealed record InjectionKind(string Name, InjectionPoint? Point, string[] Keys, params string[] Required)
{
    /// <summary>Words that say when a failure happens; a failure has one.</summary>
    public static IReadOnlyList<string> Occasions { get; } = ["nth", "every", "at"];

    /// <summary>Words without a value.</summary>
    public static IReadOnlyList<string> Words { get; } = ["lost", "duplicate"];

    /// <summary>All kinds, in the order in which they are explained.</summary>
    public static IReadOnlyList<InjectionKind> All { get; } =
    [
        new("pcilg", InjectionPoint.Load, ["nth", "every", "cc", "status", "fid"]),
        new("pcistg", InjectionPoint.Store, ["nth", "every", "cc", "status", "fid"]),
        new("pcistb", InjectionPoint.StoreBlock, ["nth", "every", "cc", "status", "fid"]),
        new("rpcit", InjectionPoint.Refresh, ["nth", "every", "cc", "status", "fid"]),
        new("mpcifc", InjectionPoint.ModifyControls, ["nth", "every", "cc", "status", "oc", "fid"]),
        new("stpcifc", InjectionPoint.StoreControls, ["nth", "every", "cc", "status", "fid"]),
        new("sic", InjectionPoint.SetInterruptionControls, ["nth", "every", "oc"]),
        new("clp", InjectionPoint.CallLogicalProcessor, ["nth", "every", "cc", "response", "command"]),
        new("dma", InjectionPoint.Dma, ["nth", "every", "pec", "fid"], "pec"),
        new("error", null, ["at", "pec", "fid"], "pec"),
        new("interruption", InjectionPoint.Interruption, ["nth", "every", "lost", "duplicate"]),
        new("pin", InjectionPoint.Pin, ["nth", "every"]),
        new("memlock", null, ["at", "limit"], "limit"),
        new("read", InjectionPoint.ImageRead, ["nth", "every", "fid"]),
        new("write", InjectionPoint.ImageWrite, ["nth", "every", "fid"]),
        new("flush", InjectionPoint.ImageFlush, ["nth", "every", "fid"]),
    ];

    /// <summary>Whether it needs a hypervisor.</summary>
    public bool NeedsHypervisor => Point == InjectionPoint.Pin || Keys.Contains("limit");

    /// <summary>Whether it happens to a disk image.</summary>
    public bool IsOfImage => Point is InjectionPoint.ImageRead or InjectionPoint.ImageWrite or InjectionPoint.ImageFlush;

    /// <summary>The kind with its words, for help.</summary>
    public string Usage => $"{Name} ({string.Join(", ", Keys)})";
}
