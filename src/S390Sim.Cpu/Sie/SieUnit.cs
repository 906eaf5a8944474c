using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>
/// Interpretive execution: takes a guest's state out of a real state description in host storage, and puts it back
/// (sie.md sections 1 to 4). One unit serves whoever the host is: software outside the machine, or a program that executes SIE.
/// </summary>
public sealed unsafe class SieUnit : IDisposable
{
    private readonly Processor _processor;
    private readonly TlbEntry* _guestTlb;
    private readonly FetchTlbEntry* _guestFetchTlb;
    private Regime? _last;
    // Nothing is in the guest's TLBs, and no guest runs that could put something there.
    private bool _isForgotten;
    // Both blocks of the prefix area were accessible, and nothing that could have changed it happened since.
    private bool _isPrefixKnown;
    private HostState _host;

    /// <summary>What the guest's translations depend on and their tags do not name: with any change they are forgotten.</summary>
    private readonly record struct Regime(
        ulong Block, ulong Prefix, ulong Cr0, ulong Cr1, ulong Cr2, ulong Cr5, ulong Cr7, ulong Cr8, ulong Cr13,
        ulong HostAsce, ulong HostCr0, ulong Origin, ulong Limit);

    /// <summary>What the processor keeps of its host while a guest runs.</summary>
    private struct HostState
    {
        public Psw Psw;
        public fixed ulong Cr[16];
        public ulong Gr14, Gr15, Prefix, ProgramParameter, ClockComparator, CpuTimer, CpuTimerBase, TodEpoch, BreakingEvent;
        public uint TodProgrammable;
        public TlbEntry* Tlb;
        public FetchTlbEntry* FetchTlb;
    }

