using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Header of a CLP request or response.</summary>
[Block(0x10)]
public readonly unsafe partial struct ClpHeader
{
    /// <summary>Bytes of the request; of the response, space before and bytes used after.</summary>
    [At(0x00)] public partial ushort Length { get; set; }
    /// <summary>Command of a request, response code of a response.</summary>
    [At(0x02)] public partial ushort Code { get; set; }
    /// <summary>Format in bits 0-3, the rest zero.</summary>
    [At(0x04)] public partial uint Format { get; set; }
    /// <summary>Reserved.</summary>
    [At(0x08)] public partial ulong Reserved { get; set; }
}

/// <summary>Request of LIST PCI FUNCTIONS.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpListRequest
{
    /// <summary>Where to go on; zero for the start.</summary>
    [At(0x10)] public partial ulong ResumeToken { get; set; }
    /// <summary>Reserved.</summary>
    [At(0x18)] public partial ulong Reserved { get; set; }
}

/// <summary>Response of LIST PCI FUNCTIONS; the entries follow.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpListResponse
{
    /// <summary>Where to go on; zero when the list is complete.</summary>
    [At(0x10)] public partial ulong ResumeToken { get; set; }
    /// <summary>MDD: the handle bits that say a function is simulated by a hypervisor.</summary>
    [At(0x18)] public partial uint SimulationMask { get; set; }
    /// <summary>Most functions there may be.</summary>
    [At(0x1C)] public partial ushort MaximumFunctions { get; set; }
    /// <summary>0x01: UIDs are unique.</summary>
    [At(0x1E)] public partial byte Flags { get; set; }
    /// <summary>Bytes of an entry.</summary>
    [At(0x1F)] public partial byte EntrySize { get; set; }
}

/// <summary>Entry of the list of PCI functions.</summary>
[Block(0x10)]
public readonly unsafe partial struct ClpListEntry
{
    /// <summary>PCI device identifier.</summary>
    [At(0x00)] public partial ushort DeviceId { get; set; }
    /// <summary>PCI vendor identifier.</summary>
    [At(0x02)] public partial ushort VendorId { get; set; }
    /// <summary>Bit 0: configured, else standby.</summary>
    [At(0x04)] public partial uint Configured { get; set; }
    /// <summary>Function identifier.</summary>
    [At(0x08)] public partial uint Fid { get; set; }
    /// <summary>Function handle.</summary>
    [At(0x0C)] public partial uint Handle { get; set; }
}

/// <summary>Request of QUERY PCI FUNCTION.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpQueryRequest
{
    /// <summary>Function handle.</summary>
    [At(0x10)] public partial uint Handle { get; set; }
}

