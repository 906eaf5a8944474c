using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// Execution with the PER mask of the PSW one: an instruction at a time, watched (chapter 4, "Program-Event Recording"). The
/// fast loop knows nothing of it.
/// </summary>
public sealed unsafe partial class Processor
{
    private const ulong BranchAddressControl = 1UL << 23;   // CR9 bit 40

    /// <summary>Stands in <see cref="CpuState.BreakingEvent"/> until the instruction branches: no address is odd.</summary>
    private const ulong NoBranch = 3;

    /// <summary>What is known of an instruction before it is executed.</summary>
    private ref struct Watched
    {
        public Insn Insn;
        public ulong Address, Mask, Text;
        public uint Length;
        public ushort ZeroRegisters;
        public PerEvents Events;

        public readonly bool IsExecute => Insn.Op is Op.EX or Op.EXRL;
    }

    // One instruction; null to go on.
    private StopReason? StepPer(CpuState* c)
    {
        c->Per = default;
        c->Fault.Per = default;
        var i = (c->PswAddress & 1) == 0 ? c->Fetch(c->PswAddress) : c->Program(ProgramCode.Specification);
        if (i == null) return FetchFailed(c, UnknownLength);
        var w = new Watched { Address = c->PswAddress, Mask = c->PswMask };
        if (!FetchWatched(c, i, ref w)) return FetchFailed(c, w.Length);
        c->InstructionCount++;
        if (IsFetchEvent(c, ref w))
        {
            w.Events = PerEvents.InstructionFetch;
            if (c->IsPerEnabled(PerEvents.Nullification))
            {
                w.Events |= PerEvents.Nullification;
                return Report(c, ProgramCode.PerEvent, in w, w.Length);
            }
        }
        var (level, breakingEvent) = (c->SieLevel, c->BreakingEvent);
        var next = Execute(c, i, ref w);
        if (c->SieLevel == level) return Finish(c, ref w, next);
        // A guest runs: the events of SIE are the host's, who is told when it goes on.
        w.Events |= ZeroAddress(c, in w);
        FillReport(c, in w);
        Sie.Keep(c->Fault.Per, breakingEvent);
        c->Executing = false;
        return null;
    }

    private static StopReason? FetchFailed(CpuState* c, uint length)
        => c->Exit == ExitKind.Program ? TakeProgram(c, c->PswAddress, length) : StopReason.HostFault;

    // The whole instruction is fetched before any event: one that cannot be fetched has none.
    private bool FetchWatched(CpuState* c, Insn* i, ref Watched w)
    {
        var offset = i->Index * 2;
        var page = Storage.Base + c->PageSlots[CodePage.Slots].Block;
        w.Length = (uint)Decoder.Length(page[offset]);
        var head = Math.Min((int)w.Length, Storage.PageSize - offset);
        w.Text = CodeSteps.Text(page + offset, head);
        if (head < w.Length)
        {
            Span<byte> rest = stackalloc byte[4];
            rest = rest[..((int)w.Length - head)];
            if (!c->FetchInstruction((w.Address + (ulong)head) & c->AddressMask, rest)) return false;
            for (var n = 0; n < rest.Length; n++) w.Text |= (ulong)rest[n] << (56 - (head + n) * 8);
        }
        fixed (Insn* insn = &w.Insn) CodePage.Fill(insn, w.Text, Handlers);
        if (!c->IsPerEnabled(PerEvents.ZeroAddress)) return true;
        for (var n = 0; n < 16; n++)
        {
            if ((c->Gr[n] & c->AddressMask) == 0) w.ZeroRegisters |= (ushort)(1 << n);
        }
        return true;
    }

    // The first byte of the instruction, or of the target of an EXECUTE, lies in the area.
    private static bool IsFetchEvent(CpuState* c, ref Watched w)
    {
        if (!c->IsPerEnabled(PerEvents.InstructionFetch)) return false;
        if (c->IsPerArea(w.Address)) return true;
        if (!w.IsExecute) return false;
        var target = w.Insn.Op == Op.EX ? w.Insn.Address2(c) : w.Address + (ulong)((long)w.Insn.RI2 * 2);
        return (target & 1) == 0 && c->IsPerArea(target & c->AddressMask);
    }

    // Executes it, leaves the PSW address and the breaking-event address true, and notes a branch.
    private static Insn* Execute(CpuState* c, Insn* i, ref Watched w)
    {
        var isExecute = w.IsExecute;
        var before = c->BreakingEvent;
        if (isExecute || MayBranch(w.Insn.Op)) c->BreakingEvent = NoBranch;
        var next = i->Handler(c, i);
        if (isExecute) w.Insn = c->Target;
        if (next != null) c->PswAddress = c->AddressOf(next);
        if (c->BreakingEvent == NoBranch) c->BreakingEvent = before;
        else if (MayBranch(w.Insn.Op)) NoteBranch(c, ref w);
        return next;
    }

