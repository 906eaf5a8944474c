using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>What the PCI functions of a machine have in common: their group, and what the platform offers them.</summary>
public sealed record PciPlatform
{
    private sealed record Designation(string Name, byte Bit);

    private static readonly Designation[] s_designations =
    [
        new("sto", 0x80), new("rtto", 0x40), new("rsto", 0x20), new("rfto", 0x10), new("pfaa", 0x08), new("iopto", 0x01),
    ];

    /// <summary>Whether interruptions can be directed to CPUs.</summary>
    public bool DirectedInterruptions { get; init; }
    /// <summary>
    /// Whether the machine interprets for guests what it can of functions: null leaves it to the modelled KVM's rule, and off on the
    /// bare machine.
    /// </summary>
    public bool? Interpretation { get; init; }
    /// <summary>The group of all functions.</summary>
    public PciGroup Group { get; init; } = PciGroup.Default;

    /// <summary>Names of the settings, as in <c>--pci KEY=VALUE</c>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "directed", "designations", "large-frames", "relaxed-translation", "relaxed-store-block", "interruptions", "store-block",
        "measurement-interval", "interpretation",
    ];

    /// <summary>Designation types by name, as in <c>designations=sto+rtto</c>.</summary>
    public static IReadOnlyList<string> DesignationNames { get; } = [.. s_designations.Select(d => d.Name)];

    /// <summary>The platform with settings <c>KEY=VALUE[,KEY=VALUE]...</c> made.</summary>
    /// <exception cref="ConfigurationException">A key is unknown, or a value is none of its kind.</exception>
    public PciPlatform With(string settings)
    {
        var platform = this;
        foreach (var setting in settings.Split(','))
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            if (at < 0)
                throw new ConfigurationException($"pci {settings}: {setting} is not KEY=VALUE; keys are {string.Join(", ", Keys)}");
            platform = platform.With(setting[..at], setting[(at + 1)..]);
        }
        return platform;
    }

    private PciPlatform With(string key, string value) => key switch
    {
        "directed" => this with { DirectedInterruptions = IsOn(key, value) },
        "interpretation" => this with { Interpretation = value == "auto" ? null : IsOn(key, value) },
        "designations" => this with { Group = Group with { Designations = Designations(value) } },
        "large-frames" => WithFlag(PciGroupFlags.LargeFrames, IsOn(key, value)),
        "relaxed-translation" => WithFlag(PciGroupFlags.RelaxedTranslation, IsOn(key, value)),
        "relaxed-store-block" => WithFlag(PciGroupFlags.RelaxedStoreBlock, IsOn(key, value)),
        "interruptions" => this with { Group = Group with { Interruptions = Number(key, value, 1, 4095) } },
        "store-block" => this with { Group = Group with { MaximumStoreBlock = Number(key, value, 128, 4096, multiple: 8) } },
        "measurement-interval" => this with { Group = Group with { MeasurementInterval = Number(key, value, 1, 0xFFFF) } },
        _ => throw new ConfigurationException($"pci {key}: no such key; known are {string.Join(", ", Keys)}"),
    };

    private PciPlatform WithFlag(PciGroupFlags flag, bool isOn)
        => this with { Group = Group with { Flags = isOn ? Group.Flags | flag : Group.Flags & ~flag } };

    private static byte Designations(string value)
    {
        byte bits = 0;
        foreach (var name in value.Split('+'))
        {
            var bit = Array.Find(s_designations, d => d.Name == name)?.Bit ?? 0;
            if (bit == 0)
            {
                throw new ConfigurationException(
                    $"pci designations={value}: {name} is none; known are {string.Join(", ", DesignationNames)}");
            }
            bits |= bit;
        }
        return bits;
    }

    private static bool IsOn(string key, string value) => value switch
    {
        "on" => true,
        "off" => false,
        _ => throw new ConfigurationException($"pci {key}={value}: give on or off"),
    };

    private static ushort Number(string key, string value, ushort least, ushort most, ushort multiple = 1)
    {
        if (Quantity.TryNumber(value, out var number) && number >= least && number <= most && number % multiple == 0)
            return (ushort)number;
        var kind = multiple == 1 ? "a number" : $"a multiple of {multiple}";
        throw new ConfigurationException($"pci {key}={value}: give {kind} from {least} to {most}");
    }
}
