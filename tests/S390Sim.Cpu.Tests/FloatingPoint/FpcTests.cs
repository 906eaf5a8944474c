using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Tests.FloatingPoint;

/// <summary>The floating-point-control register and its signals; the AFP-register control; register pairs.</summary>
public sealed unsafe class FpcTests : IDisposable
{
    private readonly FloatingBench _bench = new();

    [Theory]
    [InlineData(0xFCFC_FF07U, true)]
    [InlineData(0x0000_0003U, true)]
    [InlineData(0x0000_0004U, false)]
    [InlineData(0x0000_0006U, false)]
    [InlineData(0x0000_0008U, false)]
    [InlineData(0x0000_0010U, false)]
    [InlineData(0x0000_0080U, false)]
    [InlineData(0x0001_0000U, false)]
    [InlineData(0x0200_0000U, false)]
    public void Reserved_bits_and_modes_are_specification_exceptions(uint value, bool isValid)
    {
        var expected = isValid ? ProgramCode.None : ProgramCode.Specification;
        _bench.C->Fpc = 0x0011_2200;
        _bench.C->Gr[1] = 0xFFFF_FFFF_0000_0000 | value;
        Assert.Equal(expected, _bench.Run(Op.SFPC, new Operands { R1 = 1 }));
        Assert.Equal(isValid ? value : 0x0011_2200, _bench.C->Fpc);
        _bench.C->Fpc = 0;
        _bench.C->Gr[2] = FloatingBench.Data;
        _bench.Storage.Write64(FloatingBench.Data, (ulong)value << 32);
        Assert.Equal(expected, _bench.Run(Op.LFPC, new Operands { B2 = 2 }));
        Assert.Equal(isValid ? value : 0, _bench.C->Fpc);
        _bench.C->Fpc = 0;
        Assert.Equal(expected, _bench.Run(Op.LFAS, new Operands { B2 = 2 }));
        Assert.Equal(isValid ? value : 0, _bench.C->Fpc);
        _bench.C->Gr[3] = ulong.MaxValue;
        _bench.Run(Op.EFPC, new Operands { R1 = 3 });
        Assert.Equal(0xFFFF_FFFF_0000_0000 | _bench.C->Fpc, _bench.C->Gr[3]);
    }

    [Fact]
    public void Without_the_extension_only_two_bits_of_rounding_mode()
    {
        using var bench = new FloatingBench(new FacilitySet(Enumerable.Range(0, 256).Where(b => b != 37)));
        foreach (var value in (uint[])[0x0400_0000, 0x0004_0000, 7])
        {
            bench.C->Gr[1] = value;
            Assert.Equal(ProgramCode.Specification, bench.Run(Op.SFPC, new Operands { R1 = 1 }));
        }
        bench.C->Gr[1] = 0x70;
        Assert.Equal(ProgramCode.None, bench.Run(Op.SFPC, new Operands { R1 = 1 }));
        bench.C->Fpr(4) = 0x4004_0000_0000_0000;       // 2.5
        Assert.Equal(ProgramCode.Specification, bench.Run(Op.CGDBRA, new Operands { R1 = 1, R2 = 4, M3 = 3 }));
        // M4 means nothing, nor M3 of an instruction that had none.
        bench.C->Fpc = 0;
        Assert.Equal(ProgramCode.None, bench.Run(Op.CGDBRA, new Operands { R1 = 1, R2 = 4, M3 = 6, M4 = 4 }));
        Assert.Equal((3UL, 0x0008_0000U), (bench.C->Gr[1], bench.C->Fpc));
        Assert.Equal(ProgramCode.None, bench.Run(Op.LEDBRA, new Operands { R1 = 0, R2 = 4, M3 = 2 }));
    }

    [Theory]
    [InlineData(0, ProgramCode.None)]
    [InlineData(3, ProgramCode.None)]
    [InlineData(7, ProgramCode.None)]
    [InlineData(0x1003, ProgramCode.None)]
    [InlineData(4, ProgramCode.Specification)]
    [InlineData(6, ProgramCode.Specification)]
    [InlineData(8, ProgramCode.Specification)]
    [InlineData(0x80, ProgramCode.Specification)]
    public void Rounding_modes_come_from_the_address(ulong address, ProgramCode expected)
    {
        _bench.C->Gr[2] = address;
        _bench.C->Fpc = 0xF8F8_0007;
        Assert.Equal(expected, _bench.Run(Op.SRNMB, new Operands { B2 = 2 }));
        Assert.Equal(expected == ProgramCode.None ? 0xF8F8_0000 | ((uint)address & 7) : 0xF8F8_0007, _bench.C->Fpc);
        _bench.Run(Op.SRNM, new Operands { B2 = 2 });
        Assert.Equal(0xF8F8_0000 | ((uint)address & 3), _bench.C->Fpc);
    }

