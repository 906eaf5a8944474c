using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Function measurement block (FMB), as far as it is stored here.</summary>
[Block(0x30)]
public readonly unsafe partial struct MeasurementBlock
{
    /// <summary>Updates stored.</summary>
    [At(0x04)] public partial uint Samples { get; set; }
    /// <summary>TOD of the last update in bits 0-62; bit 63 one while it is under way.</summary>
    [At(0x08)] public partial ulong LastUpdate { get; set; }
    /// <summary>PCI LOADs.</summary>
    [At(0x10)] public partial ulong Loads { get; set; }
    /// <summary>PCI STOREs.</summary>
    [At(0x18)] public partial ulong Stores { get; set; }
    /// <summary>PCI STORE BLOCKs.</summary>
    [At(0x20)] public partial ulong StoreBlocks { get; set; }
    /// <summary>REFRESH PCI TRANSLATIONS.</summary>
    [At(0x28)] public partial ulong Refreshes { get; set; }
}