    internal SieUnit(Processor processor)
    {
        _processor = processor;
        _guestTlb = (TlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.Entries * sizeof(TlbEntry)), 64);
        _guestFetchTlb = (FetchTlbEntry*)NativeMemory.AlignedAlloc((nuint)(Tlb.FetchEntries * sizeof(FetchTlbEntry)), 64);
        Purge();
    }

    /// <summary>TLB of the guest that runs or ran last.</summary>
    internal TlbEntry* GuestTlb => _guestTlb;
    /// <summary>Fetch TLB of that guest.</summary>
    internal FetchTlbEntry* GuestFetchTlb => _guestFetchTlb;

    /// <summary>Entries into SIE since the processor was made.</summary>
    public ulong Entries { get; private set; }

    /// <summary>The state description in use, or last in use.</summary>
    internal static StateDescription Block(CpuState* c) => new(c->Processor.Storage.Base + c->StateDescription);

    /// <summary>Forgets the guest's translations: the host's tables changed.</summary>
    public void Purge()
    {
        _processor.State->PurgeAllAlbs();
        if (_isForgotten) return;
        Tlb.Purge(_guestTlb, _guestFetchTlb);
        _last = null;
        _isPrefixKnown = false;
        _isForgotten = _processor.State->SieLevel == 0;
    }

    /// <summary>
    /// Enters SIE. The processor then runs the guest until <see cref="Leave"/>; general registers 0-13 and the floating-point
    /// and access registers are the host's current ones.
    /// </summary>
    /// <param name="c">The processor, at host level, its CR 1 mapping the guest.</param>
    /// <param name="block">Host absolute address of the state description: 512-byte aligned and installed.</param>
    /// <returns>False after a validity interception, whose reason the block holds; the host level was not left then.</returns>
    public bool Enter(CpuState* c, ulong block)
    {
        var sd = new StateDescription(_processor.Storage.Base + block);
        var reason = Validity(c, sd);
        if (reason != 0) return Invalid(sd, reason);
        SaveHost(c);
        BeGuest(c, sd, block);
        if (sd.HostCpu != _processor.CpuAddress)
        {
            c->PurgeTlb();
            sd.HostCpu = _processor.CpuAddress;
        }
        _isPrefixKnown = _isPrefixKnown || PrefixAccessible(c);
        if (!_isPrefixKnown)
        {
            Leave(c);
            return Invalid(sd, 0x0037);
        }
        Entries++;
        return true;
    }

    private void BeGuest(CpuState* c, StateDescription sd, ulong block)
    {
        c->SieLevel = 1;
        _isForgotten = false;
        c->StateDescription = block;
        var unlimited = (sd.CpuFlags & SieFlags.StorageLimitSuppression) != 0;
        c->MainStorageOrigin = unlimited ? 0 : sd.MainStorageOrigin & ~0xF_FFFFUL;
        c->GuestLimit = unlimited ? ulong.MaxValue : (sd.MainStorageLimit | 0xF_FFFF) - c->MainStorageOrigin;
        c->HostAsce = _host.Cr[1];
        c->HostCr0 = _host.Cr[0];
        LoadGuest(c, sd);
        if (_last == RegimeOf(c)) return;
        c->PurgeTlb();
        _isPrefixKnown = false;
    }

    private static Regime RegimeOf(CpuState* c) => new(c->StateDescription, c->Prefix, c->Cr[0], c->Cr[1], c->Cr[2], c->Cr[5],
        c->Cr[7], c->Cr[8], c->Cr[13], c->HostAsce, c->HostCr0, c->MainStorageOrigin, c->GuestLimit);

    /// <summary>Ends SIE: the guest's state goes back into the block, the host's into the processor.</summary>
    public void Leave(CpuState* c)
    {
        var sd = Block(c);
        StoreGuest(c, sd);
        _last = RegimeOf(c);
        c->SieLevel = 0;
        RestoreHost(c);
    }

    /// <summary>
    /// Lets a hypervisor look with its guest's eyes: takes up the guest's state without executing anything, so that logical
    /// addresses are the guest's and interruptions go to the guest. Ends with <see cref="Leave"/>, which stores the state back.
    /// </summary>
    public void EnterView(CpuState* c, ulong block)
    {
        var sd = new StateDescription(_processor.Storage.Base + block);
        SaveHost(c);
        BeGuest(c, sd, block);
    }

    /// <summary>
    /// Executes one instruction at the guest's level in a hypervisor's place: the instruction was intercepted, and its ordinary
    /// semantics are what the guest shall see. The view must be open, and the PSW designate the next instruction.
    /// </summary>
    /// <param name="c">The processor, in the guest's view.</param>
    /// <param name="text">Instruction text, left-justified.</param>
    /// <param name="length">Length by which the PSW is ahead: that of the instruction, or of the EXECUTE.</param>
    /// <param name="per">PER events of the instruction that were noted before it was intercepted.</param>
    /// <returns>False when the host must provide storage first; the PSW then designates the instruction again.</returns>
    public bool Emulate(CpuState* c, ulong text, uint length, in PerReport per = default)
    {
        var next = c->PswAddress;
        var address = (next - length) & c->AddressMask;
        CodePage.Fill(&c->Target, text, _processor.Handlers);
        c->TargetText = text;
        c->Target.Index = (ushort)((address & 0xFFF) >> 1);
        c->FetchBase = address & ~0xFFFUL;
        c->Executing = c->Target.Length != length;
        c->ExecuteLength = length;
        c->Exit = ExitKind.Resume;
        c->Per = default;
        var semantics = _processor.Handlers.Semantics(c->Target.Op);
        var end = semantics == null ? c->Program(Cpu.ProgramCode.Operation) : semantics(c, &c->Target);
        c->Executing = false;
        if (end != null) c->PswAddress = next;
        else if (c->Exit == ExitKind.HostFault) c->PswAddress = address;
        else if (c->Exit == ExitKind.Program)
        {
            c->Fault.Per = c->Fault.Code.Completes() ? WithAlterations(c, per) : per;
            return Inject(c, c->Fault, length, address, next);
        }
        if (end == null && c->Exit == ExitKind.HostFault) return false;
        var report = WithAlterations(c, per);
        return report.Events == PerEvents.None
            || c->ProgramInterruption(new ProgramFault { Code = Cpu.ProgramCode.PerEvent, Per = report }, length);
    }

    private static PerReport WithAlterations(CpuState* c, PerReport per)
    {
        per.Events |= c->Per.Events;
        if ((per.Events & PerEvents.StorageAlteration) == 0) return per;
        per.Mode |= c->Per.Space;
        per.Access = c->Per.AccessRegister;
        return per;
    }

    /// <summary>
    /// Presents a program interruption to the guest, as a hypervisor does for an instruction that it handled.
    /// </summary>
    /// <param name="c">The processor, in the guest's view.</param>
    /// <param name="fault">The condition.</param>
    /// <param name="length">Instruction length for the ILC.</param>
    /// <param name="address">Address of the instruction: the old PSW's if the condition nullifies.</param>
    /// <param name="next">Address of the next instruction.</param>
    public static bool Inject(CpuState* c, in ProgramFault fault, uint length, ulong address, ulong next)
    {
        if (!fault.IsPswReplaced) c->PswAddress = fault.Code.Nullifies() ? address : next;
        if (c->ProgramInterruption(fault, length)) return true;
        c->PswAddress = address;
        return false;
    }

    /// <summary>Leaves an interception in the block, without instruction text; the caller ends SIE.</summary>
    internal static void Intercept(CpuState* c, Interception code)
    {
        var sd = Block(c);
        sd.InterceptionStatus = 0;
        sd.Ipa = 0;
        sd.Ipb = 0;
        sd.InterceptionCode = (byte)code;
        c->Exit = ExitKind.Interception;
    }

    /// <summary>The request of the host that the guest's masks now admit (sie.md section 4.2).</summary>
    internal static Interception OpenRequest(CpuState* c)
    {
        var flags = Block(c).CpuFlags;
        if ((flags & (SieFlags.ExternalRequest | SieFlags.IoRequest | SieFlags.StopRequest)) == 0) return Interception.None;
        if ((flags & SieFlags.ExternalRequest) != 0 && (c->PswMask & Psw.External) != 0) return Interception.ExternalRequest;
        if ((flags & SieFlags.IoRequest) != 0 && (c->PswMask & Psw.Io) != 0) return Interception.IoRequest;
        return (flags & SieFlags.StopRequest) != 0 ? Interception.StopRequest : Interception.None;
    }

    /// <summary>
    /// Whether a program interruption of the guest goes to the host with code 08 (sie.md section 4.5), and if so, its data. The
    /// guest's PSW is already what the old PSW would be.
    /// </summary>
    internal static bool InterceptsProgram(CpuState* c, uint length)
    {
        var sd = Block(c);
        var code = c->Fault.Code;
        var controls = (InterceptionControls)sd.InterceptionControl;
        var intercepted = (controls & InterceptionControls.Program) != 0
            || (c->Fault.Per.Events != PerEvents.None && (sd.CpuFlags & SieFlags.GuestPer) != 0)
            || code is ProgramCode.Addressing or ProgramCode.SpecialOperation
            || (code == ProgramCode.Specification && ((sd.Ecb & EcbSpecification) == 0 || IsProgramNewPswInvalid(c)))
            || (code == ProgramCode.Protection && (sd.Eca & EcaProtection) == 0)
            || (code == ProgramCode.PrivilegedOperation && (controls & InterceptionControls.PrivilegedOperation) != 0);
        if (!intercepted) return false;
        Intercept(c, Interception.Program);
        sd.ProgramIlc = (ushort)length;
        sd.ProgramCode = c->Fault.InterruptionCode;
        sd.PerCode = c->Fault.Per.Code;
        sd.PerAddress = c->Fault.Per.Address;
        sd.PerAccess = c->Fault.Per.Access;
        sd.DataExceptionCode = c->Fault.DataExceptionCode;
        sd.MonitorClass = c->Fault.MonitorClass;
        sd.ExceptionAccess = c->Fault.ExceptionAccess;
        sd.OperandAccess = c->Fault.OperandAccess;
        sd.TranslationException = code == Cpu.ProgramCode.MonitorEvent ? c->Fault.MonitorCode : c->Fault.TranslationException;
        return true;
    }

    private const byte EcbSpecification = 0x08;     // ECB.SPECI
    private const uint EcaProtection = 0x2000;      // ECA.PROTEXCI

    // A second specification exception, from the guest's own program-new PSW, would never end.
    private static bool IsProgramNewPswInvalid(CpuState* c)
    {
        if (!c->TryLowcore(out var lowcore)) return false;
        var psw = (ulong*)(lowcore.Address + Lowcore.ProgramNewMaskOffset);
        return new Psw(Swap(psw[0]), Swap(psw[1])).IsInvalid;
    }

    private static bool Invalid(StateDescription sd, ushort reason)
    {
        sd.InterceptionStatus = 0;
        sd.Ipa = 0x1110;    // found at interpretation depth 1, by the CPU, at entry
        sd.Ipb = (uint)reason << 16;
        sd.InterceptionCode = (byte)Interception.Validity;
        return false;
    }

    private static ushort Validity(CpuState* c, StateDescription sd)
    {
        if ((sd.CpuFlags & SieFlags.ZArchitecture) == 0) return 0x0001;
        if ((sd.CpuFlags & SieFlags.StorageLimitSuppression) != 0) return 0;
        var origin = sd.MainStorageOrigin & ~0xF_FFFFUL;
        var limit = sd.MainStorageLimit | 0xF_FFFF;
        if (origin > limit) return 0x0041;
        return (sd.Prefix & 0x7FFF_E000) > limit - origin ? (ushort)0x0010 : (ushort)0;
    }

    // Both blocks of the prefix area must be there before the first instruction (sie.md section 3, step 14).
    private static bool PrefixAccessible(CpuState* c)
        => c->ResolveAbsolute(c->Prefix, store: true, out _) && c->ResolveAbsolute(c->Prefix + 4096, store: true, out _);

    private void SaveHost(CpuState* c)
    {
        _host.Psw = c->Psw;
        for (var n = 0; n < 16; n++) _host.Cr[n] = c->Cr[n];
        _host.Gr14 = c->Gr[14];
        _host.Gr15 = c->Gr[15];
        _host.Prefix = c->Prefix;
        _host.ClockComparator = c->ClockComparator;
        _host.CpuTimer = c->CpuTimer;
        _host.CpuTimerBase = c->CpuTimerBase;
        _host.TodEpoch = c->TodEpoch;
        _host.TodProgrammable = c->TodProgrammable;
        _host.ProgramParameter = c->ProgramParameter;
        _host.BreakingEvent = c->BreakingEvent;
        _host.Tlb = c->Tlb;
        _host.FetchTlb = c->FetchTlb;
    }

    private void RestoreHost(CpuState* c)
    {
        for (var n = 0; n < 16; n++) c->Cr[n] = _host.Cr[n];
        c->Gr[14] = _host.Gr14;
        c->Gr[15] = _host.Gr15;
        c->Prefix = _host.Prefix;
        c->ClockComparator = _host.ClockComparator;
        c->CpuTimer = _host.CpuTimer;
        c->CpuTimerBase = _host.CpuTimerBase;
        c->TodEpoch = _host.TodEpoch;
        c->TodProgrammable = _host.TodProgrammable;
        c->ProgramParameter = _host.ProgramParameter;
        c->BreakingEvent = _host.BreakingEvent;
        c->Tlb = _host.Tlb;
        c->FetchTlb = _host.FetchTlb;
        c->LoadPsw(_host.Psw);
    }

    private void LoadGuest(CpuState* c, StateDescription sd)
    {
        var registers = (ulong*)(sd.Address + StateDescription.Cr0Offset);
        for (var n = 0; n < 16; n++) c->Cr[n] = Swap(registers[n]);
        c->Gr[14] = sd.Gr14;
        c->Gr[15] = sd.Gr15;
        c->Prefix = sd.Prefix & 0x7FFF_E000;
        c->ClockComparator = sd.ClockComparator;
        c->CpuTimer = sd.CpuTimer;
        c->TodEpoch = _host.TodEpoch + sd.Epoch;
        c->CpuTimerBase = _processor.Tod;
        c->TodProgrammable = sd.TodProgrammable;
        c->ProgramParameter = sd.ProgramParameter;
        c->BreakingEvent = sd.BreakingEvent;
        c->Tlb = _guestTlb;
        c->FetchTlb = _guestFetchTlb;
        c->LoadPsw(new Psw(sd.PswMask, sd.PswAddress));
    }

    private void StoreGuest(CpuState* c, StateDescription sd)
    {
        var registers = (ulong*)(sd.Address + StateDescription.Cr0Offset);
        for (var n = 0; n < 16; n++) registers[n] = Swap(c->Cr[n]);
        sd.Gr14 = c->Gr[14];
        sd.Gr15 = c->Gr[15];
        sd.ClockComparator = c->ClockComparator;
        sd.CpuTimer = _processor.CpuTimer;
        sd.Epoch = c->TodEpoch - _host.TodEpoch;
        sd.TodProgrammable = c->TodProgrammable;
        sd.ProgramParameter = c->ProgramParameter;
        sd.BreakingEvent = c->BreakingEvent;
        sd.PswMask = c->Psw.Mask;
        sd.PswAddress = c->PswAddress;
    }

    private static ulong Swap(ulong value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_guestTlb);
        NativeMemory.AlignedFree(_guestFetchTlb);
    }
}
