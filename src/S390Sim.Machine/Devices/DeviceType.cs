using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>A type of device that can be plugged: its keys, and how one is made of a configuration that was checked.</summary>
/// <param name="Name">As in <c>--device NAME</c>.</param>
/// <param name="Keys">What may be said of it, besides fid and uid.</param>
/// <param name="Create">Makes one; throws a <see cref="ConfigurationException"/> when that is not possible.</param>
public sealed record DeviceType(string Name, IReadOnlyList<DeviceKey> Keys, Func<DeviceConfiguration, PciDevice> Create)
{
    internal const string UtilityKey = "util", StateKey = "state", StandbyState = "standby", ContainerKey = "container";
    internal const int UtilityLength = 64;

    private static readonly DeviceKey[] s_common =
    [
        DeviceKey.Number("fid", 0, uint.MaxValue), DeviceKey.Number("uid", 1, ushort.MaxValue),
        DeviceKey.Number(ContainerKey, 0, ushort.MaxValue), DeviceKey.Text(UtilityKey, UtilityLength),
            DeviceKey.Choice(StateKey, "configured", StandbyState),
    ];

    /// <summary>All types: those of this project in order of name, then those that were added.</summary>
    public static IReadOnlyList<DeviceType> All { get; private set; } =
    [
        new("edu", [DeviceKey.Number("dma_mask", 0, ulong.MaxValue)],
            c => new EduDevice { DmaMask = c.Number("dma_mask", ulong.MaxValue) }),
        BlockDevices.Nvme,
        BlockDevices.VirtioBlock,
    ];

    /// <summary>Makes a type known, in place of one of the same name that was added before.</summary>
    public static void Add(DeviceType type)
    {
        lock (s_common) All = [.. All.Where(t => t.Name != type.Name), type];
    }

    /// <summary>The type of a name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public static DeviceType Of(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new ConfigurationException($"device {name}: unknown; known are {string.Join(", ", All.Select(t => t.Name))}");

    /// <summary>The type with its keys, for help.</summary>
    public string Usage => Keys.Count == 0 ? Name : $"{Name} ({string.Join(", ", Keys.Select(k => k.Name))})";

    /// <summary>
    /// A configuration from words after the type's name, each <c>key=value</c> or a flag; the last of equal keys counts.
    /// </summary>
    /// <exception cref="ConfigurationException">A word is none, or its value is none of the key's.</exception>
    public DeviceConfiguration Parse(string text, IEnumerable<string> words)
    {
        var device = new DeviceConfiguration(Name);
        var options = new Dictionary<string, string>();
        foreach (var word in words)
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            var isFlag = at < 0 && Keys.Any(k => k.IsFlag && k.Name == word);
            if (at < 0 && !isFlag) throw new ConfigurationException($"device {text}: {word} is not key=value");
            var (name, value) = isFlag ? (word, DeviceKey.On) : (word[..at], word[(at + 1)..]);
            var key = s_common.Concat(Keys).FirstOrDefault(k => k.Name == name) ?? throw new ConfigurationException(
                $"device {text}: {Name} has no key {name}; known are {string.Join(", ", s_common.Concat(Keys).Select(k => k.Name))}");
            if (key.Refusal(value) is { } why) throw new ConfigurationException($"device {text}: {name}={value} {why}");
            if (name == "fid") device = device with { FunctionId = (uint)DeviceKey.Parse(value) };
            else if (name == "uid") device = device with { UserId = (ushort)DeviceKey.Parse(value) };
            else options[name] = value;
        }
        return options.Count == 0 ? device : device with { Options = options };
    }
}

/// <summary>A key of a device type and the values that it takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Refusal">Why a value is none of the key's; null when it is one.</param>
/// <param name="IsFile">Whether the value names a file, which a machine file has beside it.</param>
/// <param name="IsFlag">Whether the key alone, without a value, means <see cref="On"/>.</param>
public sealed record DeviceKey(string Name, Func<string, string?> Refusal, bool IsFile = false, bool IsFlag = false)
{
    /// <summary>The value of a flag that is on.</summary>
    public const string On = "on";

    /// <summary>Something that is on or off; the key alone means on.</summary>
    public static DeviceKey Flag(string name) => Choice(name, On, "off") with { IsFlag = true };

    /// <summary>A number, or a size with K, M or G, within limits.</summary>
    public static DeviceKey Number(string name, ulong least, ulong most) => new(name, value =>
        !Quantity.TrySize(value, out var number) ? "is not a number"
            : number >= least && number <= most ? null
            : $"is out of range; {(least == 0 ? $"at most 0x{most:x}" : $"{least} to 0x{most:x}")}");

    /// <summary>One of a few words.</summary>
    public static DeviceKey Choice(string name, params string[] values)
        => new(name, value => values.Contains(value) ? null : $"is none of {string.Join(", ", values)}");

    /// <summary>Printable ASCII of a length.</summary>
    public static DeviceKey Text(string name, int most) => new(name, value =>
        value.Length > most ? $"is longer than {most} characters"
            : value.All(c => c is >= ' ' and <= '~') ? null : "has a character that is not printable ASCII");

    /// <summary>The name of a file.</summary>
    public static DeviceKey File(string name) => new(name, value => value.Length == 0 ? "names no file" : null, IsFile: true);

    internal static ulong Parse(string value) => Quantity.TrySize(value, out var number) ? number : 0;
}
