using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>What decides whether an instruction of a guest goes to its host.</summary>
internal enum InterceptionRule : byte
{
    /// <summary>Nothing: it is always interpreted.</summary>
    Interpreted,
    /// <summary>It always goes.</summary>
    Always,
    /// <summary>A one of <see cref="StateDescription.InterceptionControl"/>.</summary>
    WithControl,
    /// <summary>A zero of <see cref="StateDescription.Eca"/>.</summary>
    WithoutAssist,
    /// <summary>A zero of the bytes <see cref="StateDescription.Ecb"/>, Ecb2 and Ecb3, taken together.</summary>
    WithoutFacility,
    /// <summary>The control registers that are loaded.</summary>
    LoadControl,
    /// <summary>The number of the call.</summary>
    SupervisorCall,
    /// <summary>Whether the host designated a list.</summary>
    FacilityList,
    /// <summary>Whose function the handle is.</summary>
    PciLoadStore,
    /// <summary>Whose memory the address is.</summary>
    PciMemory,
    /// <summary>Whether the function's tables are followed by the machine.</summary>
    PciRefresh,
    /// <summary>Whether the operation is the guest's own business, in its GISA.</summary>
    Suppression,
    /// <summary>The order.</summary>
    Signal,
    /// <summary>A one of the interception controls, or the interlock of the SCA.</summary>
    Invalidation,
    /// <summary>A one of the interception controls, or that the guest is keyless.</summary>
    StorageKey,
    /// <summary>Whether frames are managed by the machine, and that a keyless guest sets no keys.</summary>
    FrameManagement,
    /// <summary>Whether the function changes the clock.</summary>
    TimingFacility,
    /// <summary>Whether the function asks for the report of a change, which the SCA holds.</summary>
    Topology,
    /// <summary>Whether the list of released pages has room.</summary>
    CollaborativeMemory,
    /// <summary>Whether queues are the machine's, and the function none of the host's.</summary>
    AdjunctProcessor,
}

/// <summary>The rule and, where it has one, the mask of its controls.</summary>
internal readonly record struct InterceptionEntry(InterceptionRule Rule, uint Mask = 0);

/// <summary>The rule of every row (sie.md section 5); this is data, <see cref="Interceptions"/> asks it.</summary>
internal static class InterceptionTable
{
    /// <summary>Instructions that a pageable guest never executes without its host.</summary>
    private static readonly Op[] Always =
    [
        Op.DIAG, Op.SERVC, Op.SIE, Op.STIDP, Op.SCK, Op.SPX, Op.STPX, Op.STAP, Op.SCKPF, Op.STSI, Op.STFL,
        Op.SSCH, Op.TSCH, Op.STSCH, Op.MSCH, Op.CSCH, Op.HSCH, Op.RSCH, Op.XSCH, Op.RCHP, Op.SAL, Op.STCRW, Op.STCPS, Op.SCHM,
        Op.TPI, Op.CHSC, Op.SIGA, Op.TB,
        Op.CLP, Op.MPCIFC, Op.STPCIFC,
    ];

    private static readonly (InterceptionControls Control, Op[] Ops)[] WithControl =
    [
        (InterceptionControls.Lpsw, [Op.LPSW, Op.LPSWE, Op.LPSWEY, Op.EPSW]),
        (InterceptionControls.PurgeTlb, [Op.PTLB, Op.PALB]),
        (InterceptionControls.Ssm, [Op.SSM]),
        (InterceptionControls.Bsa, [Op.BSA]),
        (InterceptionControls.Stctl, [Op.STCTL, Op.STCTG]),
        (InterceptionControls.Stnsm, [Op.STNSM]),
        (InterceptionControls.Stosm, [Op.STOSM]),
        (InterceptionControls.Stck, [Op.STCK, Op.STCKE, Op.STCKF]),
        (InterceptionControls.ProgramCall, [Op.PC]),
        (InterceptionControls.ProgramTransfer, [Op.PT]),
        (InterceptionControls.Tprot, [Op.TPROT]),
        (InterceptionControls.Lasp, [Op.LASP]),
        (InterceptionControls.Spt, [Op.SPT, Op.STPT, Op.ECTG]),
        (InterceptionControls.Sckc, [Op.SCKC, Op.STCKC]),
        (InterceptionControls.ProgramReturn, [Op.PR]),
        (InterceptionControls.Bakr, [Op.BAKR]),
        (InterceptionControls.Paging, [Op.PGIN, Op.PGOUT]),
    ];