/// <summary>Response of QUERY PCI FUNCTION.</summary>
[Block(0x180)]
public readonly unsafe partial struct ClpQueryResponse
{
    /// <summary>Virtual function number.</summary>
    [At(0x10)] public partial ushort VirtualFunction { get; set; }
    /// <summary>See <see cref="ClpQueryFlags"/>.</summary>
    [At(0x12)] public partial byte Flags { get; set; }
    /// <summary>Function group.</summary>
    [At(0x13)] public partial byte GroupId { get; set; }
    /// <summary>Function identifier.</summary>
    [At(0x14)] public partial uint Fid { get; set; }
    /// <summary>Size of BAR 0 as a power of two, zero when absent; BARs 1-5 follow, a byte each.</summary>
    [At(0x18)] public partial byte BarSize { get; set; }
    /// <summary>Physical channel identifier.</summary>
    [At(0x1E)] public partial ushort ChannelId { get; set; }
    /// <summary>BAR 0 as in configuration space, little-endian; BARs 1-5 follow, four bytes each.</summary>
    [At(0x20)] public partial uint Bar { get; set; }
    /// <summary>Segments of the function's internal path, a byte each.</summary>
    [At(0x38)] public partial uint PathSegments { get; set; }
    /// <summary>Parameter of the function identifier.</summary>
    [At(0x3C)] public partial byte Parameter { get; set; }
    /// <summary>Bits 4-7: port.</summary>
    [At(0x3D)] public partial byte Port { get; set; }
    /// <summary>Bytes of the measurement block in words.</summary>
    [At(0x3E)] public partial byte MeasurementWords { get; set; }
    /// <summary>Function type, 0 unclassified.</summary>
    [At(0x3F)] public partial byte FunctionType { get; set; }
    /// <summary>SDMA: first valid DMA address.</summary>
    [At(0x40)] public partial ulong FirstDmaAddress { get; set; }
    /// <summary>EDMA: last valid DMA address.</summary>
    [At(0x48)] public partial ulong LastDmaAddress { get; set; }
    /// <summary>Requester identifier.</summary>
    [At(0x50)] public partial ushort RequesterId { get; set; }
    /// <summary>Topology identifier.</summary>
    [At(0x56)] public partial ushort TopologyId { get; set; }
    /// <summary>User-defined identifier: the PCI domain.</summary>
    [At(0x7C)] public partial uint Uid { get; set; }
    /// <summary>First of 64 bytes: utility string, EBCDIC.</summary>
    [At(0x80)] public partial byte UtilityString { get; set; }
    /// <summary>First word of the memory-I/O addresses: <see cref="ClpMemoryIo"/>.</summary>
    [At(0x100)] public partial uint MemoryIo { get; set; }
}

/// <summary>Bits of <see cref="ClpQueryResponse.Flags"/>.</summary>
[Flags]
public enum ClpQueryFlags : byte
{
    /// <summary>No bit.</summary>
    None = 0,
    /// <summary>The utility string is valid.</summary>
    UtilityString = 0x01,
    /// <summary>The memory-I/O addresses are valid.</summary>
    MemoryIo = 0x02,
    /// <summary>The function is a physical one, which may have virtual ones.</summary>
    PhysicalFunction = 0x08,
    /// <summary>The requester identifier is valid.</summary>
    RequesterId = 0x10,
    /// <summary>The topology identifier is valid.</summary>
    TopologyId = 0x20,
}

/// <summary>Memory-I/O addresses of a function's BARs, in the responses of query and set.</summary>
[Block(0x80)]
public readonly unsafe partial struct ClpMemoryIo
{
    /// <summary>Bit n: the addresses of BAR n are valid.</summary>
    [At(0x00)] public partial uint Valid { get; set; }
    /// <summary>Addresses of BAR 0; BARs 1-5 follow, 16 bytes each.</summary>
    [At(0x08)] public partial ulong Addresses { get; set; }
}

/// <summary>Addresses of one BAR.</summary>
[Block(0x10)]
public readonly unsafe partial struct ClpMemoryIoAddresses
{
    /// <summary>Absolute address for a write-back mapping.</summary>
    [At(0x00)] public partial ulong WriteBack { get; set; }
    /// <summary>Absolute address for a write-through mapping.</summary>
    [At(0x08)] public partial ulong WriteThrough { get; set; }
}

/// <summary>Response of STORE LOGICAL-PROCESSOR CHARACTERISTICS.</summary>
[Block(0x80)]
public readonly unsafe partial struct ClpCharacteristicsResponse
{
    /// <summary>LPIF, the first of four doublewords: bit n for command n.</summary>
    [At(0x20)] public partial ulong Installed { get; set; }
    /// <summary>Bit 0: bits 2-7 are valid, the number of the bit of memory-I/O addresses that selects write-back.</summary>
    [At(0x50)] public partial byte WriteBack { get; set; }
    /// <summary>LPIC, the first of four doublewords.</summary>
    [At(0x60)] public partial ulong Characteristics { get; set; }
}

/// <summary>Request of QUERY PCI FUNCTION GROUP.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpGroupRequest
{
    /// <summary>Function group.</summary>
    [At(0x13)] public partial byte GroupId { get; set; }
}

