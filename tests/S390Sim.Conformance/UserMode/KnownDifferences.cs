using S390Sim.Isa;

namespace S390Sim.Conformance.UserMode;

/// <summary>Where QEMU 7.2 is not followed, and why. An entry that explains nothing any more fails the test.</summary>
internal static class KnownDifferences
{
    private const int IllegalInstruction = 4, SegmentationFault = 11;

    /// <summary>Instructions whose result depends on the machine rather than on the operands, or that change the mode.</summary>
    public static readonly HashSet<Op> NotComparable =
    [
        Op.STCK, Op.STCKF, Op.STCKE, Op.STFLE, Op.ECAG, Op.EPSW, Op.PTFF, Op.ECTG,
        Op.SVC, Op.SAM24, Op.SAM31, Op.SAM64, Op.TAM, Op.MC,
        Op.CMPSC,   // nearly always a specification exception with random registers, which looks like what QEMU does
    ];

    private delegate bool Explanation(GuestCase guest, GuestState ours, GuestState qemu);

    private static readonly Dictionary<Op, (string Reason, Explanation Explains)> s_entries = new()
    {
        [Op.AP] = ("not implemented", Lacks),
        [Op.SP] = ("not implemented", Lacks),
        [Op.ZAP] = ("not implemented", Lacks),
        [Op.CP] = ("not implemented", Lacks),
        [Op.MP] = ("not implemented", Lacks),
        [Op.DP] = ("not implemented", Lacks),
        [Op.ED] = ("not implemented", Lacks),
        [Op.EDMK] = ("not implemented", Lacks),
        [Op.CVB] = ("not implemented", Lacks),
        [Op.CVBY] = ("not implemented", Lacks),
        [Op.CVBG] = ("not implemented", Lacks),
        [Op.CVDG] = ("not implemented", Lacks),
        [Op.CPYA] = ("not implemented", Lacks),
        [Op.CUSE] = ("not implemented", Lacks),
        [Op.LMD] = ("not implemented", Lacks),
        [Op.PLO] = ("not implemented", Lacks),
        [Op.TRTE] = ("not implemented", Lacks),
        [Op.TRTRE] = ("not implemented", Lacks),
        [Op.STMH] = ("stores zeros instead of the high words", (_, ours, qemu) => ours.Signal == qemu.Signal),
        [Op.CSST] = ("puts an unequal word into bits 0-31 of R3", (guest, ours, qemu) => (guest.Registers[0] & 0xFF) == 0),
        [Op.UNPK] = ("leaves the leftmost byte of the second operand out", (_, ours, qemu) => qemu.Signal == 0),
        [Op.PKA] = ("leaves the leftmost character out", (_, ours, qemu) => ours.Signal == qemu.Signal),
        [Op.PKU] = ("leaves the leftmost character out", (_, ours, qemu) => ours.Signal == qemu.Signal),
        [Op.TROO] = ("takes an odd R1; runs over the end of an operand of length zero", OddOrEmpty),
        [Op.TROT] = ("as TROO; compares one byte of the test character only",
            (guest, ours, qemu) => ours.Signal == qemu.Signal || OddOrEmpty(guest, ours, qemu)),
        [Op.TRTO] = ("takes an odd R1; runs over the end of an operand of length zero", OddOrEmpty),
        [Op.TRTT] = ("takes an odd R1; runs over the end of an operand of length zero", OddOrEmpty),
        [Op.CDSG] = ("takes odd registers", (_, ours, qemu) => ours.Signal == IllegalInstruction),
        [Op.MVCLU] = ("takes odd lengths", (_, ours, qemu) => ours.Signal == IllegalInstruction),
        [Op.CU12] = ("takes UTF-8 of 800-FFF hex for not well formed", NotWellFormed),
        [Op.CU14] = ("takes UTF-8 of 800-FFF hex for not well formed", NotWellFormed),
    };

    public static IEnumerable<Op> Instructions => s_entries.Keys;

    public static bool Explains(GuestCase guest, GuestState ours, GuestState qemu)
        => s_entries.TryGetValue(guest.Op, out var entry) && entry.Explains(guest, ours, qemu);

    /// <summary>Whether the architecture leaves the difference to the machine.</summary>
    public static bool MayDiffer(GuestCase guest, GuestState ours, GuestState qemu)
    {
        if (ours.Signal == SegmentationFault && qemu.Signal == SegmentationFault)
        {
            // How much was done before an access exception; QEMU also stores up to the byte that may not be stored, where we
            // suppress the operation.
            return CaseGenerator.IsMachineDetermined(guest.Op)
                || (ours.ConditionCode == qemu.ConditionCode && ours.Registers.AsSpan().SequenceEqual(qemu.Registers));
        }
        return guest.Op switch
        {
            // Access exceptions beyond what decides the result.
            Op.CLC or Op.PKA or Op.PKU or Op.UNPKA or Op.UNPKU when ours.Signal == SegmentationFault => qemu.Signal == 0,
            Op.LOC or Op.LOCG or Op.LOCFH => ours.Signal == 0 && qemu.Signal == SegmentationFault,
            // The priority of specification and access exceptions.
            Op.CDS or Op.CDSY or Op.LPD or Op.LPDG => ours.Signal == IllegalInstruction && qemu.Signal == SegmentationFault,
            // Where an execution that ended with condition code 3 left the addresses.
            Op.SRST or Op.SRSTU or Op.CLST => ours.Signal == qemu.Signal && ours.ConditionCode == qemu.ConditionCode
                && ours.Registers.Zip(qemu.Registers).Count(r => r.First != r.Second) == (guest.Op == Op.CLST ? 2 : 1),
            _ => CaseGenerator.MustNotOverlap(guest.Op) && guest.Overlaps,
        };
    }

    private static bool Lacks(GuestCase guest, GuestState ours, GuestState qemu) => qemu.Signal == IllegalInstruction;

    private static bool NotWellFormed(GuestCase guest, GuestState ours, GuestState qemu)
        => ours.Signal == qemu.Signal && qemu.ConditionCode == 2;

    private static bool OddOrEmpty(GuestCase guest, GuestState ours, GuestState qemu)
        => ours.Signal == IllegalInstruction || ours.ConditionCode == 0;
}
