namespace S390Sim.Cpu;

/// <summary>Why a state description is not valid: bits 0-15 of ipb with code 20 (sie.md section 3.1).</summary>
public enum ValidityReason : ushort
{
    /// <summary>It is valid.</summary>
    None = 0,
    /// <summary>A mode, or a combination of modes, that this machine does not have.</summary>
    Mode = 0x0001,
    /// <summary>A preferred guest with multiple controlled data spaces.</summary>
    PreferredDataSpaces = 0x0004,
    /// <summary>The region-relocate facility is not there.</summary>
    RegionRelocateAbsent = 0x0006,
    /// <summary>Interpreted SIE is not there.</summary>
    InterpretedSieAbsent = 0x0007,
    /// <summary>The prefix is beyond the guest's storage.</summary>
    Prefix = 0x0010,
    /// <summary>The system control area begins in the host's prefix area.</summary>
    ControlAreaInPrefix = 0x0011,
    /// <summary>The CRYCB has a format that there is not.</summary>
    CryptoFormat = 0x0022,
    /// <summary>The system control area is not in storage.</summary>
    ControlAreaAddress = 0x0034,
    /// <summary>The CRYCB is not in storage.</summary>
    CryptoAddress = 0x0035,
    /// <summary>The host's tables refuse an access to the guest's prefix area.</summary>
    PrefixAccess = 0x0037,
    /// <summary>The system control area is in the first 8 KB.</summary>
    ControlAreaLow = 0x0038,
    /// <summary>A CRYCB is needed and none designated.</summary>
    CryptoMissing = 0x0039,
    /// <summary>The PGSTEs of a page of the guest are not in storage.</summary>
    StatusAddress = 0x003A,
    /// <summary>The basic system control area crosses a page.</summary>
    ControlAreaCrossing = 0x003B,
    /// <summary>The CRYCB crosses a page.</summary>
    CryptoCrossing = 0x003C,
    /// <summary>The main-storage origin is above the limit.</summary>
    Extent = 0x0041,
    /// <summary>The runtime-instrumentation control block cannot be accessed.</summary>
    Instrumentation = 0x0043,
    /// <summary>A preferred guest whose storage does not begin at zero.</summary>
    PreferredOrigin = 0x0051,
    /// <summary>The interception transaction-diagnostic block cannot be accessed.</summary>
    TransactionBlock = 0x0080,
    /// <summary>A zone, without the region-relocate facility.</summary>
    Zone = 0x1006,
    /// <summary>The facility list cannot be accessed.</summary>
    FacilityList = 0x1090,
    /// <summary>The state-description extension is missing or cannot be accessed.</summary>
    ExtensionOrigin = 0x10B0,
    /// <summary>The state-description extension has a size that there is not.</summary>
    ExtensionSize = 0x10B1,
    /// <summary>The state-description extension is not on a multiple of its size.</summary>
    ExtensionAlignment = 0x10B2,
    /// <summary>The save area of vector registers cannot be accessed.</summary>
    VectorArea = 0x1310,
}