    [Theory]
    [InlineData(0x00F8_0000U, 0x8000_0000U, 0x83)]
    [InlineData(0x0078_0000U, 0xF800_0000U, 0x43)]
    [InlineData(0x0038_0000U, 0x2800_0000U, 0x2B)]
    [InlineData(0x0020_0000U, 0x3800_0000U, 0x23)]
    [InlineData(0x0018_0000U, 0x1800_0000U, 0x1B)]
    [InlineData(0x0018_0000U, 0x1000_0000U, 0x13)]
    [InlineData(0x0018_0000U, 0x0800_0000U, 0x0B)]
    [InlineData(0x0004_0000U, 0x0400_0000U, 0x07)]
    [InlineData(0x00F8_0000U, 0x0000_0000U, -1)]
    [InlineData(0x0000_0000U, 0xF8F8_0000U, -1)]
    public void Setting_and_signaling(uint before, uint operand, int dxc)
    {
        _bench.C->Fpc = before | 0x55_03;
        _bench.C->Gr[1] = operand;
        Assert.Equal(dxc < 0 ? ProgramCode.None : ProgramCode.Data, _bench.Run(Op.SFASR, new Operands { R1 = 1 }));
        Assert.Equal(dxc, _bench.Dxc);
        Assert.Equal(operand | before | (dxc < 0 ? 0 : (uint)dxc << 8), _bench.C->Fpc);
    }

    [Fact]
    public void Without_the_afp_control_there_is_no_bfp()
    {
        _bench.Afp = false;
        _bench.C->Fpc = 0x1234_0000;
        foreach (var (op, dxc) in new[] { (Op.ADBR, 2), (Op.EFPC, 2), (Op.TCEB, 2), (Op.STFPC, 2), (Op.SFASR, 3), (Op.THDR, -1) })
        {
            _bench.Run(op, new Operands { R1 = 0, R2 = 4 });
            Assert.Equal((op, dxc), (op, _bench.Dxc));
        }
        Assert.Equal(0x1234_0000U, _bench.C->Fpc);
        _bench.Run(Op.THDR, new Operands { R1 = 0, R2 = 5 });
        Assert.Equal(1, _bench.Dxc);
    }

    [Fact]
    public void Extended_operands_are_pairs()
    {
        foreach (var row in InstructionTable.Rows)
        {
            if ((row.Flags & InstructionFlags.Bfp) == 0 || !row.Title.Contains("extended", StringComparison.Ordinal)) continue;
            var isSource = row.Title.Contains("(extended", StringComparison.Ordinal);
            if (row.Syntax.StartsWith("F1", StringComparison.Ordinal)) Check(row.Op, 2, 4);
            if (row.Syntax.Contains("F2", StringComparison.Ordinal) && isSource) Check(row.Op, 0, 7);
        }

        void Check(Op op, byte r1, byte r2)
            => Assert.Equal((op, ProgramCode.Specification), (op, _bench.Run(op, new Operands { R1 = r1, R2 = r2 })));
    }

    [Fact]
    public void Divide_to_integer_wants_three_registers_and_a_valid_modifier()
    {
        (byte, byte, byte, byte)[] invalid = [(1, 1, 3, 0), (1, 2, 1, 0), (1, 2, 2, 0), (1, 2, 3, 2), (1, 2, 3, 8)];
        foreach (var (r1, r2, r3, m4) in invalid)
        {
            Assert.Equal(ProgramCode.Specification,
                _bench.Run(Op.DIDBR, new Operands { R1 = r1, R2 = r2, R3 = r3, M4 = m4 }));
        }
        Assert.Equal(ProgramCode.None, _bench.Run(Op.DIEBR, new Operands { R1 = 1, R2 = 2, R3 = 3, M4 = 7 }));
    }

    public void Dispose() => _bench.Dispose();
}
