using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Function measurement block (FMB). What follows the refreshes depends on the format.</summary>
[Block(0x50)]
public readonly unsafe partial struct MeasurementBlock
{
    /// <summary>Indicator, bit 0: the bytes of direct memory access are counted (format 0).</summary>
    public const byte DmaIsValid = 0x80;

    /// <summary>Format: 0 bytes of direct memory access, 1 network, 2 work units, 3 bytes sent.</summary>
    [At(0x00)] public partial byte Format { get; set; }
    /// <summary>Indicators, first byte of three.</summary>
    [At(0x01)] public partial byte Indicators { get; set; }
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
    /// <summary>Format 0: bytes read from storage; 1: bytes received; 2: work units consumed; 3: bytes sent.</summary>
    [At(0x30)] public partial ulong First { get; set; }
    /// <summary>Format 0: bytes stored; 1: packets received; 2: most work units.</summary>
    [At(0x38)] public partial ulong Second { get; set; }
    /// <summary>Format 1: bytes sent.</summary>
    [At(0x40)] public partial ulong Third { get; set; }
    /// <summary>Format 1: packets sent.</summary>
    [At(0x48)] public partial ulong Fourth { get; set; }

    /// <summary>Bytes of a block of a format, 0-3.</summary>
    public static int SizeOf(byte format) => format switch
    {
        1 => Size,
        3 => SecondOffset,
        _ => ThirdOffset,
    };
}
