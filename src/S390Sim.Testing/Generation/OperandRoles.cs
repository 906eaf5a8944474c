using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>What the table's rows do not say: how registers hold addresses and lengths, which operands must be aligned.</summary>
internal static class OperandRoles
{
    /// <summary>
    /// Instructions whose registers hold addresses and lengths. Ln: pair Rn with address and length; Un: an even length; An:
    /// an address; En: an end address after R2; C: a character in register 0; W: two bytes; T: a table at register 1;
    /// S: lengths in 0 and 1; P: function code and parameter list; Bn: an address of the operand, or a padding byte; kn: the
    /// length of Rn is a multiple of k.
    /// </summary>
    private static readonly Dictionary<Op, string> s_long = new()
    {
        [Op.MVCL] = "L1 L2",
        [Op.CLCL] = "L1 L2",
        [Op.MVCLE] = "L1 L3 B2",
        [Op.CLCLE] = "L1 L3 B2",
        [Op.MVCLU] = "U1 U3 B2",
        [Op.CLCLU] = "U1 U3 B2",
        [Op.MVST] = "A1 A2 C",
        [Op.CLST] = "A1 A2 C",
        [Op.SRST] = "E1 A2 C",
        [Op.SRSTU] = "E1 A2 W",
        [Op.CUSE] = "L1 L2 S",
        [Op.TRE] = "L1 A2 C",
        [Op.TROO] = "L1 A2 T C",
        [Op.TROT] = "L1 A2 T W",
        [Op.TRTO] = "U1 A2 T C",
        [Op.TRTT] = "U1 A2 T W",
        [Op.TRTE] = "L1 T",
        [Op.TRTRE] = "L1 T",
        [Op.CKSM] = "L2",
        [Op.CU12] = "L1 L2",
        [Op.CU14] = "L1 L2",
        [Op.CU21] = "L1 U2",
        [Op.CU24] = "L1 U2",
        [Op.CU41] = "L1 42",
        [Op.CU42] = "L1 42",
        [Op.CSST] = "P B1 B2",
        [Op.MVPG] = "A1 A2 Z",
        [Op.LFPC] = "",
    };

    private static readonly HashSet<Op> s_aligned =
    [
        Op.CS, Op.CSY, Op.CSG, Op.CDS, Op.CDSY, Op.CDSG, Op.LPQ, Op.STPQ, Op.LPD, Op.LPDG, Op.LAM, Op.LAMY, Op.STAM, Op.STAMY,
        Op.LAA, Op.LAAG, Op.LAAL, Op.LAALG, Op.LAN, Op.LANG, Op.LAO, Op.LAOG, Op.LAX, Op.LAXG, Op.CSST, Op.CVB, Op.CVBG, Op.CVBY,
        Op.PLO, Op.LCTL, Op.LCTLG, Op.STCTL, Op.STCTG,
    ];

    private static readonly HashSet<Op> s_separate =
    [
        Op.MVCIN, Op.PKA, Op.PKU, Op.UNPKA, Op.UNPKU, Op.MVCLE, Op.MVCLU, Op.MVST, Op.TRE, Op.TROO, Op.TROT, Op.TRTO, Op.TRTT,
        Op.CU12, Op.CU14, Op.CU21, Op.CU24, Op.CU41, Op.CU42,
    ];

    private static readonly HashSet<Op> s_shifts =
    [
        Op.SLA, Op.SLDA, Op.SLL, Op.SLDL, Op.SRA, Op.SRDA, Op.SRL, Op.SRDL, Op.SLAG, Op.SLLG, Op.SRAG, Op.SRLG, Op.SLAK, Op.SLLK,
        Op.SRAK, Op.SRLK, Op.RLL, Op.RLLG, Op.SRP,
    ];

    private static readonly HashSet<Op> s_pairs =
    [
        Op.D, Op.DR, Op.DL, Op.DLR, Op.DLG, Op.DLGR, Op.DSG, Op.DSGR, Op.DSGF, Op.DSGFR, Op.M, Op.MR, Op.MFY, Op.ML, Op.MLR,
        Op.MLG,
        Op.MLGR, Op.MG, Op.MGRK, Op.SLDA, Op.SLDL, Op.SRDA, Op.SRDL, Op.CDS, Op.CDSY, Op.CDSG, Op.LPQ, Op.STPQ,
    ];

    /// <summary>The roles of registers that hold addresses and lengths, or null.</summary>
    public static string[]? Long(Op op) => s_long.GetValueOrDefault(op)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether the instruction may end with condition code 3, to be executed again.</summary>
    public static bool IsMachineDetermined(Op op)
        => s_long.ContainsKey(op) && op is not (Op.MVCL or Op.CLCL or Op.CSST or Op.LFPC or Op.MVPG);

    /// <summary>Whether accesses to storage may be other ones after the instruction.</summary>
    public static bool ChangesTranslation(Op op)
        => op is Op.IPTE or Op.IDTE or Op.CRDTE or Op.SSKE or Op.RRBE or Op.RRBM or Op.PFMF;

    /// <summary>Boundary of the storage operand, in bytes.</summary>
    public static int Alignment(Op op) => s_aligned.Contains(op) ? 16 : 1;

    /// <summary>Whether the result is unpredictable when the operands overlap.</summary>
    public static bool MustNotOverlap(Op op) => s_separate.Contains(op);

    /// <summary>Whether the second-operand address is a shift amount.</summary>
    public static bool IsShift(Op op) => s_shifts.Contains(op);

    /// <summary>Whether R1 must be even.</summary>
    public static bool IsPair(Op op) => s_pairs.Contains(op) || op is Op.LPD or Op.LPDG;

    /// <summary>Whether a floating-point register field names a pair of registers: an extended operand.</summary>
    public static bool IsExtended(InstructionRow row)
        => (row.Flags & (InstructionFlags.Bfp | InstructionFlags.AfpRegister | InstructionFlags.Dfp)) != 0
            && row.Title.Contains("extended", StringComparison.OrdinalIgnoreCase);
}
