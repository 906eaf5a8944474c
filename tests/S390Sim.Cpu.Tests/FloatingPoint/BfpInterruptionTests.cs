using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>How IEEE exceptions end instructions: what is stored, and what FPC, condition code and old PSW say.</summary>
public sealed unsafe class BfpInterruptionTests : IDisposable
{
    private const ulong One = 0x3FF0_0000_0000_0000, Max = 0x7FEF_FFFF_FFFF_FFFF, MinNormal = 0x0010_0000_0000_0000;
    private const ulong Infinity = 0x7FF0_0000_0000_0000, SignalingNaN = Infinity | 1, DefaultNaN = 0x7FF8_0000_0000_0000;
    private const uint AllMasks = 0xF800_0000;

    private readonly FloatingBench _bench = new();

    [Theory]
    [InlineData("ADBR", SignalingNaN, One, 0x80)]
    [InlineData("SDBR", Infinity, Infinity, 0x80)]
    [InlineData("MDBR", Infinity, 0, 0x80)]
    [InlineData("DDBR", 0, 0, 0x80)]
    [InlineData("DDBR", One, 0, 0x40)]
    [InlineData("CDBR", SignalingNaN, One, 0x80)]
    [InlineData("KDBR", DefaultNaN, One, 0x80)]
    [InlineData("SQDBR", One, One | 1UL << 63, 0x80)]
    [InlineData("LTDBR", One, SignalingNaN, 0x80)]
    public void Invalid_operation_and_division_by_zero_suppress(string op, ulong first, ulong second, int dxc)
    {
        Assert.Equal(ProgramCode.Data, _bench.Run(Enum.Parse<Op>(op), first, second, AllMasks));
        Assert.Equal(dxc, _bench.Dxc);
        Assert.Equal(AllMasks | ((uint)dxc << 8), _bench.C->Fpc);
        Assert.Equal(first, _bench.C->Fpr(0));
        Assert.Equal(1, _bench.Old.ConditionCode);
        Assert.Equal(Testing.CpuBench.CodeAddress + 4, _bench.Old.Address);
    }

    [Theory]
    [InlineData("MDBR", Max, 0x4000_0000_0000_0000, 0x20, 0x1FFF_FFFF_FFFF_FFFF)]
    [InlineData("MDBR", Max, Max, 0x28, 0x5FEF_FFFF_FFFF_FFFE)]
    [InlineData("MDBR", MinNormal, 0x3FE0_0000_0000_0000, 0x10, 0x6000_0000_0000_0000)]
    [InlineData("DDBR", MinNormal, 0x4008_0000_0000_0000, 0x18, 0x5FF5_5555_5555_5555)]
    [InlineData("DDBR", 1, 0x4008_0000_0000_0000, 0x18, 0x5CB5_5555_5555_5555)]
    public void Overflow_and_underflow_complete_with_a_scaled_result(string op, ulong first, ulong second, int dxc, ulong result)
    {
        Assert.Equal(ProgramCode.Data, _bench.Run(Enum.Parse<Op>(op), first, second, AllMasks));
        Assert.Equal((dxc, AllMasks | ((uint)dxc << 8)), (_bench.Dxc, _bench.C->Fpc));
        Assert.Equal($"{result:x}", $"{_bench.C->Fpr(0):x}");
        Assert.Equal(1, _bench.Old.ConditionCode);
    }

    [Theory]
    [InlineData(0x0800_0000U, 0x3CA0_0000_0000_0000UL, 0x08, One)]                       // One half of an ulp: even, truncated.
    [InlineData(0x0800_0000U, 0x3CA0_0000_0000_0001UL, 0x0C, One + 1)]
    [InlineData(0x0800_0002U, 0x3C00_0000_0000_0000UL, 0x0C, One + 1)]
    [InlineData(0x0800_0003U, 0x3CAF_0000_0000_0000UL, 0x08, One)]
    public void Inexact_completes(uint fpc, ulong addend, int dxc, ulong sum)
    {
        Assert.Equal(ProgramCode.Data, _bench.Run(Op.ADBR, One, addend, fpc));
        Assert.Equal((dxc, fpc | ((uint)dxc << 8), sum), (_bench.Dxc, _bench.C->Fpc, _bench.C->Fpr(0)));
        Assert.Equal(2, _bench.Old.ConditionCode);
    }

    [Fact]
    public void An_overflow_that_does_not_interrupt_may_be_an_inexact_result_that_does()
    {
        Assert.Equal(ProgramCode.Data, _bench.Run(Op.MDBR, Max, Max, 0x0800_0000));
        Assert.Equal((0x0C, 0x0820_0C00U, Infinity), (_bench.Dxc, _bench.C->Fpc, _bench.C->Fpr(0)));
        _bench.Run(Op.MDBR, Max, Max, 0x0800_0001);
        Assert.Equal((0x08, 0x0820_0801U, Max), (_bench.Dxc, _bench.C->Fpc, _bench.C->Fpr(0)));
    }

