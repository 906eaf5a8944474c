namespace S390Sim.Machine;

/// <summary>What STORE SYSTEM INFORMATION says of the machine, its partition and the virtual machine; to be configured.</summary>
public sealed record SystemIdentity
{
    /// <summary>Manufacturer, up to 16 characters.</summary>
    public string Manufacturer { get; init; } = "S390SIM";
    /// <summary>Model, up to 16 characters.</summary>
    public string Model { get; init; } = "SIM";
    /// <summary>Plant of manufacture, up to 4 characters.</summary>
    public string Plant { get; init; } = "SIM";
    /// <summary>Sequence code, up to 16 characters.</summary>
    public string Sequence { get; init; } = "0000000000000001";
    /// <summary>Name of the logical partition, up to 8 characters.</summary>
    public string PartitionName { get; init; } = "LPAR1";
    /// <summary>Number of the logical partition, 1 to 255.</summary>
    public int PartitionNumber { get; init; } = 1;
    /// <summary>Name of the virtual machine, up to 255 characters of which 8 are the short name.</summary>
    public string MachineName { get; init; } = "GUEST";
    /// <summary>UUID of the virtual machine.</summary>
    public Guid MachineUuid { get; init; }

    /// <summary>Names of the settings, as in <c>--system KEY=VALUE</c>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["manufacturer", "model", "plant", "sequence", "lpar-name", "lpar-number", "vm-name", "vm-uuid"];

    /// <summary>The identity with settings <c>KEY=VALUE[,KEY=VALUE]...</c> made.</summary>
    /// <exception cref="ConfigurationException">A key is unknown, or a value is none of its kind.</exception>
    public SystemIdentity With(string settings)
    {
        var identity = this;
        var known = string.Join(", ", Keys);
        foreach (var setting in settings.Split(','))
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) throw new ConfigurationException($"system {settings}: {setting} is not KEY=VALUE; keys are {known}");
            identity = identity.With(setting[..at], setting[(at + 1)..]);
        }
        return identity;
    }

    private SystemIdentity With(string key, string value) => key switch
    {
        "manufacturer" => this with { Manufacturer = Text(key, value, 16) },
        "model" => this with { Model = Text(key, value, 16) },
        "plant" => this with { Plant = Text(key, value, 4) },
        "sequence" => this with { Sequence = Text(key, value, 16) },
        "lpar-name" => this with { PartitionName = Text(key, value, 8) },
        "lpar-number" => this with
        {
            PartitionNumber = Quantity.TryNumber(value, out var number) && number is >= 1 and <= 255
                ? (int)number : throw new ConfigurationException($"system {key}={value}: give a number from 1 to 255"),
        },
        "vm-name" => this with { MachineName = Text(key, value, 255) },
        "vm-uuid" => this with
        {
            MachineUuid = Guid.TryParseExact(value, "D", out var uuid)
                ? uuid : throw new ConfigurationException($"system {key}={value}: not a UUID of the form 8-4-4-4-12 digits"),
        },
        _ => throw new ConfigurationException($"system {key}: no such key; known are {string.Join(", ", Keys)}"),
    };

    private static string Text(string key, string value, int length)
    {
        if (value.Length == 0 || value.Length > length || value.Any(c => c is < ' ' or > '~'))
            throw new ConfigurationException($"system {key}={value}: give 1 to {length} printable ASCII characters");
        return value;
    }
}
