using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>What is compared with an oracle: every implemented instruction that has a result of its own.</summary>
/// <param name="Single">One instruction at a time.</param>
/// <param name="Sequence">Programs of up to thirty.</param>
public sealed record DifferentialPlans(CasePlan Single, CasePlan Sequence)
{
    /// <summary>Results depend on the machine or the time rather than on the operands.</summary>
    private static readonly Op[] s_ofTheMachine =
    [
        Op.STCK, Op.STCKF, Op.STCKE, Op.STFLE, Op.ECAG, Op.PTFF, Op.ECTG, Op.STFL, Op.STIDP, Op.STAP, Op.STSI, Op.STPT, Op.SPT,
        Op.SCK, Op.SCKC, Op.STCKC, Op.SCKPF,
    ];

    /// <summary>They change what the driver needs: the prefix, other processors, devices, tables, the end of the run.</summary>
    private static readonly Op[] s_ofTheDriver =
    [
        Op.SPX, Op.SIGP, Op.SERVC, Op.SIE, Op.DIAG, Op.IPTE, Op.IDTE, Op.CSP, Op.CSPG, Op.LPSW, Op.LPSWE, Op.LCTL, Op.LCTLG,
        Op.STURA, Op.STURG, Op.SSKE, Op.RRBE, Op.ISKE, Op.PFMF, Op.SSM, Op.STOSM, Op.MVCP, Op.MVCS, Op.LURA, Op.LURAG, Op.TB,
        Op.PTLB, Op.PALB, Op.EPSW, Op.TPROT, Op.LRA, Op.LRAG, Op.LRAY,
    ];

    /// <summary>In a Linux process they have other effects, or the mode is not the process's to change.</summary>
    private static readonly Op[] s_ofTheProcess = [Op.SVC, Op.SAM24, Op.SAM31, Op.SAM64, Op.TAM, Op.MC, Op.BSM, Op.BASSM];

    /// <summary>A program stays in the addressing mode that it begins in.</summary>
    private static readonly Op[] s_ofTheMode = [Op.SAM24, Op.SAM31, Op.BSM, Op.BASSM];

    /// <summary>QEMU never interrupts for fixed-point overflow: with that mask programs would only end differently.</summary>
    private const ulong QemuMasks = Psw.DecimalOverflow | Psw.HfpExponentUnderflow | Psw.HfpSignificance;

    /// <summary>The plans for an oracle.</summary>
    public static DifferentialPlans Of(OracleKind kind, KnownDifferences known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var chosen = InstructionSet.Implemented.Except(s_ofTheMachine).Except(s_ofTheDriver)
            .Where(row => row.Facility is not (Facility.Zpci or Facility.PciMemoryIo));
        chosen = chosen.Where(r => r.Family() is not (InstructionFamily.Privileged or InstructionFamily.SemiPrivileged));
        if (kind == OracleKind.User) chosen = chosen.Except(s_ofTheProcess);
        return new(
            CasePlan.Single.Of(chosen),
            CasePlan.Sequence.Of(chosen.Except(s_ofTheMode).Where(row => !known.KeepsOut(row, kind))) with
            {
                Allows = line => known.Allows(line, kind),
                Masks = QemuMasks,
                HasTraps = false,
            });
    }
}
