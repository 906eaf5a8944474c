namespace S390Sim.Pci;

/// <summary>The register that names a function and what is asked of it; bits 32-39 receive the status.</summary>
/// <param name="Value">The register.</param>
public readonly record struct PciRequest(ulong Value)
{
    private const ulong StatusMask = 0xFFUL << 24;

    /// <summary>Bits 0-31: function handle.</summary>
    public uint Handle => (uint)(Value >> 32);
    /// <summary>Bits 44-47: PCI address space, 0-5 a BAR, 15 configuration space. Bits 40-43 are not looked at.</summary>
    public int AddressSpace => (int)(Value >> 16) & 0xF;
    /// <summary>Bits 40-47: DMA address space.</summary>
    public int DmaAddressSpace => (int)(Value >> 16) & 0xFF;
    /// <summary>Bits 60-63: length of a load or store.</summary>
    public int Length => (int)Value & 0xF;
    /// <summary>Bits 51-63: length of a store block.</summary>
    public int BlockLength => (int)Value & 0x1FFF;
    /// <summary>Bits 56-63: operation control of MODIFY PCI FUNCTION CONTROLS.</summary>
    public int Operation => (int)Value & 0xFF;

    /// <summary>The register with a status in bits 32-39.</summary>
    public ulong WithStatus(PciStatus status) => (Value & ~StatusMask) | ((ulong)status << 24);
}
