namespace S390Sim.Cpu;

/// <summary>Masks of <see cref="StateDescription.CpuFlags"/> (sie.md section 2.1).</summary>
public static class SieFlags
{
    /// <summary>Intercept with code 28 at the next boundary.</summary>
    public const uint StopRequest = 0x04000000;
    /// <summary>Intercept with code 18 when the guest is enabled for I/O.</summary>
    public const uint IoRequest = 0x02000000;
    /// <summary>Intercept with code 10 when the guest is enabled for external interruptions.</summary>
    public const uint ExternalRequest = 0x01000000;
    /// <summary>The guest is in the stopped state.</summary>
    public const uint Stopped = 0x80000000;
    /// <summary>The vCPU waits in its host, enabled.</summary>
    public const uint Wait = 0x10000000;
    /// <summary>An interpreted external call is pending; the SCA entry has its source.</summary>
    public const uint ExternalCallPending = 0x08000000;
    /// <summary>The vCPU is loaded.</summary>
    public const uint Running = 0x00800000;
    /// <summary>Region-relocate facility: zones, which this machine does not have.</summary>
    public const uint RegionRelocate = 0x00008000;
    /// <summary>SLSV: a storage-level sub-mode of interpreted SIE, which this machine does not have.</summary>
    public const uint StorageLevelV = 0x00004000;
    /// <summary>SLSR: the other one.</summary>
    public const uint StorageLevelR = 0x00002000;
    /// <summary>Both.</summary>
    public const uint InterpretedSie = StorageLevelV | StorageLevelR;
    /// <summary>z/Architecture guest; required.</summary>
    public const uint ZArchitecture = 0x00000800;
    /// <summary>Keyless subset: the first storage-key instruction is intercepted with code 5C.</summary>
    public const uint KeylessSubset = 0x00000200;
    /// <summary>Multiple controlled data spaces (XC mode).</summary>
    public const uint MultipleDataSpaces = 0x00000100;
    /// <summary>Storage-limit suppression: MSO and MSL are ignored.</summary>
    public const uint StorageLimitSuppression = 0x00000080;
    /// <summary>Interlock-and-broadcast suppression: no other CPU of the guest runs.</summary>
    public const uint BroadcastSuppression = 0x00000040;
    /// <summary>Guest enhanced DAT 2, which includes 1.</summary>
    public const uint GuestEnhancedDat2 = 0x00000010;
    /// <summary>Preferred guest (V=R), whose storage begins where the host's does.</summary>
    public const uint Preferred = 0x00000008;
    /// <summary>Guest enhanced DAT 1.</summary>
    public const uint GuestEnhancedDat = 0x00000004;
    /// <summary>Guest-PER enhancement: program interruptions with PER events go to the host.</summary>
    public const uint GuestPer = 0x00000001;
}

/// <summary>Interception codes (sie.md section 4.1).</summary>
public enum Interception : byte
{
#pragma warning disable CS1591 // The names are the architecture's.
    None = 0x00,
    Instruction = 0x04,
    Program = 0x08,
    InstructionAndProgram = 0x0C,
    ExternalRequest = 0x10,
    ExternalInterruption = 0x14,
    IoRequest = 0x18,
    Wait = 0x1C,
    Validity = 0x20,
    StopRequest = 0x28,
    OperationException = 0x2C,
    Alert = 0x30,
    PartialExecution = 0x38,
    KeylessSubset = 0x5C,
#pragma warning restore CS1591
}

/// <summary>Masks of <see cref="StateDescription.InterceptionControl"/> (sie.md section 2.2).</summary>
[Flags]
public enum InterceptionControls : uint
{
#pragma warning disable CS1591 // Named for the instruction or condition that they intercept.
    None = 0,
    OperationException = 0x80000000,
    PrivilegedOperation = 0x40000000,
    Program = 0x20000000,
    FacilityIndicating = 0x10000000,
    TestAndSet = 0x08000000,
    CompareAndSwap = 0x04000000,
    CompareDoubleAndSwap = 0x02000000,
    IpteCsp = 0x01000000,
    Lpsw = 0x00400000,
    PurgeTlb = 0x00200000,
    Ssm = 0x00100000,
    Stctl = 0x00040000,
    Stnsm = 0x00020000,
    Stosm = 0x00010000,
    Stck = 0x00008000,
    Iske = 0x00004000,
    Sske = 0x00002000,
    Rrbe = 0x00001000,
    ProgramCall = 0x00000800,
    ProgramTransfer = 0x00000400,
    Tprot = 0x00000200,
    Lasp = 0x00000100,
    Spt = 0x00000040,
    Sckc = 0x00000020,
    ProgramReturn = 0x00000008,
    Bakr = 0x00000004,
    Paging = 0x00000002,
    Bsa = 0x00080000,
#pragma warning restore CS1591
}

