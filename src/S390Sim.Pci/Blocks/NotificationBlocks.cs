using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>
/// Information block of SET INTERRUPTION CONTROLS 2 (AIPB, zpci.md section 2.9): how adapter events of a host's guests are
/// notified.
/// </summary>
[Block(0x20)]
public readonly unsafe partial struct AdapterInformationBlock
{
    /// <summary>FAISB: absolute address of the forwarding summary bits, one for each entry of the table.</summary>
    [At(0x00)] public partial ulong SummaryBits { get; set; }
    /// <summary>GAIT: absolute address of the guest adapter interruption table.</summary>
    [At(0x08)] public partial ulong Table { get; set; }
    /// <summary>Bits 13-15, AFI: interruption subclass of the host for what is forwarded to it.</summary>
    [At(0x10)] public partial ushort Subclass { get; set; }
    /// <summary>FAAL: number of entries.</summary>
    [At(0x16)] public partial ushort Entries { get; set; }
}

/// <summary>
/// Entry of the guest adapter interruption table (GAIT, zpci.md section 9.3); its index is that of the forwarding summary bit.
/// </summary>
[Block(0x10)]
public readonly unsafe partial struct GuestAdapterEntry
{
    /// <summary>GISA of the guest; zero when its host delivers everything.</summary>
    [At(0x00)] public partial uint Gisa { get; set; }
    /// <summary>Interruption subclass of the guest.</summary>
    [At(0x04)] public partial byte Subclass { get; set; }
    /// <summary>How many registrations use the entry; the host ignores one of none.</summary>
    [At(0x05)] public partial byte Count { get; set; }
    /// <summary>Bit offset of the guest's summary bit in its doubleword.</summary>
    [At(0x07)] public partial byte SummaryOffset { get; set; }
    /// <summary>Host absolute address of the doubleword with the guest's summary bit; zero when the guest has none.</summary>
    [At(0x08)] public partial ulong SummaryAddress { get; set; }
}
