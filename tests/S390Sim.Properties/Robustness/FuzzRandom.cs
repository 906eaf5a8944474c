using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Properties.Robustness;

/// <summary>A seeded stream of numbers, and of values that hurt: ends of pages and of storage, wraps, handles, tables.</summary>
internal sealed class FuzzRandom(ulong seed, HandlerTable handlers)
{
    private readonly Op[] _implemented = [.. Enum.GetValues<Op>().Where(handlers.IsBound)];
    private ulong _state = seed;

    /// <summary>Instructions that lead far.</summary>
    private static readonly Op[] s_deep =
    [
        Op.EX, Op.EXRL, Op.CLP, Op.RPCIT, Op.MPCIFC, Op.STPCIFC, Op.PCILG, Op.PCISTG, Op.PCISTB, Op.PCILGI, Op.PCISTGI, Op.PCISTBI, Op.SIC, Op.CHSC, Op.STCRW,
        Op.SERVC, Op.SIGP, Op.LPSWE, Op.LCTLG, Op.SPX, Op.SCK, Op.SCKC, Op.SPT, Op.STOSM, Op.IPTE, Op.SSKE, Op.PFMF, Op.TPROT, Op.LRAG,
    ];

    /// <summary>Values that a target adds to the biased ones, such as function handles in place.</summary>
    public ulong[] Special { get; set; } = [];

    /// <summary>64 random bits (splitmix64).</summary>
    public ulong Next()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number below a limit.</summary>
    public int Below(int limit) => (int)((Next() >> 33) % (ulong)limit);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int n) => Below(n) == 0;

    /// <summary>A register's value.</summary>
    public ulong Value() => Below(16) switch
    {
        0 => Next(),
        1 => (ulong)Below(300),
        2 => Next() & 0xFFFF_FFFF,
        3 => 0UL - (ulong)Below(4200),
        4 => (1UL << Below(64)) - (ulong)Below(20),
        5 or 6 when Special.Length != 0 => Special[Below(Special.Length)],
        7 => FuzzLayout.Size - (ulong)Below(600),
        8 => (ulong)Below(0x2400),
        9 => 0x00FF_F000 + (ulong)Below(0x1100),
        10 => 0x7FFF_F000 + (ulong)Below(0x1100),
        11 => (ulong)Below(0x400) << 12,
        12 => ((ulong)Below(0x400) << 12) + 4096 - (ulong)Below(20),
        13 => (Next() << 32) | Address(),
        _ => Address(),
    };

    /// <summary>An address in storage, most often aligned.</summary>
    public ulong Address() => ((ulong)Below((int)FuzzLayout.Size + 0x1000)) & ~((1UL << Below(5)) - 1);

    /// <summary>Instruction bytes, left-justified: anything, or some row with random operands.</summary>
    public ulong Instruction()
    {
        var bits = Next() & ~0xFFFFUL;
        if (OneIn(3)) return bits;
        var row = InstructionTable.Get(Below(16) switch
        {
            0 => s_deep[Below(s_deep.Length)],
            1 => InstructionTable.Rows[Below(InstructionTable.Rows.Length)].Op,
            _ => _implemented[Below(_implemented.Length)],
        });
        // Short displacements: addresses stay near what the registers say.
        if (OneIn(2)) bits &= ~0x0000_0F00_0F00_0000UL;
        return row.Opcode | (bits & ~row.Mask);
    }

    /// <summary>Bits 0-63 of a PSW.</summary>
    /// <param name="wild">Whether it may be invalid, wait, or enabled for interruptions.</param>
    public ulong PswMask(bool wild)
    {
        if (wild && OneIn(4)) return Next();
        ulong mask = Below(3) switch { 0 => 0, 1 => Psw.BasicAddressing, _ => Psw.BasicAddressing | Psw.ExtendedAddressing };
        if (OneIn(3)) mask |= Psw.Problem;
        if (OneIn(2)) mask |= Psw.Dat | ((ulong)Below(4) << 46);
        if (OneIn(3)) mask |= (ulong)Below(16) << 52;
        mask |= (ulong)Below(64) << 40;
        if (wild) mask |= Next() & (Psw.Io | Psw.External | Psw.MachineCheck | Psw.Per);
        return mask;
    }

    /// <summary>A control register.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="wild">Whether it may be anything.</param>
    public ulong ControlRegister(int number, bool wild)
    {
        if (wild && OneIn(6)) return Next();
        if (wild && OneIn(6)) return Address() | (Next() & 0xFFF);
        return number switch
        {
            0 => (Next() & 0x5FB0_4E00) | (Next() & 0x00C0_0000),
            1 or 7 or 13 => OneIn(12) ? Address() | 0x20 : FuzzLayout.Asces[Below(FuzzLayout.Asces.Length)],
            2 => Next() | 0x20,
            3 or 4 or 6 or 14 => Next(),
            _ => OneIn(2) ? 0 : Value(),
        };
    }
}