/// <summary>Masks of <see cref="StateDescription.Eca"/> (sie.md section 2.3).</summary>
public static class ExecutionControlsA
{
    /// <summary>CEI: the guest's external interruptions are interpreted.</summary>
    public const uint ExternalInterruptions = 0x80000000;
    /// <summary>IB: intervention bypass.</summary>
    public const uint InterventionBypass = 0x40000000;
    /// <summary>WAIA: an enabled wait is no interception.</summary>
    public const uint WaitAssist = 0x20000000;
    /// <summary>SIGPI: SIGP external call is interpreted through the SCA.</summary>
    public const uint SignalProcessor = 0x10000000;
    /// <summary>MVPGI: MOVE PAGE is interpreted.</summary>
    public const uint MovePage = 0x01000000;
    /// <summary>AIV: adapter interruptions are delivered through the GISA.</summary>
    public const uint AdapterInterruptions = 0x00200000;
    /// <summary>VX: the guest has the vector facility.</summary>
    public const uint Vector = 0x00020000;
    /// <summary>PROTEXCI: the guest gets its protection exceptions itself.</summary>
    public const uint ProtectionExceptions = 0x00002000;
    /// <summary>APIE: AP instructions are interpreted.</summary>
    public const uint Crypto = 0x00000008;
    /// <summary>SII: the storage-invalidation interlock of the SCA is used.</summary>
    public const uint InvalidationInterlock = 0x00000001;
}

/// <summary>Masks of <see cref="StateDescription.Ecb"/> (sie.md section 2.4).</summary>
public static class ExecutionControlsB
{
    /// <summary>GS: guarded storage.</summary>
    public const byte GuardedStorage = 0x40;
    /// <summary>TE: transactional execution.</summary>
    public const byte Transactions = 0x10;
    /// <summary>SPECI: the guest gets its specification exceptions itself.</summary>
    public const byte SpecificationExceptions = 0x08;
    /// <summary>SRSI: SIGP sense running status is interpreted.</summary>
    public const byte SenseRunning = 0x04;
    /// <summary>HOSTPROTINT: protection by the host is the host's interruption.</summary>
    public const byte HostProtection = 0x02;
    /// <summary>PTF: PERFORM TOPOLOGY FUNCTION is interpreted.</summary>
    public const byte Topology = 0x01;
}

/// <summary>Masks of <see cref="StateDescription.Ecb2"/> (sie.md section 2.4).</summary>
public static class ExecutionControlsB2
{
    /// <summary>CMMA: ESSA is interpreted through the CBRL.</summary>
    public const byte CollaborativeMemory = 0x80;
    /// <summary>IEP: instruction-execution protection.</summary>
    public const byte ExecutionProtection = 0x20;
    /// <summary>RCPBY: PGSTEs are bypassed; instructions about storage keys use the frames' own.</summary>
    public const byte BypassStatus = 0x10;
    /// <summary>PFMFI: PERFORM FRAME MANAGEMENT FUNCTION is interpreted.</summary>
    public const byte FrameManagement = 0x08;
    /// <summary>ESCA: the SCA has the extended format.</summary>
    public const byte ExtendedSca = 0x04;
    /// <summary>ZPCI_LSI: PCI loads and stores are interpreted for functions that are the guest's.</summary>
    public const byte PciLoadStore = 0x02;
}

/// <summary>Masks of <see cref="StateDescription.Ecb3"/> (sie.md section 2.4).</summary>
public static class ExecutionControlsB3
{
    /// <summary>AISI: adapter-interruption suppression (SIC) is interpreted.</summary>
    public const byte Suppression = 0x20;
    /// <summary>AISII: adapter-interruption source identification is interpreted.</summary>
    public const byte SourceIdentification = 0x10;
    /// <summary>DEA: keys of that algorithm are wrapped by the CRYCB's masks.</summary>
    public const byte DeaKeys = 0x08;
    /// <summary>AES: keys of that algorithm are wrapped by the CRYCB's masks.</summary>
    public const byte AesKeys = 0x04;
    /// <summary>RI: runtime instrumentation.</summary>
    public const byte Instrumentation = 0x01;
}

/// <summary>Masks of <see cref="StateDescription.Ecd"/> (sie.md section 2.4).</summary>
public static class ExecutionControlsD
{
    /// <summary>HOSTREGMGMT: the host manages vector and guarded-storage registers.</summary>
    public const uint HostRegisters = 0x20000000;
    /// <summary>MEF: the epoch index is in use.</summary>
    public const uint MultipleEpochs = 0x08000000;
    /// <summary>ETOKENF: the etoken is in the extension.</summary>
    public const uint EToken = 0x02000000;
}
