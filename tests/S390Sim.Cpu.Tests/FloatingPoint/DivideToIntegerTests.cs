using System.Globalization;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>DIVIDE TO INTEGER through the instruction: worked cases of each row of the manual's table of results.</summary>
public sealed unsafe class DivideToIntegerTests : IDisposable
{
    private readonly FloatingBench _bench = new();

    // Dividend, divisor, M4, FPC: remainder, quotient, condition code, FPC. Remainders and quotients can be checked by hand.
    [Theory]
    [InlineData("43e1f1f1 43e61616 7 00000000", "43e1f1f1 00000000 0 00000000")]   // Quotient below one, rounded down.
    [InlineData("40e00000 40400000 0 00000000", "3f800000 40000000 0 00000000")]   // 7 / 3
    [InlineData("40e00000 40400000 6 00000000", "c0000000 40400000 0 00000000")]
    [InlineData("c0e00000 40400000 0 00000000", "bf800000 c0000000 0 00000000")]
    [InlineData("c0c00000 40400000 0 00000000", "80000000 c0000000 0 00000000")]   // A zero has the dividend's sign.
    [InlineData("43f00000 00000000 0 00000000", "7fc00000 7fc00000 1 00800000")]   // Not a division by zero.
    [InlineData("7f800000 3f800000 0 00000000", "7fc00000 7fc00000 1 00800000")]
    [InlineData("00000000 80000000 1 00000000", "7fc00000 7fc00000 1 00800000")]
    [InlineData("ffff94ff ff94ff24 4 00000007", "ffd4ff24 ffd4ff24 1 00800007")]
    [InlineData("0c000029 ff800000 0 00000000", "0c000029 80000000 0 00000000")]
    [InlineData("000000c8 ff800000 0 7c000007", "000000c8 80000000 0 7c000007")]   // Nothing tiny is recognised here.
    [InlineData("80000000 c0000000 0 f8000000", "80000000 00000000 0 f8000000")]
    [InlineData("4b800002 3f000000 0 00000000", "00000000 4c000002 0 00000000")]   // As many digits as fit: exact.
    [InlineData("4c000001 40400000 0 00000000", "00000000 4b2aaaac 0 00000000")]
    [InlineData("d30a0040 c6d30a00 0 c4000000", "c74a4400 4ba766c6 2 c4000000")]   // One digit too many: incomplete.
    [InlineData("7070ffff 90909090 0 00000000", "6431c0c0 bf5562aa 3 00000000")]   // Beyond the exponents: scaled.
    [InlineData("dcdcdcdc 00dcdcdc 7 fc000000", "80000000 bb800000 1 fc000000")]
    [InlineData("0c0c0c0c 400c0c0c 6 00000000", "c00c0c0c 3f800000 0 00080000")]   // The remainder is inexact.
    public void Short(string operands, string results)
    {
        Run(Op.DIEBR, operands, 32);
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(results, $"{_bench.C->Fpr(1) >> 32:x8} {_bench.C->Fpr(3) >> 32:x8} {_bench.C->Cc} {_bench.C->Fpc:x8}");
    }

    [Theory]
    [InlineData("00000000 00000000 0 fc000007", "00000000 12345678 1 fc008007")]   // Suppressed.
    [InlineData("09b2b2b2 b2b2b2b2 0 fc000007", "b2b2b2b1 bf800000 0 fc000807")]
    [InlineData("4c4c4c4c e1e1e1e1 0 fc000007", "e1e1e1e1 bf800000 0 fc000c07")]
    [InlineData("000d0100 b0b0b0b0 6 fc000000", "5ed01000 80000000 0 fc001000")]   // A tiny remainder is scaled.
    [InlineData("00ff0987 0987c6f6 6 08000000", "8987c6b6 3f800000 0 08000800")]
    public void Short_with_interruptions(string operands, string results)
    {
        Run(Op.DIEBR, operands, 32);
        Assert.Equal(ProgramCode.Data, _bench.Interruption);
        Assert.Equal(results,
            $"{_bench.C->Fpr(1) >> 32:x8} {_bench.C->Fpr(3) >> 32:x8} {_bench.Old.ConditionCode} {_bench.C->Fpc:x8}");
    }

    [Theory]
    [InlineData("00e100e100e100e1 00e100e100e100e1 0 00000001", "0000000000000000 3ff0000000000000 0 00000001")]
    [InlineData("0200230200230200 0023020023020023 0 00000000", "8001a017d247b3f4 41cb2aa05f000000 0 00000000")]
    [InlineData("0200000000000000 0000000053020000 0 00000000", "8000000020820000 4338ac20dd47c6c1 0 00000000")]
    [InlineData("4340000000000001 4008000000000000 5 00000000", "3ff0000000000000 4325555555555556 0 00000000")]
    public void Long(string operands, string results)
    {
        Run(Op.DIDBR, operands, 64);
        Assert.Equal(results, $"{_bench.C->Fpr(1):x16} {_bench.C->Fpr(3):x16} {_bench.C->Cc} {_bench.C->Fpc:x8}");
    }

    // Registers: first 1, second 2, third 3.
    private void Run(Op op, string operands, int width)
    {
        var words = operands.Split(' ');
        ulong Datum(string word) => ulong.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << (64 - width);
        (_bench.C->Fpr(1), _bench.C->Fpr(2), _bench.C->Fpr(3)) = (Datum(words[0]), Datum(words[1]), 0x1234_5678UL << 32);
        _bench.C->Fpc = uint.Parse(words[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        _bench.Run(op, new Operands { R1 = 1, R2 = 2, R3 = 3, M4 = (byte)(words[2][0] - '0') });
    }

    public void Dispose() => _bench.Dispose();
}
