using S390Sim.Cpu.Instructions.Control;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// Which instructions leave SIE, and what the state description then holds. The table is asked in one place, the
/// <see cref="Gate"/>, before an instruction's semantics (sie.md sections 4 and 5).
/// </summary>
public static unsafe class Interceptions
{
    /// <summary>Whether some setting of the controls intercepts the instruction: it then enters through the gate.</summary>
    public static bool MayIntercept(Op op) => InterceptionTable.Find(op).Rule != InterceptionRule.Interpreted;

    /// <summary>Whether the running guest's controls intercept this instruction.</summary>
    internal static bool IsIntercepted(CpuState* c, Insn* i)
    {
        var entry = InterceptionTable.Find(i->Op);
        var block = SieUnit.Block(c);
        return entry.Rule switch
        {
            InterceptionRule.Always => true,
            InterceptionRule.WithControl => (block.InterceptionControl & entry.Mask) != 0,
            InterceptionRule.WithoutAssist => (block.Eca & entry.Mask) == 0,
            InterceptionRule.WithoutFacility => ((uint)(block.Ecb << 16 | block.Ecb2 << 8 | block.Ecb3) & entry.Mask) == 0,
            InterceptionRule.LoadControl => (block.LoadControl & LoadedRegisters(i->R1, i->R3)) != 0,
            InterceptionRule.SupervisorCall => IsSupervisorCall(block.SvcControl, (byte)i->I2),
            InterceptionRule.FacilityList => !FacilityLists.IsThere(c)
                || (block.InterceptionControl & (uint)InterceptionControls.FacilityIndicating) != 0,
            InterceptionRule.PciLoadStore => !IsLoadStoreInterpreted(c, i, block),
            InterceptionRule.PciMemory => !IsMemoryIoInterpreted(c, i, block),
            InterceptionRule.PciRefresh => !IsRefreshInterpreted(c, i, block),
            InterceptionRule.Suppression => !SieUnit.InterpretsSuppression(c, block, i),
            InterceptionRule.Signal => SieSignals.IsIntercepted(c, i),
            InterceptionRule.Invalidation => (block.InterceptionControl & entry.Mask) != 0 || IsInterlocked(c, block),
            InterceptionRule.StorageKey => (block.InterceptionControl & entry.Mask) != 0 || IsKeyless(c, i),
            InterceptionRule.FrameManagement => (block.Ecb2 & ExecutionControlsB2.FrameManagement) == 0 || IsKeyless(c, i),
            InterceptionRule.TimingFacility => (c->Gr[0] & TimingFacility.Controls) != 0,
            InterceptionRule.Topology => IsTopologyHosts(c, i, block),
            InterceptionRule.CollaborativeMemory => (block.Ecb2 & ExecutionControlsB2.CollaborativeMemory) == 0 || !ReleasedPages.HasRoom(c),
            InterceptionRule.AdjunctProcessor => IsQueueHosts(c, i, block),
            _ => false,
        };
    }

    /// <summary>Leaves SIE because the gate found that the guest's controls intercept the instruction.</summary>
    internal static Insn* Leave(CpuState* c, Insn* i) => IsKeyless(c, i) ? Keyless(c, i) : Instruction(c, i);

    /// <summary>Whether semantics may end SIE: not when a hypervisor executes the instruction in its guest's place.</summary>
    internal static bool MayLeave(CpuState* c) => c->SieLevel != 0 && !c->Processor.Sie.IsEmulating;

    /// <summary>Leaves SIE with code 04; the guest's PSW designates the next instruction.</summary>
    internal static Insn* Instruction(CpuState* c, Insn* i) => WithText(c, i, Interception.Instruction);

    /// <summary>Leaves SIE with code 38 behind an instruction of which the machine did its part.</summary>
    internal static Insn* PartialExecution(CpuState* c, Insn* i) => WithText(c, i, Interception.PartialExecution);

    /// <summary>An operation exception of the guest: interception 2C if the host wants it, else the guest's own.</summary>
    internal static Insn* OperationException(CpuState* c, Insn* i)
        => (SieUnit.Block(c).InterceptionControl & (uint)InterceptionControls.OperationException) != 0
            ? WithText(c, i, Interception.OperationException)
            : c->Program(ProgramCode.Operation);

    /// <summary>
    /// Leaves SIE after an instruction that completed with condition code 1, of which the host wants to know; code 0C with PER
    /// events, which <see cref="Processor"/> adds.
    /// </summary>
    internal static Insn* Completed(CpuState* c, Insn* i)
        => WithText(c, i, (c->PswMask & Psw.Per) == 0 ? Interception.Instruction : Interception.InstructionAndProgram);

    // The instruction is nullified, and executed when the guest has keys.
    private static Insn* Keyless(CpuState* c, Insn* i)
    {
        c->PswAddress = c->AddressOf(i);
        SieUnit.Intercept(c, Interception.KeylessSubset);
        return null;
    }

