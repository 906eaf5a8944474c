namespace S390Sim.Cpu;

/// <summary>
/// What a machine with interpretive execution offers to hypervisors, each announced by a bit of its own (sie.md section 2.5).
/// </summary>
[Flags]
public enum SieFacilities : uint
{
    /// <summary>None: a program has no START INTERPRETIVE EXECUTION.</summary>
    None = 0,
    /// <summary>SIEF2: format-2 state descriptions.</summary>
    Interpretation = 1 << 0,
    /// <summary>GSLS: storage-limit suppression.</summary>
    StorageLimitSuppression = 1 << 1,
    /// <summary>ESOP: protections are told apart, and one by the host is the host's interruption (ECB.HOSTPROTINT).</summary>
    HostProtection = 1 << 2,
    /// <summary>A system control area may be anywhere (64BSCAO).</summary>
    WideControlArea = 1 << 3,
    /// <summary>ESCA: the extended system control area.</summary>
    ExtendedControlArea = 1 << 4,
    /// <summary>CMMA: ESSA is interpreted.</summary>
    CollaborativeMemory = 1 << 5,
    /// <summary>PFMFI: PFMF is interpreted.</summary>
    FrameManagement = 1 << 6,
    /// <summary>IBS: interlock-and-broadcast suppression.</summary>
    BroadcastSuppression = 1 << 7,
    /// <summary>KSS: the keyless subset.</summary>
    KeylessSubset = 1 << 8,
    /// <summary>SKEY: storage keys are interpreted with the host's PGSTEs.</summary>
    StorageKeys = 1 << 9,
    /// <summary>GPERE: guest-PER enhancement.</summary>
    GuestPer = 1 << 10,
    /// <summary>SIIF: the storage-invalidation interlock (ECA.SII).</summary>
    InvalidationInterlock = 1 << 11,
    /// <summary>SIGPIF: external calls are interpreted (ECA.SIGPI).</summary>
    ExternalCalls = 1 << 12,
    /// <summary>CEI: external interruptions are interpreted conditionally.</summary>
    ExternalInterruptions = 1 << 13,
    /// <summary>IB: intervention bypass.</summary>
    InterventionBypass = 1 << 14,
    /// <summary>GISAF: GISAs of format 1.</summary>
    LargeGisa = 1 << 15,
    /// <summary>AENI: events of adapters are forwarded to GISAs.</summary>
    EventNotification = 1 << 16,
    /// <summary>AISI: suppression of adapter interruptions is interpreted.</summary>
    InterruptionSuppression = 1 << 17,
    /// <summary>AISII: adapters are identified with their GISA.</summary>
    SourceIdentification = 1 << 18,
    /// <summary>ZPCI_LSI: PCI loads and stores are interpreted.</summary>
    PciLoadStore = 1 << 19,
}
