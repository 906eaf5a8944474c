using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Request of the CHSC command STORE EVENT INFORMATION.</summary>
[Block(0x10)]
public readonly unsafe partial struct StoreEventRequest
{
    /// <summary>Bytes of the request.</summary>
    [At(0x00)] public partial ushort Length { get; set; }
    /// <summary>Command code.</summary>
    [At(0x02)] public partial ushort Command { get; set; }
    /// <summary>Notification types wanted: bit n for type n.</summary>
    [At(0x08)] public partial ulong Types { get; set; }
}

/// <summary>Request of the CHSC command SET GUEST INFORMATION BLOCK.</summary>
[Block(0x28)]
public readonly unsafe partial struct SetGuestInformationRequest
{
    /// <summary>The operation: sets the origin.</summary>
    public const ushort SetOrigin = 1;

    /// <summary>What is done.</summary>
    [At(0x04)] public partial ushort Operation { get; set; }
    /// <summary>Bits 4-7: format.</summary>
    [At(0x08)] public partial byte Format { get; set; }
    /// <summary>Absolute address of the guest information block; zero for none.</summary>
    [At(0x14)] public partial uint Origin { get; set; }
}

/// <summary>Response of STORE EVENT INFORMATION, with the content-code-dependent field of PCI events.</summary>
[Block(0x60)]
public readonly unsafe partial struct StoreEventResponse
{
    /// <summary>Bytes of the response.</summary>
    [At(0x00)] public partial ushort Length { get; set; }
    /// <summary>Response code: 1 stored, 5 nothing to store.</summary>
    [At(0x02)] public partial ushort Code { get; set; }
    /// <summary>Notification type, 2 for PCI.</summary>
    [At(0x07)] public partial byte NotificationType { get; set; }
    /// <summary>0x80 more events are pending, 0x40 some were lost.</summary>
    [At(0x08)] public partial byte Flags { get; set; }
    /// <summary>Content code: 1 error, 2 availability.</summary>
    [At(0x0B)] public partial byte ContentCode { get; set; }
    /// <summary>Function handle.</summary>
    [At(0x44)] public partial uint Handle { get; set; }
    /// <summary>Function identifier.</summary>
    [At(0x48)] public partial uint Fid { get; set; }
    /// <summary>Error events: vector number in bits 4-15, the rest zero here.</summary>
    [At(0x4C)] public partial uint Details { get; set; }
    /// <summary>Error events: failing address.</summary>
    [At(0x50)] public partial ulong FailingAddress { get; set; }
    /// <summary>Event code.</summary>
    [At(0x5E)] public partial ushort EventCode { get; set; }
}
