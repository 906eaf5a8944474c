using System.Numerics;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Testing.Arithmetic;

/// <summary>What the one instruction of a case finds.</summary>
internal readonly record struct StepInput(Op Op, Operands Operands, ulong[] Registers, int Cc, bool OverflowMask, byte[] Storage)
{
    public static StepInput Of(MachineCase test)
        => new(test.Code[0].Op, test.Code[0].Operands, test.Before.Gr, test.Before.Cc, (test.Before.ProgramMask & 8) != 0,
            test.Data.AsSpan((int)(GeneralModel.StorageAddress - TestLayout.Data), GeneralModel.StorageSize).ToArray());
}

/// <summary>
/// One predicted execution: operands as integers of unlimited size, and what the instruction changes. Nothing here shares
/// code with the simulator's semantics.
/// </summary>
internal sealed class GeneralStep
{
    private readonly GeneralModel.Row _row;
    private readonly Format _format;
    private Operands _operands;

    public GeneralStep(MachineCase test)
    {
        Input = StepInput.Of(test);
        _row = GeneralModel.Describe(Input.Op);
        _format = InstructionTable.Get(Input.Op).Format;
        _operands = Input.Operands;
        Registers = [.. Input.Registers];
        Storage = [.. Input.Storage];
        Cc = Input.Cc;
        Next = TestLayout.Code + (ulong)InstructionTable.Get(Input.Op).Length;
    }

    public StepInput Input { get; }
    public ulong[] Registers { get; private set; }
    public byte[] Storage { get; private set; }
    public int Cc { get; set; }
    public int? ProgramMask { get; set; }
    public ulong Next { get; set; }
    public ProgramCode Interruption { get; private set; }

    public ref readonly Operands Operands => ref _operands;
    public int Width => WidthOf(_row.Destination);
    public int SourceWidth => WidthOf(_row.Source);
    public bool IsPair => _row.Destination is "p" or "q";

    /// <summary>The first operand as an input: from R2 or R3 in the formats with distinct operands.</summary>
    public BigInteger A(bool signed) => Interpret(Raw(_row.Destination, FirstInput), Width, signed);

    /// <summary>The second operand.</summary>
    public BigInteger B(bool signed)
        => _row.Source == "i" ? Immediate : Interpret(Raw(_row.Source, SecondInput), SourceWidth, signed);

    /// <summary>What R1 holds, whatever the format's inputs are.</summary>
    public BigInteger Old => Raw(_row.Destination, _operands.R1);

    /// <summary>The register operand of a store.</summary>
    public BigInteger Stored => Raw(_row.Source, _operands.R1);

    private int FirstInput => _format switch
    {
        Format.RRF_a => _operands.R2,
        Format.RIE_d or Format.RSY_a => _operands.R3,
        _ => _operands.R1,
    };

    private int SecondInput => _format == Format.RRF_a ? _operands.R3 : _operands.R2;

    public BigInteger Immediate
    {
        get
        {
            foreach (var description in InstructionTable.Fields(Input.Op))
            {
                if (description.Field == Field.I2)
                    return description.Signed ? _operands.I2 : (BigInteger)(uint)_operands.I2;
            }
            return 0;
        }
    }

    /// <summary>Second-operand address, in the 64-bit mode.</summary>
    public ulong Address => (ulong)(Register(_operands.B2) + Register(_operands.X2) + _operands.D2 & ulong.MaxValue);

    // A relative operand may begin anywhere in the sixteen bytes.
    private int Offset => _format == Format.RIL_b ? (int)(Target - GeneralModel.StorageAddress) : 0;

    /// <summary>Branch address of any format.</summary>
    public ulong Target => _format switch
    {
        Format.RR or Format.RR_m or Format.RRE => Input.Registers[_operands.R2],
        Format.RRS or Format.RIS => (ulong)(Register(_operands.B4) + _operands.D4 & ulong.MaxValue),
        Format.RIE_b or Format.RIE_c => TestLayout.Code + (ulong)(_operands.RI4 * 2L),
        Format.RX_a or Format.RX_b or Format.RXY_a or Format.RS_a or Format.RSY_a => Address,
        _ => TestLayout.Code + (ulong)(_operands.RI2 * 2L),
    };

