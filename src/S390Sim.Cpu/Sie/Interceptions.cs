using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>
/// Which instructions leave SIE, and what the state description then holds. The table is asked in one place, the
/// <see cref="Gate"/>, before an instruction's semantics (sie.md sections 4 and 5).
/// </summary>
public static unsafe class Interceptions
{
    private enum Rule : byte
    {
        Interpreted, Always, Controlled, LoadControl, SupervisorCall, FacilityList, PciLoadStore, PciRefresh, Suppression, Signal, Invalidation,
    }

    private readonly record struct Entry(Rule Rule, InterceptionControls Control);

    /// <summary>Instructions that a pageable guest never executes without its host.</summary>
    private static readonly Op[] AlwaysIntercepted =
    [
        Op.DIAG, Op.SERVC, Op.SIE, Op.STIDP, Op.SCK, Op.SPX, Op.STPX, Op.STAP, Op.PTFF, Op.SCKPF, Op.STSI, Op.STFL,
        Op.SSCH, Op.TSCH, Op.STSCH, Op.MSCH, Op.CSCH, Op.HSCH, Op.RSCH, Op.XSCH, Op.RCHP, Op.SAL, Op.STCRW, Op.STCPS, Op.SCHM,
        Op.TPI, Op.CHSC, Op.SIGA, Op.TB, Op.ESSA, Op.STHYI, Op.MVPG, Op.PFMF, Op.PTF,
        Op.CLP, Op.MPCIFC, Op.STPCIFC, Op.PCILGI, Op.PCISTGI, Op.PCISTBI, Op.PCIWB,
    ];

    private static readonly (InterceptionControls Control, Op[] Ops)[] Controlled =
    [
        (InterceptionControls.Lpsw, [Op.LPSW, Op.LPSWE, Op.EPSW]),
        (InterceptionControls.PurgeTlb, [Op.PTLB, Op.PALB]),
        (InterceptionControls.Ssm, [Op.SSM]),
        (InterceptionControls.Bsa, [Op.BSA]),
        (InterceptionControls.Stctl, [Op.STCTL, Op.STCTG]),
        (InterceptionControls.Stnsm, [Op.STNSM]),
        (InterceptionControls.Stosm, [Op.STOSM]),
        (InterceptionControls.Stck, [Op.STCK, Op.STCKE, Op.STCKF]),
        (InterceptionControls.Iske, [Op.ISKE]),
        (InterceptionControls.Sske, [Op.SSKE]),
        (InterceptionControls.Rrbe, [Op.RRBE, Op.RRBM]),
        (InterceptionControls.ProgramCall, [Op.PC]),
        (InterceptionControls.ProgramTransfer, [Op.PT]),
        (InterceptionControls.Tprot, [Op.TPROT]),
        (InterceptionControls.Lasp, [Op.LASP]),
        (InterceptionControls.Spt, [Op.SPT, Op.STPT, Op.ECTG]),
        (InterceptionControls.Sckc, [Op.SCKC, Op.STCKC]),
        (InterceptionControls.ProgramReturn, [Op.PR]),
        (InterceptionControls.Bakr, [Op.BAKR]),
    ];

    // After the lists it is built from.
    private static readonly Entry[] Table = BuildTable();

    /// <summary>Whether some setting of the controls intercepts the instruction: it then enters through the gate.</summary>
    public static bool MayIntercept(Op op) => Table[(int)op].Rule != Rule.Interpreted;

    /// <summary>Whether the running guest's controls intercept this instruction.</summary>
    internal static bool IsIntercepted(CpuState* c, Insn* i)
    {
        var entry = Table[(int)i->Op];
        var block = SieUnit.Block(c);
        return entry.Rule switch
        {
            Rule.Always => true,
            Rule.Controlled => (block.InterceptionControl & (uint)entry.Control) != 0,
            Rule.LoadControl => (block.LoadControl & LoadedRegisters(i->R1, i->R3)) != 0,
            Rule.SupervisorCall => IsSupervisorCall(block.SvcControl, (byte)i->I2),
            Rule.FacilityList => !IsFacilityListThere(c, block)
                || (block.InterceptionControl & (uint)InterceptionControls.FacilityIndicating) != 0,
            Rule.PciLoadStore => !IsLoadStoreInterpreted(c, i, block),
            Rule.PciRefresh => !IsRefreshInterpreted(c, i, block),
            Rule.Suppression => !SieUnit.InterpretsSuppression(c, block, i),
            Rule.Signal => SieSignals.IsIntercepted(c, i),
            Rule.Invalidation => (block.InterceptionControl & (uint)entry.Control) != 0 || IsInterlocked(c, block),
            _ => false,
        };
    }