    [Fact]
    public void Load_rounded_completes_in_the_sources_format()
    {
        // 2 to the 200th: 512 powers lower, still long.
        Assert.Equal(ProgramCode.Data, _bench.Run(Op.LEDBRA, 0x1234, 0x4C70_0000_0000_0000, AllMasks));
        Assert.Equal((0x20, 0x2C70_0000_0000_0000UL), (_bench.Dxc, _bench.C->Fpr(0)));
        // 2 to the -200th and one ulp of a long number: the digits of a short one, 512 powers higher.
        _bench.Run(Op.LEDBRA, 0x1234, 0x3370_0000_0000_0001, AllMasks);
        Assert.Equal((0x18, 0x5370_0000_0000_0000UL), (_bench.Dxc, _bench.C->Fpr(0)));
        // Without interruption only bits 0-31 are replaced.
        _bench.Run(Op.LEDBRA, 0x1234, 0x3370_0000_0000_0001);
        Assert.Equal((0x1234UL, 0x0018_0000U), (_bench.C->Fpr(0), _bench.C->Fpc));
        _bench.C->Fpc = AllMasks;
        _bench.C->Fpr(0) = _bench.C->Fpr(2) = 5;
        (_bench.C->Fpr(4), _bench.C->Fpr(6)) = (0x4FFF_0000_0000_0000, 0);
        Assert.Equal(ProgramCode.Data, _bench.Run(Op.LEXBRA, new Operands { R2 = 4 }));
        Assert.Equal((0x20, 0x2FFF_0000_0000_0000UL, 0UL), (_bench.Dxc, _bench.C->Fpr(0), _bench.C->Fpr(2)));
    }

    [Fact]
    public void What_does_not_fit_is_invalid_and_inexact()
    {
        _bench.C->Gr[0] = 0x1111_1111_1111_1111;
        var operands = new Operands { R1 = 0, R2 = 4, M3 = 5 };
        void Convert(uint fpc, byte m4)
        {
            _bench.C->Gr[0] = 0x1111_1111_1111_1111;
            _bench.C->Fpr(4) = 0x41E0_0000_0000_0000;      // 2 to the 31st
            _bench.C->Fpc = fpc;
            _bench.Run(Op.CFDBRA, operands with { M4 = m4 });
        }
        Convert(0, 0);
        Assert.Equal((0x1111_1111_7FFF_FFFFUL, 0x0088_0000U, 3), (_bench.C->Gr[0], _bench.C->Fpc, _bench.C->Cc));
        Convert(0, 4);
        Assert.Equal((0x1111_1111_7FFF_FFFFUL, 0x0080_0000U), (_bench.C->Gr[0], _bench.C->Fpc));
        Convert(0x8000_0000, 0);
        Assert.Equal((0x1111_1111_1111_1111UL, 0x8000_8000U, 0x80), (_bench.C->Gr[0], _bench.C->Fpc, _bench.Dxc));
        Convert(0x0800_0000, 0);
        Assert.Equal((0x1111_1111_7FFF_FFFFUL, 0x0880_0800U, 0x08), (_bench.C->Gr[0], _bench.C->Fpc, _bench.Dxc));
        Assert.Equal(3, _bench.Old.ConditionCode);
        Convert(0x0800_0000, 4);
        Assert.Equal((ProgramCode.None, 0x0880_0000U), (_bench.Interruption, _bench.C->Fpc));
    }

    [Fact]
    public void Zero_times_infinity_goes_before_the_addends_nan()
    {
        _bench.C->Fpc = 0;
        (_bench.C->Fpr(0), _bench.C->Fpr(1), _bench.C->Fpr(4)) = (DefaultNaN | 5, Infinity, 0);
        _bench.Run(Op.MADBR, new Operands { R1 = 0, R3 = 1, R2 = 4 });
        Assert.Equal((DefaultNaN, 0x0080_0000U), (_bench.C->Fpr(0), _bench.C->Fpc));
    }

    [Fact]
    public void A_signaling_nan_goes_before_quiet_ones_and_the_multiplier_before_the_addend()
    {
        void Run(ulong first, ulong second, ulong third)
        {
            _bench.C->Fpc = 0;
            (_bench.C->Fpr(0), _bench.C->Fpr(1), _bench.C->Fpr(4)) = (first, third, second);
            _bench.Run(Op.MADBR, new Operands { R1 = 0, R3 = 1, R2 = 4 });
        }
        Run(DefaultNaN | 1, DefaultNaN | 2, DefaultNaN | 3);
        Assert.Equal(DefaultNaN | 2, _bench.C->Fpr(0));
        Run(DefaultNaN | 1, One, DefaultNaN | 3);
        Assert.Equal(DefaultNaN | 3, _bench.C->Fpr(0));
        Run(Infinity | 1, DefaultNaN | 2, DefaultNaN | 3);
        Assert.Equal((DefaultNaN | 1, 0x0080_0000U), (_bench.C->Fpr(0), _bench.C->Fpc));
        Run(Infinity | 1, DefaultNaN | 2, Infinity | 3);
        Assert.Equal(DefaultNaN | 3, _bench.C->Fpr(0));
    }

    public void Dispose() => _bench.Dispose();
}
