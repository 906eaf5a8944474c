using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>The 512-byte format-2 SIE state description (sie.md section 2).</summary>
[Block(0x200)]
public readonly unsafe partial struct StateDescription
{
    /// <summary>Bit of <see cref="InterceptionStatus"/>: the intercepted instruction had a PER instruction-fetching event.</summary>
    public const byte PerFetchStatus = 0x02;

    /// <summary>Status and mode flags; see <see cref="SieFlags"/>.</summary>
    [At(0x000)] public partial uint CpuFlags { get; set; }
    /// <summary>Bits 1-18 guest prefix (mask 0x7fffe000), bits 20-31 instruction-blocking control.</summary>
    [At(0x004)] public partial uint Prefix { get; set; }
    /// <summary>Software only: bit 31 says that the host runs SIE with this block.</summary>
    [At(0x00C)] public partial uint Prog0C { get; set; }
    /// <summary>Software only: requests that keep SIE from being entered.</summary>
    [At(0x020)] public partial uint Prog20 { get; set; }
    /// <summary>Guest CPU timer.</summary>
    [At(0x028)] public partial ulong CpuTimer { get; set; }
    /// <summary>Guest clock comparator.</summary>
    [At(0x030)] public partial ulong ClockComparator { get; set; }
    /// <summary>Signed difference of the guest's TOD clock.</summary>
    [At(0x038)] public partial ulong Epoch { get; set; }
    /// <summary>SVC interception: byte 0 selects, bytes 1-3 are SVC numbers.</summary>
    [At(0x040)] public partial uint SvcControl { get; set; }
    /// <summary>LCTL/LCTLG interception: bit n for control register n.</summary>
    [At(0x044)] public partial ushort LoadControl { get; set; }
    /// <summary>Guest CPU address.</summary>
    [At(0x046)] public partial ushort CpuAddress { get; set; }
    /// <summary>Interception controls; see <see cref="InterceptionControls"/>.</summary>
    [At(0x048)] public partial uint InterceptionControl { get; set; }
    /// <summary>Execution controls A.</summary>
    [At(0x04C)] public partial uint Eca { get; set; }
    /// <summary>Interception code; see <see cref="Interception"/>.</summary>
    [At(0x050)] public partial byte InterceptionCode { get; set; }
    /// <summary>0x60: ILC of EXECUTE; 0x02: a PER instruction-fetching event; 0x01: the instruction is EXECUTE's target.</summary>
    [At(0x051)] public partial byte InterceptionStatus { get; set; }
    /// <summary>Last host CPU address; 0xffff forces a purge of the guest's TLB.</summary>
    [At(0x052)] public partial ushort HostCpu { get; set; }
    /// <summary>Interception parameter A: bytes 0-1 of the instruction.</summary>
    [At(0x056)] public partial ushort Ipa { get; set; }
    /// <summary>Interception parameter B: bytes 2-5 of the instruction, left-justified.</summary>
    [At(0x058)] public partial uint Ipb { get; set; }
    /// <summary>SCA origin, high word.</summary>
    [At(0x05C)] public partial uint ScaOriginHigh { get; set; }
    /// <summary>Execution controls B.</summary>
    [At(0x061)] public partial byte Ecb { get; set; }
    /// <summary>Execution controls B2; 0x02 is zPCI load/store interpretation.</summary>
    [At(0x062)] public partial byte Ecb2 { get; set; }
    /// <summary>Execution controls B3; 0x20 adapter-interruption suppression, 0x10 source identification.</summary>
    [At(0x063)] public partial byte Ecb3 { get; set; }
    /// <summary>SCA origin, low word.</summary>
    [At(0x064)] public partial uint ScaOriginLow { get; set; }
    /// <summary>TOD programmable register.</summary>
    [At(0x06C)] public partial uint TodProgrammable { get; set; }
    /// <summary>GISA designation.</summary>
    [At(0x070)] public partial uint Gisa { get; set; }
    /// <summary>Main-storage origin.</summary>
    [At(0x080)] public partial ulong MainStorageOrigin { get; set; }
    /// <summary>Main-storage limit.</summary>
    [At(0x088)] public partial ulong MainStorageLimit { get; set; }
    /// <summary>Guest PSW bits 0-63.</summary>
    [At(0x090)] public partial ulong PswMask { get; set; }
    /// <summary>Guest PSW bits 64-127.</summary>
    [At(0x098)] public partial ulong PswAddress { get; set; }
    /// <summary>Guest general register 14.</summary>
    [At(0x0A0)] public partial ulong Gr14 { get; set; }
    /// <summary>Guest general register 15.</summary>
    [At(0x0A8)] public partial ulong Gr15 { get; set; }
    /// <summary>External-interruption parameter (code 14).</summary>
    [At(0x0C0)] public partial uint ExternalParameter { get; set; }
    /// <summary>CPU address of the external interruption (code 14).</summary>
    [At(0x0C4)] public partial ushort ExternalCpuAddress { get; set; }
    /// <summary>External-interruption code (code 14).</summary>
    [At(0x0C6)] public partial ushort ExternalCode { get; set; }
    /// <summary>Program-interruption ILC.</summary>
    [At(0x0CC)] public partial ushort ProgramIlc { get; set; }
    /// <summary>Program-interruption code.</summary>
    [At(0x0CE)] public partial ushort ProgramCode { get; set; }
    /// <summary>Data-exception code.</summary>
    [At(0x0D0)] public partial uint DataExceptionCode { get; set; }
    /// <summary>Monitor class.</summary>
    [At(0x0D4)] public partial ushort MonitorClass { get; set; }
    /// <summary>PER code and addressing-and-translation-mode identification.</summary>
    [At(0x0D6)] public partial ushort PerCode { get; set; }
    /// <summary>PER address.</summary>
    [At(0x0D8)] public partial ulong PerAddress { get; set; }
    /// <summary>PER access identification.</summary>
    [At(0x0E1)] public partial byte PerAccess { get; set; }
    /// <summary>Exception access identification.</summary>
    [At(0x0E0)] public partial byte ExceptionAccess { get; set; }
    /// <summary>Operand access identification.</summary>
    [At(0x0E2)] public partial byte OperandAccess { get; set; }
    /// <summary>Translation-exception identification, or the monitor code.</summary>
    [At(0x0E8)] public partial ulong TranslationException { get; set; }
    /// <summary>Guest control register 0; the others follow, eight bytes each.</summary>
    [At(0x100)] public partial ulong Cr0 { get; set; }
    /// <summary>Breaking-event address.</summary>
    [At(0x180)] public partial ulong BreakingEvent { get; set; }
    /// <summary>Facility-list designation: 31-bit host real address.</summary>
    [At(0x1A0)] public partial uint FacilityList { get; set; }
    /// <summary>Execution controls D.</summary>
    [At(0x1C8)] public partial uint Ecd { get; set; }
    /// <summary>Program parameter.</summary>
    [At(0x1DE)] public partial ulong ProgramParameter { get; set; }
}

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
    /// <summary>The vCPU is loaded.</summary>
    public const uint Running = 0x00800000;
    /// <summary>z/Architecture guest; required.</summary>
    public const uint ZArchitecture = 0x00000800;
    /// <summary>Storage-limit suppression: MSO and MSL are ignored.</summary>
    public const uint StorageLimitSuppression = 0x00000080;
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
    Bsa = 0x00080000,
#pragma warning restore CS1591
}
