using S390Sim.Cpu;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Isa;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>CONVERT BFP TO HFP and CONVERT HFP TO BFP.</summary>
public sealed unsafe class ConvertHfpTests : IDisposable
{
    private readonly FloatingBench _bench = new();

    [Theory]
    [InlineData("THDR", 0x3FF0_0000_0000_0000, 0x4110_0000_0000_0000, 2)]
    [InlineData("THDR", 0xBFE0_0000_0000_0000, 0xC080_0000_0000_0000, 1)]
    [InlineData("THDR", 0x4059_0000_0000_0000, 0x4264_0000_0000_0000, 2)]       // 100
    [InlineData("THDR", 0x8000_0000_0000_0000, 0x8000_0000_0000_0000, 0)]
    [InlineData("THDR", 0x7FF0_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 3)]
    [InlineData("THDR", 0xFFEF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF, 3)]
    [InlineData("THDR", 0xFFF8_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 3)]
    [InlineData("THDR", 0x4FAF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFF8, 2)]       // Below 2 to the 252nd.
    [InlineData("THDR", 0x4FB0_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 3)]
    [InlineData("THDR", 0x2FB0_0000_0000_0000, 0x0010_0000_0000_0000, 2)]       // 2 to the -260th: the least.
    [InlineData("THDR", 0xAFAF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 1)]
    [InlineData("THDER", 0x3F80_0000_FFFF_FFFF, 0x4110_0000_0000_0000, 2)]
    [InlineData("THDER", 0x8000_0001_0000_0000, 0x9B80_0000_0000_0000, 1)]      // 2 to the -149th.
    [InlineData("TBDR", 0x4110_0000_0000_0000, 0x3FF0_0000_0000_0000, 2)]
    [InlineData("TBDR", 0x4000_0000_0000_0001, 0x3C70_0000_0000_0000, 2)]       // Unnormalized: 2 to the -56th.
    [InlineData("TBDR", 0xC500_0000_0000_0000, 0x8000_0000_0000_0000, 0)]
    [InlineData("TBEDR", 0xC264_0000_0000_0000, 0xC2C8_0000_1111_1111, 1)]
    [InlineData("TBEDR", 0x6110_0000_0000_0000, 0x7F7F_FFFF_1111_1111, 3)]
    public void Conversions(string op, ulong source, ulong result, int cc)
    {
        _bench.C->Fpr(0) = 0x1111_1111_1111_1111;
        _bench.C->Fpr(4) = source;
        _bench.C->Fpc = 0xF800_0002;
        Assert.Equal(ProgramCode.None, _bench.Run(Enum.Parse<Op>(op), new Operands { R1 = 0, R2 = 4 }));
        Assert.Equal($"{result:x16} {cc} {0xF800_0002U:x}", $"{_bench.C->Fpr(0):x16} {_bench.C->Cc} {_bench.C->Fpc:x}");
    }

    [Fact]
    public void Rounding_is_the_modifiers()
    {
        ulong[] sources = [0x4110_0000_8000_0000, 0xC110_0001_8000_0000, 0x4110_0000_8000_0001, 0x1B80_0000_0000_0000];
        foreach (var (m3, mode) in new (byte, RoundingMode)[]
        {
            (0, RoundingMode.TowardZero), (1, RoundingMode.NearestAway), (3, RoundingMode.PrepareForShorter),
            (4, RoundingMode.NearestEven), (5, RoundingMode.TowardZero), (6, RoundingMode.TowardPlusInfinity),
            (7, RoundingMode.TowardMinusInfinity),
        })
        {
            foreach (var source in sources)
            {
                var fraction = new Rational(source & 0x00FF_FFFF_FFFF_FFFF, 1);
                var value = fraction * Rational.PowerOfTwo(((int)(source >> 56) & 127) * 4 - 256 - 56);
                var expected = BfpModel.Short.Round((long)source < 0 ? -value : value, mode, 0);
                _bench.C->Fpr(4) = source;
                _bench.Run(Op.TBEDR, new Operands { R1 = 0, R2 = 4, M3 = m3 });
                Assert.Equal($"{m3} {source:x} {(uint)expected.Bits:x8}", $"{m3} {source:x} {_bench.C->Fpr(0) >> 32:x8}");
            }
        }
        Assert.Equal(ProgramCode.Specification, _bench.Run(Op.TBEDR, new Operands { R1 = 0, R2 = 4, M3 = 2 }));
    }

    [Fact]
    public void There_and_back_again()
    {
        var values = BfpValues.Long(new Random(40));
        for (var n = 0; n < 5000; n++)
        {
            var source = (ulong)values.Next();
            _bench.C->Fpr(4) = source;
            _bench.Run(Op.THDR, new Operands { R1 = 4, R2 = 4 });
            if (_bench.C->Cc is 0 or 3 || (_bench.C->Fpr(4) << 1) == 0) continue;
            _bench.Run(Op.TBDR, new Operands { R1 = 4, R2 = 4 });
            Assert.Equal($"{source:x}", $"{_bench.C->Fpr(4):x}");
        }
    }

    public void Dispose() => _bench.Dispose();
}
