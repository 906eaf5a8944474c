namespace S390Sim.Pci;

/// <summary>Flags of a function group.</summary>
[Flags]
public enum PciGroupFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,
    /// <summary>New mappings must be refreshed too; a property of the configuration, which adds it.</summary>
    Refresh = 0x01,
    /// <summary>Region-third-table entries may map frames of 2 GB.</summary>
    LargeFrames = 0x02,
    /// <summary>Store blocks need no alignment or length in doublewords.</summary>
    RelaxedStoreBlock = 0x08,
    /// <summary>An anchor without translation is accepted.</summary>
    RelaxedTranslation = 0x20,
}

/// <summary>What the functions of a group have in common.</summary>
public sealed record PciGroup
{
    /// <summary>The default group.</summary>
    public static PciGroup Default { get; } = new();

    /// <summary>Group identifier.</summary>
    public byte Id { get; init; } = 0xFF;
    /// <summary>Most message interruptions.</summary>
    public ushort Interruptions { get; init; } = 128;
    /// <summary>Most message interruptions that are directed to CPUs, where the configuration offers those.</summary>
    public ushort DirectedInterruptions { get; init; } = 128;
    /// <summary>PCI version.</summary>
    public byte Version { get; init; }
    /// <summary>Flags.</summary>
    public PciGroupFlags Flags { get; init; }
    /// <summary>Most bytes of a store block.</summary>
    public ushort MaximumStoreBlock { get; init; } = 128;
    /// <summary>Measurement-block update interval in milliseconds.</summary>
    public ushort MeasurementInterval { get; init; } = 4000;
    /// <summary>DTSM: bit n from the left for designation type n.</summary>
    public byte Designations { get; init; } = Iommu.IoCapabilities.RegionThird;
    /// <summary>Where message interruptions are written: a 4 KB window that is not translated.</summary>
    public ulong MessageAddress { get; init; } = 0xFE00_0000_0000_0000;
}
