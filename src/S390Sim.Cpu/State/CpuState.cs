using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>
/// The registers and working state of one processor in one unmanaged block, which every instruction's method gets a pointer
/// to. <see cref="Processor"/> owns it. Little-endian hosts only: the low word of a register is its first word.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe partial struct CpuState
{
    /// <summary>CR2 bit 58: memory-I/O instructions are enabled.</summary>
    public const ulong MemoryIoControl = 0x20;

    /// <summary>Number of the register slot that is always zero: an absent base or index.</summary>
    public const int ZeroRegister = 16;

    private fixed ulong _generalRegisters[ZeroRegister + 1];
    private fixed ulong _vectorRegisters[64];
    /// <summary>Control registers 0-15.</summary>
    public fixed ulong Cr[16];
    /// <summary>Access registers 0-15.</summary>
    public fixed uint Ar[16];
    /// <summary>Floating-point-control register.</summary>
    public uint Fpc;
    /// <summary>Condition code, 0-3. Bits 18-19 of <see cref="PswMask"/> are kept zero.</summary>
    public int Cc;
    /// <summary>PSW bits 0-63 without the condition code.</summary>
    public ulong PswMask;
    /// <summary>Instruction address; valid outside the interpreter loop only, where <see cref="FetchBase"/> and the slot say it.</summary>
    public ulong PswAddress;
    /// <summary>The bits an address keeps in the current addressing mode.</summary>
    public ulong AddressMask;
    /// <summary>Prefix: absolute address of the 8 KB block that real 0-8191 designate.</summary>
    public ulong Prefix;

    private ulong _fetchBase;
    private ulong _breakingEvent;
    private Insn* _breakingSlot;
    /// <summary>Slots of the current page of code.</summary>
    public Insn* PageSlots;
    /// <summary>Low 12 bits of a TLB tag that matches the present way of accessing storage; zero matches nothing.</summary>
    public ulong DataTag;
    /// <summary>The same for instruction fetching.</summary>
    public ulong FetchTag;
    /// <summary>TLB in use: one for each SIE level.</summary>
    public TlbEntry* Tlb;
    /// <summary>Fetch TLB in use.</summary>
    public FetchTlbEntry* FetchTlb;
    /// <summary>Translated access-list-entry tokens, of each SIE level.</summary>
    internal AlbEntries Alb;

    /// <summary>Instructions executed since the processor was made, over all SIE levels.</summary>
    public ulong InstructionCount;
    /// <summary>The loop is left before the instruction that would make the count exceed this.</summary>
    public ulong Deadline;
    /// <summary>
    /// Why a method returned null. Setting it brings the deadline forward: the loop looks for null only then.
    /// </summary>
    public ExitKind Exit
    {
        readonly get => _exit;
        set
        {
            _exit = value;
            Deadline = 0;
        }
    }
    /// <summary>The program exception behind <see cref="ExitKind.Program"/>.</summary>
    public ProgramFault Fault;
    /// <summary>The host's fault behind <see cref="ExitKind.HostFault"/>.</summary>
    public HostFault HostFault;

    /// <summary>Clock comparator.</summary>
    public ulong ClockComparator;
    /// <summary>CPU timer as of <see cref="CpuTimerBase"/>.</summary>
    public ulong CpuTimer;
    /// <summary>TOD at which <see cref="CpuTimer"/> was set.</summary>
    public ulong CpuTimerBase;
    /// <summary>Program parameter (LOAD PROGRAM PARAMETER), for measurements.</summary>
    public ulong ProgramParameter;
    /// <summary>TOD programmable register, bits 16-31 of its word.</summary>
    public uint TodProgrammable;
    /// <summary>Signed difference of this level's time of day from the machine's; zero on the bare machine.</summary>
    public ulong TodEpoch;
    /// <summary>The AFP-register control where it counts in <see cref="Cr"/>; zero for a guest whose host has it off.</summary>
    internal ulong AfpControl;
    /// <summary>What of the machine's facilities the level that runs has: all on the bare machine.</summary>
    internal LevelFacilities LevelFacilities;
    /// <summary>0 on the bare machine, 1 while a SIE guest runs.</summary>
    public int SieLevel;
    /// <summary>Host absolute address of the state description in use; meaningful at SIE level 1.</summary>
    public ulong StateDescription;
    /// <summary>Effective main-storage origin of the guest.</summary>
    public ulong MainStorageOrigin;
    /// <summary>Number of bytes of guest absolute storage, less one.</summary>
    public ulong GuestLimit;
    /// <summary>Address-space-control element that maps the guest: the host's CR 1.</summary>
    public ulong HostAsce;
    /// <summary>Host CR 0, whose EDAT bit rules the host's translation of guest storage.</summary>
    public ulong HostCr0;

    /// <summary>Where EXECUTE puts its modified target, and crossing instructions are decoded.</summary>
    public Insn Target;
    /// <summary>Text of <see cref="Target"/>, left-justified.</summary>
    public ulong TargetText;
    /// <summary>Logical address of the target of EXECUTE.</summary>
    public ulong TargetAddress;
    /// <summary>RI operand of a target that is too far from its EXECUTE for a slot to say.</summary>
    public int FarRelative;
    /// <summary>Whether the instruction under way is the target of an EXECUTE.</summary>
    public bool Executing;

    /// <summary>What program-event recording notes of the instruction under way.</summary>
    internal PerNotes Per;

    /// <summary>ILC, in bytes, of an early exception: 4 or 6 after SET SYSTEM MASK and its kind, 0 after a PSW was loaded.</summary>
    public uint EarlyLength;

    /// <summary>Length of the EXECUTE under way, in bytes.</summary>
    public uint ExecuteLength;

    /// <summary>The rows' own methods, by number of the row: what is behind the <see cref="Gate"/>.</summary>
    internal delegate*<CpuState*, Insn*, Insn*>* Semantics;

    /// <summary>What a fetch that missed the TLB brought.</summary>
    internal ulong SlowOperand;

    private ExitKind _exit;

    /// <summary>Handle of the owning <see cref="Processor"/>.</summary>
    public nint Owner;

    /// <summary>The owning processor.</summary>
    public readonly Processor Processor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.As<Processor>(GCHandle.FromIntPtr(Owner).Target!);
    }

    /// <summary>Whether the PSW is in the problem state.</summary>
    public readonly bool ProblemState => (PswMask & Psw.Problem) != 0;

    /// <summary>The full PSW; its address is valid outside the loop.</summary>
    public readonly Psw Psw => new(PswMask | ((ulong)Cc << 44), PswAddress);

    // Registers are reached by pointers: the element of a fixed buffer costs a test for null each time.

    /// <summary>General registers 0-15, and the zero slot.</summary>
    public ulong* Gr
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ulong*)Unsafe.AsPointer(ref this);
    }

    /// <summary>Vector registers 0-31 as pairs of doublewords, most significant first; floating-point register n is the first of pair n.</summary>
    public ulong* Vr
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ulong*)Unsafe.AsPointer(ref this) + (ZeroRegister + 1);
    }

    /// <summary>Bits 32-63 of a general register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint Low(int register) => ref *(uint*)(Gr + register);

    /// <summary>Bits 0-31 of a general register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint High(int register) => ref ((uint*)(Gr + register))[1];

    /// <summary>Floating-point register: bits 0-63 of the vector register of the same number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong Fpr(int register) => ref Vr[register * 2];

    /// <summary>Logical address of the current page of code.</summary>
    public ulong FetchBase
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => _fetchBase;
        set
        {
            SettleBreakingEvent();
            _fetchBase = value;
        }
    }

    /// <summary>
    /// Address of the last instruction that branched (breaking-event address). A branch within its page leaves just its slot, and
    /// the address follows from that as long as the page is the current one.
    /// </summary>
    public ulong BreakingEvent
    {
        readonly get => _breakingSlot == null ? _breakingEvent : _fetchBase + (ulong)(_breakingSlot - PageSlots) * 2;
        set
        {
            _breakingEvent = value;
            _breakingSlot = null;
        }
    }

    // The address itself instead of the slot, while the slot's page is still the current one.
    private void SettleBreakingEvent()
    {
        if (_breakingSlot == null) return;
        var address = BreakingEvent;
        BreakingEvent = address;
    }

    /// <summary>Takes over PSW bits 0-63, with what derives from them.</summary>
    public void SetPswMask(ulong mask)
    {
        Cc = (int)(mask >> 44) & 3;
        PswMask = mask & ~Psw.ConditionCodeMask;
        AddressMask = Psw.AddressMask(mask);
        RefreshAccessTags();
    }
}