    private static Insn* WithText(CpuState* c, Insn* i, Interception code)
    {
        var text = c->Executing || i == &c->Target ? c->TargetText : TextOf(c, i);
        var block = SieUnit.Block(c);
        c->PswAddress = c->NextAddress(i);
        block.InterceptionStatus = c->Executing ? (byte)(StateDescription.TargetStatus | (c->ExecuteLength << 4)) : (byte)0;
        block.Ipa = (ushort)(text >> 48);
        block.Ipb = (uint)(text >> 16);
        block.InterceptionCode = (byte)code;
        c->Exit = ExitKind.Interception;
        return null;
    }

    private static ulong TextOf(CpuState* c, Insn* i)
        => CodeSteps.Text(c->Processor.Storage.Base + c->PageSlots[CodePage.Slots].Block + i->Index * 2, i->Length);

    private static uint LoadedRegisters(int from, int to)
    {
        uint mask = 0;
        for (var n = from; ; n = (n + 1) & 15)
        {
            mask |= 0x8000u >> n;
            if (n == to) return mask;
        }
    }

    // What a keyless guest executes of keys for the first time (sie.md section 4.1).
    private static bool IsKeyless(CpuState* c, Insn* i)
    {
        if ((SieUnit.Block(c).CpuFlags & SieFlags.KeylessSubset) == 0) return false;
        return InterceptionTable.Find(i->Op).Rule switch
        {
            InterceptionRule.StorageKey => true,
            InterceptionRule.FrameManagement => (c->Gr[i->R1] & FrameManagement.SetKey) != 0,
            _ => false,
        };
    }

    // With the control on, RPCIT is interpreted for a function that the IOMMU translates through tables of the guest's own.
    private static bool IsRefreshInterpreted(CpuState* c, Insn* i, StateDescription block)
        => (block.Ecb2 & ExecutionControlsB2.PciLoadStore) != 0
            && c->Processor.GuestFunctions is { } functions && functions.AreTablesFollowed((uint)(c->Gr[i->R1] >> 32));

    // Who cannot translate the address leaves it to the host, which finds out why.
    private static bool IsMemoryIoInterpreted(CpuState* c, Insn* i, StateDescription block)
    {
        if ((block.Ecb2 & ExecutionControlsB2.PciLoadStore) == 0 || block.Gisa == 0 || (c->Cr[2] & CpuState.MemoryIoControl) == 0
            || c->Processor.GuestFunctions is not { } functions) return false;
        if (i->Op == Op.PCIWB) return true;
        var (register, kind) = (i->Op == Op.PCISTBI ? i->R3 : i->R2, i->Op == Op.PCILGI ? AccessKind.Fetch : AccessKind.Store);
        return c->TranslateBeyondStorage(c->Gr[register] & c->AddressMask, register, kind, out var absolute)
            && functions.IsMemoryDesignated(absolute, block.Gisa);
    }

    private static bool IsLoadStoreInterpreted(CpuState* c, Insn* i, StateDescription block)
        => (block.Ecb2 & ExecutionControlsB2.PciLoadStore) != 0 && block.Gisa != 0 && c->Processor.GuestFunctions is { } functions
            && functions.IsDesignated((uint)(c->Gr[i->Op == Op.PCISTB ? i->R1 : i->R2] >> 32), block.Gisa);

    // Only that a change is pending can be said here: polarization is the host's (sie.md section 8.5).
    private static bool IsTopologyHosts(CpuState* c, Insn* i, StateDescription block)
        => (block.Ecb & ExecutionControlsB.Topology) == 0 || c->Gr[i->R1] < Topology.CheckChange
            || !SystemControlArea.TryFind(c->Processor.Storage, block, out _);

    // PQAP has its function code in GR0 bits 32-39; 3 asks for interruptions, which the host forwards.
    private static bool IsQueueHosts(CpuState* c, Insn* i, StateDescription block)
    {
        const ulong InterruptionControl = 3;
        if ((block.Eca & ExecutionControlsA.Crypto) == 0) return true;
        if (i->Op != Op.PQAP) return false;
        var function = c->Gr[0] >> 24 & 0xFF;
        return function == InterruptionControl
            || (IsQueueQuery(function) && (block.InterceptionControl & (uint)InterceptionControls.FacilityIndicating) != 0);
    }

    // Test queue, and query configuration information.
    private static bool IsQueueQuery(ulong function) => function is 0 or 4;

    // With or without ECA.SII a host that holds the interlock keeps its guest from invalidating (sie.md section 8.2).
    private static bool IsInterlocked(CpuState* c, StateDescription block)
        => SystemControlArea.TryFind(c->Processor.Storage, block, out var area) && area.IsHeldByHost;

    private static bool IsSupervisorCall(uint control, byte number)
        => (control & 0x80000000) != 0
            || ((control & 0x40000000) != 0 && number == (byte)(control >> 16))
            || ((control & 0x20000000) != 0 && number == (byte)(control >> 8))
            || ((control & 0x10000000) != 0 && number == (byte)control);
}