    // Of the rows that break the sequence, LOAD PSW and its kind, which are privileged, do not count as branches.
    private static bool MayBranch(Op op)
        => (InstructionTable.Get(op).Flags & (InstructionFlags.Branch | InstructionFlags.Privileged)) == InstructionFlags.Branch;

    private static void NoteBranch(CpuState* c, ref Watched w)
    {
        if (!c->IsPerEnabled(PerEvents.Branch)) return;
        if ((c->Cr[9] & BranchAddressControl) != 0 && !c->IsPerArea(c->PswAddress)) return;
        w.Events |= PerEvents.Branch;
    }

    private StopReason? Finish(CpuState* c, ref Watched w, Insn* next)
    {
        var exit = next != null ? ExitKind.Resume : c->Exit;
        var length = exit != ExitKind.Resume && c->Executing ? c->ExecuteLength : w.Length;
        c->Executing = false;
        switch (exit)
        {
            case ExitKind.HostFault:
                FillReport(c, in w);
                c->HostFault.Per = c->Fault.Per;
                return LeaveFaulted(c, w.Address, length);
            case ExitKind.Interception:
                NoteIntercepted(c, ref w, length);
                return StopReason.Interception;
            case ExitKind.Program:
                // Of an instruction that did not complete only the fetching counts: it altered nothing.
                if (!c->Fault.Code.Completes()) w.Events &= PerEvents.InstructionFetch;
                else w.Events |= c->Per.Events | ZeroAddress(c, in w);
                FillReport(c, in w);
                return TakeProgram(c, w.Address, length);
            default:
                w.Events |= c->Per.Events | ZeroAddress(c, in w);
                if (w.Events == PerEvents.None) return null;
                return Report(c, c->Psw.IsInvalid ? ProgramCode.Specification : ProgramCode.PerEvent, in w, length);
        }
    }

    // The host presents the fetching event when it has handled the instruction; with all events of one that completed it gets a
    // program interruption (code 0C). A keyless guest executes its instruction again.
    private void NoteIntercepted(CpuState* c, ref Watched w, uint length)
    {
        var block = SieUnit.Block(c);
        switch ((Interception)block.InterceptionCode)
        {
            case Interception.InstructionAndProgram:
                w.Events |= c->Per.Events | ZeroAddress(c, in w);
                if (w.Events == PerEvents.None)
                {
                    block.InterceptionCode = (byte)Interception.Instruction;
                    return;
                }
                c->Fault = new ProgramFault { Code = ProgramCode.PerEvent };
                FillReport(c, in w);
                SieUnit.StoreProgram(c, length);
                return;
            case Interception.KeylessSubset:
                return;
        }
        if ((w.Events & PerEvents.InstructionFetch) != 0) block.InterceptionStatus |= StateDescription.PerFetchStatus;
    }

    // The base of an operand that was accessed, or its index, contained zero.
    private PerEvents ZeroAddress(CpuState* c, in Watched w)
    {
        if (w.ZeroRegisters == 0 || !Facilities.PerZeroAddressDetection) return PerEvents.None;
        var hit = (w.ZeroRegisters & c->Per.Bases) != 0
            || ((c->Per.Bases >> w.Insn.B2) & (uint)(w.ZeroRegisters >> w.Insn.X2) & 1) != 0;
        return hit ? PerEvents.ZeroAddress : PerEvents.None;
    }

    private static StopReason? Report(CpuState* c, ProgramCode code, in Watched w, uint length)
    {
        c->Fault = new ProgramFault { Code = code };
        // A PER event makes an event of a space switch that would have been none.
        if (c->Per.SwitchedSpace && code == ProgramCode.PerEvent)
        {
            c->Fault.Code = ProgramCode.SpaceSwitchEvent;
            c->Fault.TranslationException = c->Per.OldAsn;
        }
        FillReport(c, in w);
        return Interrupt(c, length);
    }

    private static void FillReport(CpuState* c, in Watched w)
    {
        if (w.Events == PerEvents.None) return;
        var altered = (w.Events & PerEvents.StorageAlteration) != 0;
        c->Fault.Per = new PerReport
        {
            Events = w.Events,
            Address = w.Address,
            Mode = (byte)(PerReport.ModeOf(w.Mask) | (altered ? c->Per.Space : 0)),
            Access = altered ? c->Per.AccessRegister : (byte)0,
        };
    }
}