/// <summary>Why the interpreter loop was left by an instruction.</summary>
public enum ExitKind
{
    /// <summary>The instruction count reached the deadline.</summary>
    Deadline,
    /// <summary>The PSW was replaced or an interruption may be open: look again, then go on at <see cref="CpuState.PswAddress"/>.</summary>
    Resume,
    /// <summary>A program interruption; see <see cref="CpuState.Fault"/>.</summary>
    Program,
    /// <summary>The guest's storage is not mapped by the host; see <see cref="CpuState.HostFault"/>. The instruction was nullified.</summary>
    HostFault,
    /// <summary>SIE ended with an interception; the state description holds its code.</summary>
    Interception,
}

/// <summary>What a program interruption stores.</summary>
public struct ProgramFault
{
    /// <summary>Interruption code.</summary>
    public ProgramCode Code;
    /// <summary>Translation-exception identification, for the codes that store one.</summary>
    public ulong TranslationException;
    /// <summary>Data-exception or vector-exception code.</summary>
    public byte DataExceptionCode;
    /// <summary>Exception access identification: the access register of the failing access, in access-register mode.</summary>
    public byte ExceptionAccess;
    /// <summary>R1 and R2 of MOVE PAGE, for its page-translation exceptions; else zero.</summary>
    public byte OperandAccess;
    /// <summary>Monitor class, for monitor events.</summary>
    public byte MonitorClass;
    /// <summary>Monitor code, for monitor events.</summary>
    public ulong MonitorCode;
    /// <summary>PER events that the interruption indicates, alone or along with <see cref="Code"/>.</summary>
    public PerReport Per;
    /// <summary>Whether the instruction completed and replaced the PSW, which is the old PSW as it stands.</summary>
    public bool IsPswReplaced;

    /// <summary>The code as it is stored: with the bit of PER events, if there are any.</summary>
    public readonly ushort InterruptionCode => (ushort)((ushort)Code | (Per.Events != PerEvents.None ? (ushort)ProgramCode.PerEvent : 0));
}

/// <summary>An access of a SIE guest that the host's tables do not allow.</summary>
public struct HostFault
{
    /// <summary>What the host's translation met.</summary>
    public ProgramCode Code;
    /// <summary>Guest absolute address plus main-storage origin: the host's virtual address.</summary>
    public ulong Address;
    /// <summary>Whether the access stores.</summary>
    public bool IsStore;
    /// <summary>PER events to present should the fault become the guest's own exception.</summary>
    public PerReport Per;
}
