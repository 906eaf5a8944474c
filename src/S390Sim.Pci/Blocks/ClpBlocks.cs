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
    /// <summary>0x10 requester ID, 0x08 physical function, 0x02 memory I/O, 0x01 utility string.</summary>
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
    /// <summary>User-defined identifier: the PCI domain.</summary>
    [At(0x7C)] public partial uint Uid { get; set; }
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
    /// <summary>MSIA: where message interruptions are written.</summary>
    [At(0x28)] public partial ulong MessageAddress { get; set; }
}

/// <summary>Request of SET PCI FUNCTION.</summary>
[Block(0x20)]
public readonly unsafe partial struct ClpSetRequest
{
    /// <summary>Function handle.</summary>
    [At(0x10)] public partial uint Handle { get; set; }
    /// <summary>Operation code: 0 enable, 1 disable.</summary>
    [At(0x16)] public partial byte Operation { get; set; }
    /// <summary>Number of DMA address spaces.</summary>
    [At(0x17)] public partial byte DmaAddressSpaces { get; set; }
}

/// <summary>Response of SET PCI FUNCTION.</summary>
[Block(0xA0)]
public readonly unsafe partial struct ClpSetResponse
{
    /// <summary>Function handle from now on.</summary>
    [At(0x10)] public partial uint Handle { get; set; }
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
    InvalidFormat = 0x0040,
    InvalidLength = 0x0050,
    BlockTooSmall = 0x0060,
    ReservedNotZero = 0x0070,
    InvalidHandle = 0x0101,
    HandleNotValidForOperation = 0x0102,
    InvalidAddressSpaceCount = 0x0103,
    InsufficientResources = 0x0104,
    AlreadyInState = 0x0105,
    PermanentError = 0x0106,
    UnknownResumeToken = 0x010A,
    UnknownGroup = 0x010B,
#pragma warning restore CS1591
}
