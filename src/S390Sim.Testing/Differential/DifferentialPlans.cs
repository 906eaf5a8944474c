using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>What is compared with an oracle: every implemented instruction that has a result of its own.</summary>
/// <param name="Single">One instruction at a time.</param>
/// <param name="Sequence">Programs of up to thirty.</param>
/// <param name="Supervisor">Programs in the supervisor state, for a whole machine.</param>
/// <param name="Control">One control instruction at a time.</param>
public sealed record DifferentialPlans(CasePlan Single, CasePlan Sequence, CasePlan Supervisor, CasePlan Control)
{
    /// <summary>Results depend on the machine or the time rather than on the operands.</summary>
    private static readonly Op[] s_ofTheMachine =
    [
        Op.STCK, Op.STCKF, Op.STCKE, Op.STFLE, Op.ECAG, Op.PTFF, Op.ECTG, Op.STFL, Op.STIDP, Op.STAP, Op.STSI, Op.STPT, Op.SPT,
        Op.SCK, Op.SCKC, Op.STCKC, Op.SCKPF,
    ];

    /// <summary>Not compared in the supervisor state: what has to do with other processors, devices and the host.</summary>
    private static readonly Op[] s_ofTheConfiguration =
    [
        Op.SIGP, Op.SERVC, Op.SIE, Op.DIAG, Op.PTF, Op.SCKC, Op.CHSC, Op.CLP, Op.PQAP, Op.NQAP, Op.DQAP, Op.STHYI,
        Op.PGIN, Op.PGOUT, Op.CSCH, Op.HSCH, Op.MSCH, Op.SSCH, Op.STSCH, Op.TSCH, Op.TPI, Op.SAL, Op.RSCH, Op.STCRW, Op.STCPS,
        Op.RCHP, Op.SCHM, Op.XSCH, Op.SIGA,
    ];

    /// <summary>In a Linux process they have other effects, or the mode is not the process's to change.</summary>
    private static readonly Op[] s_ofTheProcess =
        [Op.SVC, Op.SAM24, Op.SAM31, Op.SAM64, Op.TAM, Op.MC, Op.BSM, Op.BASSM, Op.EPSW];

    /// <summary>A program stays in the addressing mode that it begins in.</summary>
    private static readonly Op[] s_ofTheMode = [Op.SAM24, Op.SAM31, Op.BSM, Op.BASSM];

    /// <summary>QEMU never interrupts for fixed-point overflow: with that mask programs would only end differently.</summary>
    private const ulong QemuMasks = Psw.DecimalOverflow | Psw.HfpExponentUnderflow | Psw.HfpSignificance;

    /// <summary>The plans for an oracle.</summary>
    public static DifferentialPlans Of(OracleKind kind, KnownDifferences known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var chosen = InstructionSet.Implemented.Except(s_ofTheMachine)
            .Where(row => row.Facility is not (Facility.Zpci or Facility.PciMemoryIo or Facility.AdapterInterruptionSuppression));
        var supervisor = chosen.Except(s_ofTheConfiguration);
        chosen = chosen.Where(r => r.Family() is not (InstructionFamily.Privileged or InstructionFamily.SemiPrivileged));
        if (kind == OracleKind.User) chosen = chosen.Except(s_ofTheProcess);
        return new(
            CasePlan.Single.Of(chosen),
            CasePlan.Sequence.Of(chosen.Except(s_ofTheMode).Where(row => !known.KeepsOut(row, kind))) with
            {
                Allows = line => known.Allows(line, kind),
                Masks = QemuMasks,
                HasTraps = false,
            },
            CasePlan.Supervisor.Of(supervisor.Where(row => !known.KeepsOut(row, kind))) with
            {
                Favoured = supervisor.OfFamily(InstructionFamily.Privileged, InstructionFamily.SemiPrivileged)
                    .Where(row => !known.KeepsOut(row, kind)),
                Allows = line => known.Allows(line, kind),
                Masks = QemuMasks,
                HasTraps = false,
            },
            CasePlan.Supervisor.Of(supervisor.OfFamily(InstructionFamily.Privileged, InstructionFamily.SemiPrivileged)) with
            {
                Favoured = null,
                MaxLength = 1,
                HasTraps = false,
            });
    }
}
