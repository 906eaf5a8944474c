using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>The 512-byte format-2 SIE state description (sie.md section 2).</summary>
[Block(0x200)]
public readonly unsafe partial struct StateDescription
{
    /// <summary>Bit of <see cref="InterceptionStatus"/>: the intercepted instruction had a PER instruction-fetching event.</summary>
    public const byte PerFetchStatus = 0x02;

    /// <summary>Bit of <see cref="InterceptionStatus"/>: the intercepted instruction is the target of an EXECUTE.</summary>
    public const byte TargetStatus = 0x01;

    private const uint PrefixMask = 0x7FFF_E000;

    /// <summary>Status and mode flags; see <see cref="SieFlags"/>.</summary>
    [At(0x000)] public partial uint CpuFlags { get; set; }
    /// <summary>Bits 1-18 guest prefix (mask 0x7fffe000), bits 20-31 instruction-blocking control.</summary>
    [At(0x004)] public partial uint PrefixAndBlocking { get; set; }
    /// <summary>Guest prefix: the storing of it leaves the instruction-blocking control.</summary>
    public uint Prefix
    {
        get => PrefixAndBlocking & PrefixMask;
        set => PrefixAndBlocking = (PrefixAndBlocking & ~PrefixMask) | (value & PrefixMask);
    }
    /// <summary>
    /// Length by which the PSW is ahead of the intercepted instruction, in bytes: its own, or that of the EXECUTE.
    /// </summary>
    public uint InstructionLength
    {
        get
        {
            if ((InterceptionStatus & TargetStatus) == 0) return (uint)Isa.Decoder.Length((byte)(Ipa >> 8));
            var length = (uint)(InterceptionStatus >> 4) & 6;
            return length == 0 ? 4 : length;
        }
    }
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
    /// <summary>Execution controls A; see <see cref="ExecutionControlsA"/>.</summary>
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
    /// <summary>0x20: branch-prediction blocking.</summary>
    [At(0x060)] public partial byte Fpf { get; set; }
    /// <summary>Execution controls B; see <see cref="ExecutionControlsB"/>.</summary>
    [At(0x061)] public partial byte Ecb { get; set; }
    /// <summary>Execution controls B2; see <see cref="ExecutionControlsB2"/>.</summary>
    [At(0x062)] public partial byte Ecb2 { get; set; }
    /// <summary>Execution controls B3; see <see cref="ExecutionControlsB3"/>.</summary>
    [At(0x063)] public partial byte Ecb3 { get; set; }
    /// <summary>SCA origin, low word.</summary>
    [At(0x064)] public partial uint ScaOriginLow { get; set; }
    /// <summary>State-description format: 2 for a protected guest, which this machine does not have.</summary>
    [At(0x068)] public partial byte Format { get; set; }
    /// <summary>Epoch index: what the guest's extended TOD clock has above bit 0 (with ECD.MEF).</summary>
    [At(0x069)] public partial byte EpochIndex { get; set; }
    /// <summary>Control-program name code of DIAGNOSE 318.</summary>
    [At(0x06A)] public partial byte ControlProgramName { get; set; }
    /// <summary>TOD programmable register.</summary>
    [At(0x06C)] public partial uint TodProgrammable { get; set; }
    /// <summary>GISA designation: 31-bit real address, bit 31 one for format 1; zero for none.</summary>
    [At(0x070)] public partial uint Gisa { get; set; }
    /// <summary>Zone number, which only a machine with the region-relocate facility has.</summary>
    [At(0x074)] public partial ushort Zone { get; set; }
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
    /// <summary>Identifies the host's program: 4 is KVM, 5 KVM running a guest of its guest.</summary>
    [At(0x0B8)] public partial byte HostProgram { get; set; }
    /// <summary>Partial execution (code 38): address of the destination's page-table entry, with flags in its low bits.</summary>
    [At(0x0C0)] public partial ulong DestinationEntry { get; set; }
    /// <summary>Partial execution (code 38): the same for the source.</summary>
    [At(0x0C8)] public partial ulong SourceEntry { get; set; }
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
    /// <summary>Access-register-mode identification.</summary>
    [At(0x0E3)] public partial byte AccessRegisterMode { get; set; }
    /// <summary>CRYCB designation.</summary>
    [At(0x0FC)] public partial uint CryptoBlock { get; set; }
    /// <summary>Guest control register 0; the others follow, eight bytes each.</summary>
    [At(0x100)] public partial ulong Cr0 { get; set; }
    /// <summary>Breaking-event address.</summary>
    [At(0x180)] public partial ulong BreakingEvent { get; set; }
    /// <summary>State-description extension: origin, and in the low 4 bits the logarithm of its size.</summary>
    [At(0x190)] public partial ulong Extension { get; set; }
    /// <summary>Facility-list designation: 31-bit host real address.</summary>
    [At(0x1A0)] public partial uint FacilityList { get; set; }
    /// <summary>CBRL origin; the low 12 bits are the offset of the next entry.</summary>
    [At(0x1B8)] public partial ulong CollaborativeMemory { get; set; }
    /// <summary>Execution controls D; see <see cref="ExecutionControlsD"/>.</summary>
    [At(0x1C8)] public partial uint Ecd { get; set; }
    /// <summary>Program parameter.</summary>
    [At(0x1DE)] public partial ulong ProgramParameter { get; set; }
    /// <summary>Interception transaction-diagnostic block: 256 bytes, host real.</summary>
    [At(0x1E8)] public partial ulong TransactionBlock { get; set; }
    /// <summary>Runtime-instrumentation control block.</summary>
    [At(0x1F0)] public partial ulong InstrumentationBlock { get; set; }
    /// <summary>Guest vector-register save area: 512 bytes, host real.</summary>
    [At(0x1F8)] public partial ulong VectorArea { get; set; }
}