    /// <summary>Leaves SIE with code 04; the guest's PSW designates the next instruction.</summary>
    internal static Insn* Instruction(CpuState* c, Insn* i) => WithText(c, i, Interception.Instruction);

    /// <summary>Leaves SIE with code 38 behind an instruction of which the machine did its part.</summary>
    internal static Insn* PartialExecution(CpuState* c, Insn* i) => WithText(c, i, Interception.PartialExecution);

    /// <summary>An operation exception of the guest: interception 2C if the host wants it, else the guest's own.</summary>
    internal static Insn* OperationException(CpuState* c, Insn* i)
        => (SieUnit.Block(c).InterceptionControl & (uint)InterceptionControls.OperationException) != 0
            ? WithText(c, i, Interception.OperationException)
            : c->Program(ProgramCode.Operation);

    private static Insn* WithText(CpuState* c, Insn* i, Interception code)
    {
        var text = c->Executing || i == &c->Target ? c->TargetText : TextOf(c, i);
        var block = SieUnit.Block(c);
        c->PswAddress = c->NextAddress(i);
        block.InterceptionStatus = c->Executing ? (byte)(0x01 | (c->ExecuteLength << 4)) : (byte)0;
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

    // As many doublewords as the machine has, host real, in the first 2 GB.
    internal const uint FacilityListOrigin = 0x7FFF_FFF8;

    private static bool IsFacilityListThere(CpuState* c, StateDescription block) => block.FacilityList != 0
        && c->Processor.Storage.Contains(block.FacilityList & FacilityListOrigin, FacilitySet.DoublewordCount * 8);

    /// <summary>The facility list that the host gave the guest that runs, if it gave one.</summary>
    internal static bool TryGuestFacilities(CpuState* c, Span<ulong> list)
    {
        if (c->SieLevel == 0) return false;
        var block = SieUnit.Block(c);
        if (!IsFacilityListThere(c, block)) return false;
        var origin = block.FacilityList & FacilityListOrigin;
        for (var n = 0; n < list.Length; n++) list[n] = c->Processor.Storage.Read64(origin + (ulong)n * 8);
        return true;
    }

    // With the control on, RPCIT is interpreted for a function that the IOMMU translates through tables of the guest's own.
    private static bool IsRefreshInterpreted(CpuState* c, Insn* i, StateDescription block)
        => (block.Ecb2 & ExecutionControlsB2.PciLoadStore) != 0
            && c->Processor.GuestFunctions is { } functions && functions.AreTablesFollowed((uint)(c->Gr[i->R1] >> 32));

    private static bool IsLoadStoreInterpreted(CpuState* c, Insn* i, StateDescription block)
        => (block.Ecb2 & ExecutionControlsB2.PciLoadStore) != 0 && block.Gisa != 0 && c->Processor.GuestFunctions is { } functions
            && functions.IsDesignated((uint)(c->Gr[i->Op == Op.PCISTB ? i->R1 : i->R2] >> 32), block.Gisa);

    // With or without ECA.SII a host that holds the interlock keeps its guest from invalidating (sie.md section 8.2).
    private static bool IsInterlocked(CpuState* c, StateDescription block)
        => SystemControlArea.TryFind(c->Processor.Storage, block, out var area) && area.IsHeldByHost;

    private static bool IsSupervisorCall(uint control, byte number)
        => (control & 0x80000000) != 0
            || ((control & 0x40000000) != 0 && number == (byte)(control >> 16))
            || ((control & 0x20000000) != 0 && number == (byte)(control >> 8))
            || ((control & 0x10000000) != 0 && number == (byte)control);

    private static Entry[] BuildTable()
    {
        var table = new Entry[InstructionTable.Count + 1];
        foreach (var op in AlwaysIntercepted) table[(int)op] = new(Rule.Always, default);
        foreach (var (control, ops) in Controlled)
        {
            foreach (var op in ops) table[(int)op] = new(Rule.Controlled, control);
        }
        table[(int)Op.LCTL] = table[(int)Op.LCTLG] = new(Rule.LoadControl, default);
        table[(int)Op.SIGP] = new(Rule.Signal, default);
        foreach (var op in (Op[])[Op.IPTE, Op.IDTE, Op.CSP, Op.CSPG, Op.CRDTE])
            table[(int)op] = new(Rule.Invalidation, InterceptionControls.IpteCsp);
        table[(int)Op.SVC] = new(Rule.SupervisorCall, default);
        table[(int)Op.STFLE] = new(Rule.FacilityList, default);
        table[(int)Op.SIC] = new(Rule.Suppression, default);
        table[(int)Op.PCILG] = table[(int)Op.PCISTG] = table[(int)Op.PCISTB] = new(Rule.PciLoadStore, default);
        table[(int)Op.RPCIT] = new(Rule.PciRefresh, default);
        return table;
    }
}