    private static readonly (InterceptionControls Control, Op[] Ops)[] StorageKeys =
    [
        (InterceptionControls.Iske, [Op.ISKE, Op.IRBM]),
        (InterceptionControls.Sske, [Op.SSKE]),
        (InterceptionControls.Rrbe, [Op.RRBE, Op.RRBM]),
        (InterceptionControls.None, [Op.IVSK]),
    ];

    private const uint InEcb = 1 << 16;     // beside Ecb3, and Ecb2 between them

    private static readonly (uint Facility, Op[] Ops)[] WithoutFacility =
    [
        (ExecutionControlsB.GuardedStorage * InEcb, [Op.STGSC, Op.LGSC]),
        (ExecutionControlsB.Transactions * InEcb, [Op.TBEGIN, Op.TBEGINC, Op.TEND, Op.TABORT, Op.ETND]),
        (ExecutionControlsB3.Instrumentation,
            [Op.RINEXT, Op.RION, Op.TRIC, Op.RIOFF, Op.RIEMIT, Op.LRIC, Op.STRIC, Op.MRIC]),
    ];

    private static readonly (InterceptionRule Rule, Op[] Ops)[] Others =
    [
        (InterceptionRule.LoadControl, [Op.LCTL, Op.LCTLG]),
        (InterceptionRule.Signal, [Op.SIGP]),
        (InterceptionRule.SupervisorCall, [Op.SVC]),
        (InterceptionRule.FacilityList, [Op.STFLE]),
        (InterceptionRule.PciLoadStore, [Op.PCILG, Op.PCISTG, Op.PCISTB]),
        (InterceptionRule.PciMemory, [Op.PCILGI, Op.PCISTGI, Op.PCISTBI, Op.PCIWB]),
        (InterceptionRule.PciRefresh, [Op.RPCIT]),
        (InterceptionRule.Suppression, [Op.SIC]),
        (InterceptionRule.FrameManagement, [Op.PFMF]),
        (InterceptionRule.TimingFacility, [Op.PTFF]),
        (InterceptionRule.Topology, [Op.PTF]),
        (InterceptionRule.CollaborativeMemory, [Op.ESSA]),
        (InterceptionRule.AdjunctProcessor, [Op.PQAP, Op.NQAP, Op.DQAP]),
    ];

    // After the lists it is built from.
    private static readonly InterceptionEntry[] s_table = Build();

    /// <summary>The rule of a row.</summary>
    public static InterceptionEntry Find(Op op) => s_table[(int)op];

    private static InterceptionEntry[] Build()
    {
        var table = new InterceptionEntry[InstructionTable.Count + 1];
        Fill(Always, new(InterceptionRule.Always));
        foreach (var (control, ops) in WithControl) Fill(ops, new(InterceptionRule.WithControl, (uint)control));
        foreach (var (control, ops) in StorageKeys) Fill(ops, new(InterceptionRule.StorageKey, (uint)control));
        foreach (var (facility, ops) in WithoutFacility) Fill(ops, new(InterceptionRule.WithoutFacility, facility));
        foreach (var (rule, ops) in Others) Fill(ops, new(rule));
        Fill([Op.MVPG], new(InterceptionRule.WithoutAssist, ExecutionControlsA.MovePage));
        Fill([Op.IPTE, Op.IDTE, Op.CSP, Op.CSPG, Op.CRDTE], new(InterceptionRule.Invalidation, (uint)InterceptionControls.IpteCsp));
        return table;

        void Fill(Op[] ops, InterceptionEntry entry)
        {
            foreach (var op in ops) table[(int)op] = entry;
        }
    }
}