/// <summary>Response of QUERY PCI FUNCTION GROUP.</summary>
[Block(0x40)]
public readonly unsafe partial struct ClpGroupResponse
{
    /// <summary>Bits 4-15: most message interruptions.</summary>
    [At(0x10)] public partial ushort Interruptions { get; set; }
    /// <summary>PCI version.</summary>
    [At(0x12)] public partial byte Version { get; set; }
    /// <summary>See <see cref="PciGroupFlags"/>.</summary>
    [At(0x13)] public partial byte Flags { get; set; }
    /// <summary>Bits 3-15: most bytes of a store block.</summary>
    [At(0x14)] public partial ushort MaximumStoreBlock { get; set; }
    /// <summary>Measurement-block update interval in milliseconds.</summary>
    [At(0x16)] public partial ushort MeasurementInterval { get; set; }
    /// <summary>DTSM: bit n for designation type n.</summary>
    [At(0x18)] public partial byte Designations { get; set; }
    /// <summary>Bits 4-15: most message interruptions that are directed to CPUs.</summary>
    [At(0x1C)] public partial ushort DirectedInterruptions { get; set; }
    /// <summary>Most CPUs that interruptions may be directed to.</summary>
    [At(0x1E)] public partial ushort MaximumCpus { get; set; }
    /// <summary>MSIA: where message interruptions are written.</summary>
    [At(0x28)] public partial ulong MessageAddress { get; set; }
}

/// <summary>Request of SET PCI FUNCTION.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpSetRequest
{
    /// <summary>Function handle.</summary>
    [At(0x10)] public partial uint Handle { get; set; }
    /// <summary>Operation code: 0 enable, 1 disable, 2 enable memory I/O, 3 disable memory I/O.</summary>
    [At(0x16)] public partial byte Operation { get; set; }
    /// <summary>Number of DMA address spaces.</summary>
    [At(0x17)] public partial byte DmaAddressSpaces { get; set; }
    /// <summary>The GISA of the guest that a host enables the function for; zero for none.</summary>
    [At(0x1C)] public partial uint GuestDesignation { get; set; }
}

/// <summary>Response of SET PCI FUNCTION.</summary>
[Block(0xA0)]
public readonly unsafe partial struct ClpSetResponse
{
    /// <summary>Function handle from now on.</summary>
    [At(0x10)] public partial uint Handle { get; set; }
    /// <summary>First word of the memory-I/O addresses: <see cref="ClpMemoryIo"/>.</summary>
    [At(0x20)] public partial uint MemoryIo { get; set; }
}

/// <summary>CLP commands for PCI.</summary>
public enum ClpCommand : ushort
{
#pragma warning disable CS1591 // Named as the architecture names the commands.
    StoreCharacteristics = 0x0001,
    ListFunctions = 0x0002,
    QueryFunction = 0x0003,
    QueryGroup = 0x0004,
    SetFunction = 0x0005,
#pragma warning restore CS1591
}

/// <summary>CLP response codes.</summary>
public enum ClpResponse : ushort
{
#pragma warning disable CS1591 // Named for the condition that they report.
    Ok = 0x0010,
    UnknownCommand = 0x0020,
    NotAuthorized = 0x0030,
    InvalidFormat = 0x0040,
    InvalidLength = 0x0050,
    BlockTooSmall = 0x0060,
    ReservedNotZero = 0x0070,
    NoData = 0x0080,
    UnknownFunctionCode = 0x0100,
    InvalidHandle = 0x0101,
    HandleNotValidForOperation = 0x0102,
    InvalidAddressSpaceCount = 0x0103,
    InsufficientResources = 0x0104,
    AlreadyInState = 0x0105,
    PermanentError = 0x0106,
    RecoveryPending = 0x0107,
    Busy = 0x0108,
    UnknownResumeToken = 0x010A,
    UnknownGroup = 0x010B,
#pragma warning restore CS1591
}