    /// <summary>Whether the branch has a target: R2 of zero is none.</summary>
    public bool HasTarget => _format is not (Format.RR or Format.RR_m or Format.RRE) || _operands.R2 != 0;

    /// <summary>Replaces the first operand by the result, modulo its width.</summary>
    public void Result(BigInteger value)
    {
        var bits = Wrap(value, Width);
        var n = _operands.R1;
        switch (_row.Destination)
        {
            case "p":
                Piece(n, 0, 32, bits >> 32);
                Piece(n + 1, 0, 32, Wrap(bits, 32));
                break;
            case "q":
                Piece(n, 0, 64, bits >> 64);
                Piece(n + 1, 0, 64, Wrap(bits, 64));
                break;
            case ['m', var size]:
                for (var k = 0; k < size - '0'; k++)
                    Storage[Offset + k] = (byte)(int)(bits >> (size - '0' - 1 - k) * 8 & 0xFF);
                break;
            default:
                Piece(n, Shift(_row.Destination), Width, bits);
                break;
        }
    }

    /// <summary>The sign as a condition code: 0 zero, 1 negative, 2 positive, 3 when the first operand cannot hold it.</summary>
    public void SignedCode(BigInteger exact, int? width = null)
    {
        var limit = BigInteger.One << (width ?? Width) - 1;
        Cc = exact < -limit || exact >= limit ? 3 : Sign(exact);
        Overflow();
    }

    /// <summary>Interrupts after condition code 3 when the program mask says so.</summary>
    public void Overflow()
    {
        if (Cc == 3 && Input.OverflowMask) Interruption = ProgramCode.FixedPointOverflow;
    }

    public static int Sign(BigInteger value) => value.IsZero ? 0 : value.Sign < 0 ? 1 : 2;

    /// <summary>A suppressing exception: nothing changes.</summary>
    public void Suppress(ProgramCode code)
    {
        Interruption = code;
        Registers = [.. Input.Registers];
        Storage = [.. Input.Storage];
        Cc = Input.Cc;
    }

    /// <summary>A trap, after completion.</summary>
    public void Trap() => Interruption = ProgramCode.Data;

    public GeneralPrediction Outcome
        => new(Registers, Cc, ProgramMask ?? (Input.OverflowMask ? 8 : 0), Storage, Next, Interruption);

    public static BigInteger Wrap(BigInteger value, int width) => value & (BigInteger.One << width) - 1;

    public static BigInteger Interpret(BigInteger bits, int width, bool signed)
        => signed && bits >> width - 1 != 0 ? bits - (BigInteger.One << width) : bits;

    /// <summary>Sets some bits of a register.</summary>
    public void Piece(int register, int shift, int width, BigInteger bits)
    {
        var mask = (BigInteger.One << width) - 1 << shift;
        Registers[register] = (ulong)((Registers[register] & ~mask & ulong.MaxValue) | bits << shift);
    }

    private BigInteger Register(int number) => number == 0 ? BigInteger.Zero : Input.Registers[number];

    private BigInteger Raw(string kind, int register) => kind switch
    {
        "p" => Wrap(Input.Registers[register & 14], 32) << 32 | Wrap(Input.Registers[register | 1], 32),
        "q" => (BigInteger)Input.Registers[register & 14] << 64 | Input.Registers[register | 1],
        "a" => Address,
        ['m', var size] => Input.Storage.Skip(Offset).Take(size - '0').Aggregate(BigInteger.Zero, (sum, b) => sum << 8 | b),
        _ => Wrap((BigInteger)Input.Registers[register] >> Shift(kind), WidthOf(kind)),
    };

    private static int Shift(string kind) => kind switch { "h" or "hl" or "hb" => 32, "hh" => 48, "lh" => 16, _ => 0 };

    private static int WidthOf(string kind) => kind switch
    {
        "w" or "h" or "m4" => 32,
        "hh" or "hl" or "lh" or "ll" or "m2" => 16,
        "b" or "hb" or "m1" => 8,
        "q" => 128,
        _ => 64,
    };
}
