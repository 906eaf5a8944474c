namespace S390Sim.Pci;

/// <summary>Status codes, stored in bits 32-39 of a register with condition code 1.</summary>
public enum PciStatus : byte
{
    /// <summary>No status is stored.</summary>
    None = 0x00,
    /// <summary>Resources (interruption indicators) are not available.</summary>
    ResourcesUnavailable = 0x04,
    /// <summary>The function is, or just came, in the error state.</summary>
    InError = 0x08,
    /// <summary>Loads and stores are blocked.</summary>
    Blocked = 0x0C,
    /// <summary>The host has not the resources.</summary>
    InsufficientResources = 0x10,
    /// <summary>The PCI address space does not exist.</summary>
    InvalidAddressSpace = 0x14,
    /// <summary>The operation is out of sequence: registered already, not registered, not in error.</summary>
    Sequence = 0x18,
    /// <summary>The DMA address space does not exist.</summary>
    InvalidDmaAddressSpace = 0x1C,
    /// <summary>The frame size is not valid; not given here, since the tables say it.</summary>
    InvalidFrame = 0x20,
    /// <summary>The address of a memory-I/O instruction is in no address space of PCI functions.</summary>
    SecondOperandSpace = 0x24,
    /// <summary>Error recovery is in progress.</summary>
    RecoveryInProgress = 0x28,
    /// <summary>The function is in the requested state already.</summary>
    AlreadyInState = 0x2C,
}

/// <summary>Event codes (PEC) beyond those of translation, which are <see cref="Iommu.IoError"/>.</summary>
public static class PciEventCode
{
    /// <summary>A message interruption while none are registered.</summary>
    public const ushort NoMessages = 0x0010;
    /// <summary>A message interruption with a vector beyond the number registered.</summary>
    public const ushort InvalidVector = 0x0011;
    /// <summary>The interruption bit could not be stored.</summary>
    public const ushort VectorStore = 0x0012;
    /// <summary>The summary bit could not be stored.</summary>
    public const ushort SummaryStore = 0x0013;
    /// <summary>The measurement block could not be stored; the function is not in error.</summary>
    public const ushort MeasurementAddress = 0x002A;
    /// <summary>The measurement block could not be updated; the function is not in error.</summary>
    public const ushort MeasurementUpdate = 0x002B;
    /// <summary>The measurement block's access key does not permit to store it; the function is not in error.</summary>
    public const ushort MeasurementProtection = 0x002C;
    /// <summary>The configuration of the function is at fault.</summary>
    public const ushort Configuration = 0x0030;
    /// <summary>Error recovery of the platform succeeded: the program may recover the function.</summary>
    public const ushort Recovered = 0x003A;
    /// <summary>The function failed for good.</summary>
    public const ushort PermanentError = 0x003B;
    /// <summary>Error recovery of the platform failed.</summary>
    public const ushort RecoveryFailed = 0x0040;
    /// <summary>Availability: reserved or standby to configured.</summary>
    public const ushort Configured = 0x0301;
    /// <summary>Availability: reserved to standby.</summary>
    public const ushort Standby = 0x0302;
    /// <summary>Availability: deconfiguration is asked for.</summary>
    public const ushort DeconfigurationRequested = 0x0303;
    /// <summary>Availability: configured to standby or reserved, already done.</summary>
    public const ushort Deconfigured = 0x0304;
    /// <summary>Availability: several functions changed; the list tells which.</summary>
    public const ushort SeveralChanged = 0x0306;
    /// <summary>Availability: standby to reserved.</summary>
    public const ushort Reserved = 0x0308;
}
