using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// Handles an intercepted instruction in the kernel; false is -EOPNOTSUPP: user space decides, and nothing changed.
/// </summary>
internal delegate bool InterceptHandler(InterceptContext context);

/// <summary>A kernel's handler.</summary>
/// <param name="Handle">Handles the instruction.</param>
/// <param name="Claims">Whether it does, where the operation code does not tell; null when it always does.</param>
internal readonly record struct InterceptEntry(InterceptHandler Handle, InterceptHandler? Claims = null);

/// <summary>
/// KVM's table of intercepted instructions (sie.md section 4.8): which the kernel handles, by topic. What is not in it goes to
/// user space.
/// </summary>
internal static class InterceptTable
{
    private static readonly Op[] s_emulated =
    [
        // Prefix and identification; TEST BLOCK; the facility list and system information.
        Op.SPX, Op.STPX, Op.STAP, Op.STIDP, Op.TB, Op.STFL, Op.STFLE, Op.STSI,
        // Clocks: control functions of PTFF have condition code 3.
        Op.PTFF, Op.SCKPF, Op.STCK, Op.STCKE, Op.STCKF, Op.SCKC, Op.STCKC, Op.SPT, Op.STPT, Op.ECTG, Op.PTF,
        // Masks and control registers, whose interception was asked for to see interruptions become open.
        Op.LPSW, Op.LPSWE, Op.EPSW, Op.SSM, Op.STNSM, Op.STOSM, Op.LCTL, Op.LCTLG, Op.STCTL, Op.STCTG, Op.SVC,
        // Translation.
        Op.PTLB, Op.PALB, Op.TPROT, Op.MVPG, Op.TPI,
        // Address spaces.
        Op.PC, Op.PT, Op.PR, Op.BAKR, Op.BSA, Op.LASP,
    ];

    // After the list it is built from.
    private static readonly InterceptEntry[] s_handlers = Build();

    /// <summary>The kernel's handler; none for what user space is asked for.</summary>
    public static InterceptEntry Find(Op op) => s_handlers[(int)op];

    private static InterceptEntry[] Build()
    {
        var table = new InterceptEntry[InstructionTable.Count + 1];
        // What the guest shall see is what these always do.
        foreach (var op in s_emulated) table[(int)op] = new(Emulate);
        StorageKeyHandlers.AddTo(table);
        CollaborativeMemory.AddTo(table);
        DiagnoseHandlers.AddTo(table);
        table[(int)Op.SIE] = new(NestedGuest.Handle);
        table[(int)Op.SIGP] = new(Signals.Handle);
        table[(int)Op.RPCIT] = new(Refresh, c => c.Vcpu.Machine.Design.ClaimsRefresh(c));
        table[(int)Op.SCK] = new(SetClock);
        // They completed already; with a PER event, that is presented next (code 0C).
        foreach (var op in new[] { Op.TS, Op.CS, Op.CSY, Op.CSG, Op.CDS, Op.CDSY, Op.CDSG }) table[(int)op] = new(_ => true);
        foreach (var op in new[] { Op.IPTE, Op.IDTE, Op.CSP, Op.CSPG, Op.CRDTE }) table[(int)op] = new(InvalidationInterlock.Handle);
        return table;
    }

    private static bool Emulate(InterceptContext c)
    {
        c.Emulate();
        return true;
    }

    private static bool Refresh(InterceptContext c)
    {
        var machine = c.Vcpu.Machine;
        machine.Counters.RefreshesInKernel++;
        machine.Design.HandleRefresh(c);
        return true;
    }

    // A configuration has one clock.
    private static bool SetClock(InterceptContext c)
    {
        c.Emulate();
        c.Vcpu.Machine.ShareTodClock(c.Vcpu);
        return true;
    }
}
