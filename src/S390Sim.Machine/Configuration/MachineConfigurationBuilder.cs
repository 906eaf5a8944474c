using System.Globalization;
using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>
/// Collects settings by the names that the command line and machine files share, and makes the configuration. A later
/// setting replaces an earlier one, except for the repeatable ones, which add up.
/// </summary>
public sealed class MachineConfigurationBuilder
{
    private readonly List<DeviceConfiguration> _devices = [];
    private readonly List<InjectionConfiguration> _injections = [];
    private readonly List<StorageContent> _contents = [];
    private readonly List<DumpRange> _dumps = [];
    private MachineConfiguration _configuration = new();

    /// <summary>Device types that can be plugged.</summary>
    public static IReadOnlyList<string> DeviceTypes => [.. DeviceType.All.Select(t => t.Name)];

    /// <summary>Names of the IOMMU-domain designs.</summary>
    public static IReadOnlyList<string> KvmDesigns { get; } = Hypervisor.DomainDesigns.Names;

    /// <summary>Names of the historic RPCIT handlers, faults included, that <c>kvm</c> takes too.</summary>
    public static IReadOnlyList<string> HistoricKvmDesigns { get; } = Hypervisor.DomainDesigns.Historic;

    /// <summary>Ways in which several CPUs take turns; the first is the default.</summary>
    public static IReadOnlyList<string> Interleavings { get; } = ["round-robin", "random"];

    /// <summary>The design that <c>--kvm</c> without a value means.</summary>
    public const string DefaultKvmDesign = Hypervisor.DomainDesigns.Default;

    /// <summary>Values of settings that are on or off; named without one they are on.</summary>
    public const string On = "on", Off = "off";

