namespace S390Sim.Iommu;

/// <summary>Why an I/O virtual address could not be used; values below 0x10 are the error-event codes (PEC) of zPCI.</summary>
public enum IoError : ushort
{
    /// <summary>Translated.</summary>
    None = 0x0000,
    /// <summary>No address space is registered for the device.</summary>
    NoTranslation = 0x0001,
    /// <summary>The address is outside the registered PBA..PAL.</summary>
    OutOfRange = 0x0002,
    /// <summary>The I/O translation anchor has a format that is not supported.</summary>
    AnchorFormat = 0x0003,
    /// <summary>A store while the anchor protects the whole space.</summary>
    AnchorProtection = 0x0004,
    /// <summary>A store while a table entry protects the range.</summary>
    TableProtection = 0x0005,
    /// <summary>Key-controlled protection; named by the architecture, not recognised here (the access key is always 0).</summary>
    KeyProtection = 0x0006,
    /// <summary>A table entry has its invalid bit one.</summary>
    InvalidEntry = 0x0007,
    /// <summary>A region-table entry designates a table that is not full length or has an offset.</summary>
    TableLength = 0x0008,
    /// <summary>An entry's table type is not that of its level.</summary>
    TableType = 0x0009,
    /// <summary>A table entry or a frame is outside the installed storage.</summary>
    InvalidMemory = 0x000A,
    /// <summary>Storage reported an error; named by the architecture, storage here never does.</summary>
    StorageError = 0x000B,
    /// <summary>Not a PEC: the device is isolated, its requests are dropped without an event.</summary>
    Blocked = 0xFFFF,
}

/// <summary>What a device does to storage.</summary>
public enum IoAccess
{
    /// <summary>The device reads storage.</summary>
    Read,
    /// <summary>The device writes storage.</summary>
    Write,
}
