using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>ASN-second-table entry: everything about one address space (chapter 3, "ASN-Second-Table Entries").</summary>
[Block(0x40)]
public readonly unsafe partial struct Aste
{
    /// <summary>Bit 0 invalid, bits 1-29 authority-table origin, bit 31 base space of a subspace group.</summary>
    [At(0x00)] public partial uint AuthorityOrigin { get; set; }
    /// <summary>Authorization index.</summary>
    [At(0x04)] public partial ushort AuthorizationIndex { get; set; }
    /// <summary>Bits 0-11 authority-table length in units of 16 entries, less one; 14 controlled, 15 reusable ASN.</summary>
    [At(0x06)] public partial ushort AuthorityLength { get; set; }
    /// <summary>Address-space-control element.</summary>
    [At(0x08)] public partial ulong Asce { get; set; }
    /// <summary>Access-list designation: bits 1-24 origin, 25-31 length in units of 8 entries, less one.</summary>
    [At(0x10)] public partial uint AccessList { get; set; }
    /// <summary>Sequence number that access-list entries must repeat.</summary>
    [At(0x14)] public partial uint SequenceNumber { get; set; }
    /// <summary>Linkage-table or linkage-first-table designation; bit 0 is the subsystem-linkage control.</summary>
    [At(0x18)] public partial uint Linkage { get; set; }
    /// <summary>Instance number of a reusable ASN.</summary>
    [At(0x2C)] public partial uint InstanceNumber { get; set; }

    /// <summary>Whether the entry describes no space now.</summary>
    public bool IsInvalid => (AuthorityOrigin & 0x8000_0000) != 0;
    /// <summary>Whether the space is the base space of a subspace group.</summary>
    public bool IsBaseSpace => (AuthorityOrigin & 1) != 0;
    /// <summary>Whether only the supervisor may make the space current by its instance.</summary>
    public bool IsControlled => (AuthorityLength & 2) != 0;
    /// <summary>Whether the ASN may not be used without its instance.</summary>
    public bool IsReusable => (AuthorityLength & 1) != 0;
}

/// <summary>Access-list entry (chapter 5, "Access-List Entries").</summary>
[Block(0x10)]
public readonly unsafe partial struct AccessListEntry
{
    /// <summary>Bit 0 invalid, 6 fetch only, 7 private.</summary>
    [At(0x00)] public partial byte Flags { get; set; }
    /// <summary>Sequence number that the ALET must repeat.</summary>
    [At(0x01)] public partial byte SequenceNumber { get; set; }
    /// <summary>The extended authorization index that may use a private entry.</summary>
    [At(0x02)] public partial ushort AuthorizationIndex { get; set; }
    /// <summary>Bits 1-25: real address of the ASN-second-table entry.</summary>
    [At(0x08)] public partial uint AsteAddress { get; set; }
    /// <summary>Sequence number that the ASTE must repeat.</summary>
    [At(0x0C)] public partial uint AsteSequenceNumber { get; set; }

    /// <summary>Whether the entry designates no space.</summary>
    public bool IsInvalid => (Flags & 0x80) != 0;
    /// <summary>Whether the space may not be stored into through this entry.</summary>
    public bool IsFetchOnly => (Flags & 0x02) != 0;
    /// <summary>Whether only authorized programs may use the entry.</summary>
    public bool IsPrivate => (Flags & 0x01) != 0;
}

/// <summary>Dispatchable-unit-control table (chapter 5, "Dispatchable-Unit-Control Table").</summary>
[Block(0x40)]
public readonly unsafe partial struct DispatchableUnit
{
    /// <summary>Bits 1-25: real address of the base space's ASTE.</summary>
    [At(0x00)] public partial uint BaseAste { get; set; }
    /// <summary>Bit 0 subspace active, bits 1-25 real address of the last subspace's ASTE.</summary>
    [At(0x04)] public partial uint SubspaceAste { get; set; }
    /// <summary>ASTE sequence number of the last subspace.</summary>
    [At(0x0C)] public partial uint SubspaceSequenceNumber { get; set; }
    /// <summary>Access-list designation of the dispatchable unit.</summary>
    [At(0x10)] public partial uint AccessList { get; set; }
    /// <summary>What BSA saved: bits 0-15 PSW-key mask, 24-27 key, 28 reduced authority, 31 problem state.</summary>
    [At(0x14)] public partial uint Authority { get; set; }
    /// <summary>Return address of BRANCH AND SET AUTHORITY; in the 31-bit mode bit 32 is one.</summary>
    [At(0x20)] public partial ulong ReturnAddress { get; set; }
    /// <summary>Bits 1-28 trap-control-block address, bit 31 trap enabled.</summary>
    [At(0x2C)] public partial uint Trap { get; set; }

    /// <summary>Bit 0 of <see cref="SubspaceAste"/>.</summary>
    public const uint SubspaceActive = 0x8000_0000;
    /// <summary>Bit 28 of <see cref="Authority"/>.</summary>
    public const uint ReducedAuthority = 0x08;
}

/// <summary>Entry-table entry: what PROGRAM CALL calls (chapter 5, "Entry-Table Entries").</summary>
[Block(0x20)]
public readonly unsafe partial struct EntryTableEntry
{
    /// <summary>Instruction address; outside the 64-bit mode only bits 33-62, 32 is the mode. Bit 63: problem state.</summary>
    [At(0x00)] public partial ulong EntryAddress { get; set; }
    /// <summary>Authorization key mask: which keys in the PSW-key mask permit a problem program to call.</summary>
    [At(0x08)] public partial ushort AuthorizationKeyMask { get; set; }
    /// <summary>ASN of the called space; zero for the current primary space.</summary>
    [At(0x0A)] public partial ushort Asn { get; set; }
    /// <summary>Entry key mask.</summary>
    [At(0x0C)] public partial ushort EntryKeyMask { get; set; }
    /// <summary>Bits as the constants here say; bits 8-11 are the entry key.</summary>
    [At(0x10)] public partial ushort Options { get; set; }
    /// <summary>Entry extended authorization index.</summary>
    [At(0x12)] public partial ushort AuthorizationIndex { get; set; }
    /// <summary>Bits 1-25: real address of the called space's ASTE.</summary>
    [At(0x14)] public partial uint AsteAddress { get; set; }
    /// <summary>Entry parameter, for general register 4.</summary>
    [At(0x18)] public partial ulong Parameter { get; set; }

    /// <summary>T: the call uses the linkage stack.</summary>
    public const ushort Stacking = 0x8000;
    /// <summary>G: the entry is entered in the 64-bit mode.</summary>
    public const ushort Extended = 0x4000;
    /// <summary>K: the PSW key is replaced by the entry key.</summary>
    public const ushort ReplaceKey = 0x1000;
    /// <summary>M: the PSW-key mask is replaced, not enlarged, by the entry key mask.</summary>
    public const ushort ReplaceKeyMask = 0x0800;
    /// <summary>E: the extended authorization index is replaced.</summary>
    public const ushort ReplaceAuthorizationIndex = 0x0400;
    /// <summary>C: the entry is entered in the access-register mode.</summary>
    public const ushort AccessRegisterMode = 0x0200;
    /// <summary>S: the secondary space becomes the called space, not the caller's.</summary>
    public const ushort SecondaryIsNew = 0x0100;
}