    /// <summary>Names of all settings, in the order in which they are explained.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "image", "memory", "cpus", "cpu", "system", "interleave", "append", "initrd", "device", "pci", "kvm", "kvm-nested", "memlock",
        "frame-limit", "inject", "clock", "max-instructions", "timeout", "seed",
        "load", "store", "psw", "dump", "expect-wait",
    ];

    /// <summary>Whether a setting may be given several times.</summary>
    public static bool IsRepeatable(string key) => key is "device" or "pci" or "inject" or "system" or "load" or "store" or "dump";

    /// <summary>The validated configuration.</summary>
    /// <exception cref="ConfigurationException">Something is missing or contradicts something else.</exception>
    public MachineConfiguration Build()
    {
        var configuration = _configuration with
        {
            Devices = [.. _devices],
            Injections = [.. _injections],
            Contents = [.. _contents],
            Dumps = [.. _dumps],
        };
        configuration.Validate();
        return configuration;
    }

    /// <summary>Makes one setting.</summary>
    /// <param name="key">One of <see cref="Keys"/>.</param>
    /// <param name="value">Its value as written.</param>
    /// <exception cref="ConfigurationException">The key is unknown or the value is none of its kind.</exception>
    public void Set(string key, string value)
    {
        switch (key)
        {
            case "device": _devices.Add(Device(value)); break;
            case "inject": _injections.Add(InjectionConfiguration.Parse(value)); break;
            case "load": _contents.Add(Load(value)); break;
            case "store": _contents.Add(Store(value)); break;
            case "dump": _dumps.Add(Dump(value)); break;
            default: _configuration = With(key, value); break;
        }
    }

    private MachineConfiguration With(string key, string value) => key switch
    {
        "image" => _configuration with { Image = value },
        "memory" => _configuration with { MemorySize = Size(key, value) },
        "cpus" => _configuration with { Cpus = (int)Math.Min(Number(key, value), int.MaxValue) },
        "cpu" => _configuration with { Cpu = CpuSelection.Parse(value) },
        "system" => _configuration with { System = _configuration.System.With(value) },
        "interleave" => _configuration with
        {
            Interleaving = OneOf(key, value, Interleavings) == Interleavings[0] ? InterleavingKind.RoundRobin : InterleavingKind.Random,
        },
        "pci" => _configuration with { Pci = _configuration.Pci.With(value) },
        "append" => _configuration with { CommandLine = value },
        "initrd" => _configuration with { Initrd = value },
        "kvm" => _configuration with { KvmDesign = OneOf(key, value, [.. KvmDesigns, .. HistoricKvmDesigns]) },
        "kvm-nested" => _configuration with { KvmNested = OneOf(key, value, [On, Off]) == On },
        "memlock" => _configuration with { Memlock = Size(key, value) },
        "frame-limit" => _configuration with { FrameLimit = Size(key, value) },
        "clock" => _configuration with { Clock = OneOf(key, value, ["virtual", "host"]) == "host" ? ClockKind.Host : ClockKind.Virtual },
        "max-instructions" => _configuration with { MaxInstructions = Number(key, value) },
        "timeout" => _configuration with { Timeout = Seconds(key, value) },
        "seed" => _configuration with { Seed = Number(key, value) },
        "psw" => WithStart(value),
        "expect-wait" => _configuration with { ExpectedWait = Address(key, value) },
        _ => throw new ConfigurationException($"{key}: no such setting; known are {string.Join(", ", Keys)}"),
    };

    private MachineConfiguration WithStart(string value)
    {
        if (value == "restart") return _configuration with { Start = null, StartByRestart = true };
        var comma = value.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !Quantity.TryHex(value[..comma], out var mask) || !Quantity.TryHex(value[(comma + 1)..], out var address))
            throw new ConfigurationException($"psw {value}: give restart, or MASK,ADDR in hexadecimal such as 180000000,10000");
        return _configuration with { Start = new Psw(mask, address), StartByRestart = false };
    }

    private static DeviceConfiguration Device(string value)
    {
        var words = value.Split(',');
        return DeviceType.Of(words[0]).Parse(value, words.Skip(1));
    }

    private static StorageContent Load(string value)
    {
        // The last @ separates: a file name may have one too.
        var at = value.LastIndexOf('@');
        if (at <= 0 || !Quantity.TryHex(value[(at + 1)..], out var address))
            throw new ConfigurationException($"load {value}: give FILE@ADDR, the address in hexadecimal");
        return new StorageContent(address, value[..at], default);
    }

    private static StorageContent Store(string value)
    {
        var (left, right) = SplitAt(value, '=') ?? ("", "");
        if (!Quantity.TryHex(left, out var address) || !Quantity.TryBytes(right, out var bytes))
            throw new ConfigurationException($"store {value}: give ADDR=HEX, an address and whole bytes in hexadecimal");
        return new StorageContent(address, null, bytes);
    }

    private static DumpRange Dump(string value)
    {
        var (left, right) = SplitAt(value, ',') ?? ("", "");
        if (!Quantity.TryHex(left, out var address) || !Quantity.TrySize(right, out var length))
            throw new ConfigurationException($"dump {value}: give ADDR,LENGTH: a hexadecimal address and a number of bytes");
        if (length is 0 or > MachineConfiguration.MaxDump)
            throw new ConfigurationException($"dump {value}: the length is 1 to 16M");
        return new DumpRange(address, (int)length);
    }

    private static (string Left, string Right)? SplitAt(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? null : (text[..at], text[(at + 1)..]);
    }

    private static ulong Size(string key, string value) => Quantity.TrySize(value, out var size)
        ? size : throw new ConfigurationException($"{key} {value}: not a size; give a number with K, M or G such as 512M");

    private static ulong Number(string key, string value) => Quantity.TryNumber(value, out var number)
        ? number : throw new ConfigurationException($"{key} {value}: not a number");

    private static ulong Address(string key, string value) => Quantity.TryHex(value, out var address)
        ? address : throw new ConfigurationException($"{key} {value}: not a hexadecimal address");

    private static TimeSpan Seconds(string key, string value)
    {
        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > 1e6)
            throw new ConfigurationException($"{key} {value}: give seconds, more than 0 and at most 1000000");
        return TimeSpan.FromSeconds(seconds);
    }

    private static string OneOf(string key, string value, IReadOnlyList<string> values) => values.Contains(value)
        ? value : throw new ConfigurationException($"{key} {value}: unknown; known are {string.Join(", ", values)}");
}
