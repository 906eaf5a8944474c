using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>What cases a generator makes: which instructions, how many, in which modes of the machine.</summary>
public sealed record CasePlan
{
    /// <summary>A single instruction in the problem state with DAT, 64-bit addressing.</summary>
    public static CasePlan Single { get; } = new();

    /// <summary>Programs of up to thirty instructions with forward branches, loops and EXECUTE.</summary>
    public static CasePlan Sequence { get; } = new() { MinLength = 2, MaxLength = 30 };

    /// <summary>The instructions.</summary>
    public InstructionSet Instructions { get; init; } = InstructionSet.Implemented;
    /// <summary>Instructions that half of a program consists of, or null when all are equally likely.</summary>
    public InstructionSet? Favoured { get; init; }
    /// <summary>Fewest instructions of a program.</summary>
    public int MinLength { get; init; } = 1;
    /// <summary>Most instructions of a program, at most thirty.</summary>
    public int MaxLength { get; init; } = 1;
    /// <summary>PSW masks without condition code and program mask.</summary>
    public IReadOnlyList<ulong> Modes { get; init; } = [Mode()];
    /// <summary>Address spaces.</summary>
    public IReadOnlyList<StorageLayout> Layouts { get; init; } = [StorageLayout.Standard];
    /// <summary>Data, or null for what suits the instruction.</summary>
    public DataKind? Data { get; init; }
    /// <summary>Once in so many programs a mask bit of the PSW is one.</summary>
    public int MaskOdds { get; init; } = 6;
    /// <summary>The mask bits that may be one.</summary>
    public ulong Masks { get; init; }
        = Psw.FixedPointOverflow | Psw.DecimalOverflow | Psw.HfpExponentUnderflow | Psw.HfpSignificance;
    /// <summary>Once in so many times a base has bits that the 24- and 31-bit modes ignore.</summary>
    public int HighHalfOdds { get; init; } = 3;
    /// <summary>Whether IEEE exceptions may interrupt: mask bits of the FPC are one in some cases.</summary>
    public bool HasTraps { get; init; } = true;
    /// <summary>Whether an instruction with its operands may come; else other operands are drawn.</summary>
    public Func<CodeLine, bool> Allows { get; init; } = _ => true;

    /// <summary>Draws a mode instead of <see cref="Modes"/>.</summary>
    public Func<Dice, ulong>? AnyMode { get; init; }
    /// <summary>Gives a case what else it starts with: control registers, storage keys, address spaces.</summary>
    public Func<MachineCase, Dice, MachineCase>? Setting { get; init; }

    /// <summary>
    /// Programs of the supervisor state: with and without DAT, in all addressing modes and address spaces that differ, with
    /// storage keys and prefix, half of them control instructions.
    /// </summary>
    public static CasePlan Supervisor { get; } = new()
    {
        MinLength = 1,
        MaxLength = 14,
        HighHalfOdds = 24,
        AnyMode = SupervisorSetting.Mask,
        Setting = SupervisorSetting.Apply,
        Favoured = InstructionSet.Implemented.OfFamily(InstructionFamily.Privileged, InstructionFamily.SemiPrivileged),
    };

    /// <summary>With other instructions.</summary>
    public CasePlan Of(InstructionSet instructions) => this with { Instructions = instructions };

    /// <summary>With the instructions named.</summary>
    public CasePlan Of(params IEnumerable<Op> ops) => this with { Instructions = InstructionSet.Only(ops) };

    /// <summary>In one of some modes.</summary>
    public CasePlan In(params ulong[] modes) => this with { Modes = modes };

    /// <summary>In one of some address spaces.</summary>
    public CasePlan Over(params StorageLayout[] layouts) => this with { Layouts = layouts };

    /// <summary>With one kind of data.</summary>
    public CasePlan With(DataKind data) => this with { Data = data };

    /// <summary>A PSW mask.</summary>
    /// <param name="addressing">24, 31 or 64.</param>
    /// <param name="dat">Whether addresses are translated.</param>
    /// <param name="problem">Problem state.</param>
    /// <param name="space">0 primary, 1 access register, 2 secondary, 3 home.</param>
    /// <param name="key">Access key.</param>
    public static ulong Mode(int addressing = 64, bool dat = true, bool problem = true, int space = 0, int key = 0)
        => (addressing switch { 64 => Psw.ExtendedAddressing | Psw.BasicAddressing, 31 => Psw.BasicAddressing, _ => 0 })
            | (dat ? Psw.Dat : 0) | (problem ? Psw.Problem : 0) | (ulong)space << 46 | (ulong)key << 52;
}
