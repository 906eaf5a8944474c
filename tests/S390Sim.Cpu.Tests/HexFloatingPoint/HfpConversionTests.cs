using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.HexFloatingPoint;

/// <summary>Conversions between HFP and fixed-point numbers, and what registers the HFP instructions may name.</summary>
public sealed unsafe class HfpConversionTests : IDisposable
{
    private const ulong AfpRegisters = 1UL << 18;
    private const int Short = 6, Long = 14, Extended = 28;
    private static readonly Config s_config = CaseCount.Usually(1000, 0x360, 0x17);

    private readonly StorageBench _bench = new();

    public HfpConversionTests() => _bench.C->Cr[0] |= AfpRegisters;

    [Theory]
    [InlineData(Op.CFER, Short, 32)]
    [InlineData(Op.CFDR, Long, 32)]
    [InlineData(Op.CFXR, Extended, 32)]
    [InlineData(Op.CGER, Short, 64)]
    [InlineData(Op.CGDR, Long, 64)]
    [InlineData(Op.CGXR, Extended, 64)]
    public void To_fixed(Op op, int digits, int bits)
    {
        var numbers = from number in HfpNumber.Of(digits)
                      from near in Gen.Choose(60, 82)
                      from any in Gen.Choose(0, 3)
                      select any == 0 ? number : number with { Characteristic = near };
        Prop.ForAll(numbers.ToArbitrary(), Gen.Elements(0, 1, 4, 5, 6, 7).ToArbitrary(), (number, method) =>
        {
            var limit = BigInteger.One << (bits - 1);
            var value = HfpModel.ToFixed(number, method);
            var inRange = BigInteger.Max(-limit, BigInteger.Min(limit - 1, value));
            var conditionCode = inRange != value ? 3 : number.Sign switch { 0 => 0, < 0 => 1, _ => 2 };
            (_bench.C->Fpr(4), _bench.C->Fpr(6)) = number.Registers;
            _bench.C->Gr[2] = 0x5555_5555_5555_5555;
            _bench.Run(op, new() { R1 = 2, M3 = (byte)method, R2 = 4 });
            var result = bits == 32 ? (int)_bench.C->Low(2) : (long)_bench.C->Gr[2];
            return (result == inRange && _bench.C->Cc == conditionCode && (bits == 64 || _bench.C->High(2) == 0x5555_5555))
                .Label($"{number} {method}: {result} {_bench.C->Cc}, not {inRange} {conditionCode}");
        }).Check(s_config);
    }

    [Theory]
    [InlineData(Op.CEFR, Short, 32)]
    [InlineData(Op.CDFR, Long, 32)]
    [InlineData(Op.CXFR, Extended, 32)]
    [InlineData(Op.CEGR, Short, 64)]
    [InlineData(Op.CDGR, Long, 64)]
    [InlineData(Op.CXGR, Extended, 64)]
    public void From_fixed(Op op, int digits, int bits)
    {
        Prop.ForAll(Dice.Draw(OperandValues.Doubleword).ToArbitrary(), bitsOf =>
        {
            var value = bits == 32 ? (int)bitsOf : (long)bitsOf;
            var expected = new HfpModel(true, true).Normalized(value, 0, digits).Number!;
            _bench.C->Gr[2] = bitsOf;
            _bench.C->Fpr(0) = _bench.C->Fpr(2) = 0xFFFF_FFFF;
            _bench.Run(op, new() { R2 = 2 });
            var (high, low) = expected.Registers;
            if (digits == Short) high |= 0xFFFF_FFFF;
            if (digits != Extended) low = 0xFFFF_FFFF;
            else if (value == 0) low = 0;
            return _bench.C->Fpr(0) == high && _bench.C->Fpr(2) == low;
        }).Check(s_config);
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(8), InlineData(15)]
    public void Some_rounding_methods_do_not_exist(int method)
    {
        _bench.Run(Op.CFER, new() { R1 = 2, M3 = (byte)method, R2 = 4 });
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    public static TheoryData<Op> FloatingPointRows()
    {
        var data = new TheoryData<Op>();
        foreach (var row in InstructionTable.Rows)
            if (row.Title.Contains("HFP", StringComparison.Ordinal) && row.Flags == InstructionFlags.AfpRegister
                && !row.Title.Contains("BFP", StringComparison.Ordinal)
                && row.Facility is Facility.Base or Facility.HfpMultiplyAddSubtract or Facility.HfpUnnormalizedExtension)
                data.Add(row.Op);
        return data;
    }

    /// <summary>Without the AFP-register control, registers other than 0, 2, 4 and 6 are a data exception with code 1.</summary>
    [Theory]
    [MemberData(nameof(FloatingPointRows))]
    public void Additional_registers_need_the_control(Op op)
    {
        _bench.C->Cr[0] &= ~AfpRegisters;
        foreach (var field in (string[])["F1", "F2", "F3"])
        {
            if (!InstructionTable.Get(op).Syntax.Contains(field, StringComparison.Ordinal)) continue;
            foreach (var register in (byte[])[1, 8, 13])
            {
                _bench.Run(op, new()
                {
                    R1 = field == "F1" ? register : (byte)0,
                    R2 = field == "F2" ? register : (byte)0,
                    R3 = field == "F3" ? register : (byte)0,
                });
                Assert.Equal(ProgramCode.Data, _bench.Interruption);
                Assert.Equal(1u, new Lowcore(_bench.Storage.Base).DataExceptionCode);
            }
        }
    }

    /// <summary>R1 and R2 that name extended numbers name register pairs.</summary>
    [Theory]
    [InlineData(2, 0, Op.AXR, Op.SXR, Op.CXR, Op.MXR, Op.MXDR, Op.MXD, Op.DXR, Op.SQXR, Op.LTXR, Op.LCXR, Op.LNXR, Op.LPXR,
        Op.FIXR, Op.LXDR, Op.LXD, Op.LXER, Op.LXE, Op.CXFR, Op.CXGR, Op.MYR, Op.MY)]
    [InlineData(0, 6, Op.AXR, Op.SXR, Op.CXR, Op.MXR, Op.DXR, Op.SQXR, Op.LTXR, Op.LCXR, Op.LNXR, Op.LPXR, Op.FIXR,
        Op.LEXR, Op.LDXR, Op.CFXR, Op.CGXR)]
    public void Extended_operands_are_pairs(int r1, int r2, params Op[] ops)
    {
        foreach (var op in ops)
        {
            _bench.Run(op, new() { R1 = (byte)r1, R2 = (byte)r2 });
            Assert.True(_bench.Interruption == ProgramCode.Specification, $"{op} {_bench.Interruption}");
        }
    }

    /// <summary>R1 of MULTIPLY AND ADD UNNORMALIZED names the first operand; the result replaces its pair.</summary>
    [Fact]
    public void An_extended_sum_replaces_the_pair_of_its_addend()
    {
        _bench.C->Fpr(11) = 0x4212_0000_0000_0000;
        _bench.C->Fpr(4) = _bench.C->Fpr(1) = 0x4110_0000_0000_0000;
        _bench.Run(Op.MAYR, new() { R1 = 11, R3 = 1, R2 = 4 });
        Assert.Equal(0x4213_0000_0000_0000u, _bench.C->Fpr(9));
        Assert.Equal(0x3400_0000_0000_0000u, _bench.C->Fpr(11));
    }

    [Theory]
    [InlineData(Op.LTER, false, 1), InlineData(Op.LCER, true, 2), InlineData(Op.LNER, false, 1), InlineData(Op.LPER, true, 2)]
    [InlineData(Op.LTDR, false, 1), InlineData(Op.LCDR, true, 2), InlineData(Op.LNDR, false, 1), InlineData(Op.LPDR, true, 2)]
    [InlineData(Op.LTXR, false, 1), InlineData(Op.LCXR, true, 2), InlineData(Op.LNXR, false, 1), InlineData(Op.LPXR, true, 2)]
    public void Signs_change_even_of_zeros(Op op, bool isPlus, int conditionCode)
    {
        var isExtended = op.ToString()[2] == 'X';
        var sign = isPlus ? 0UL : 1UL << 63;
        (_bench.C->Fpr(4), _bench.C->Fpr(6)) = (0xC101_0000_0000_0000, 0x1234_5678_9ABC_DEF0);
        _bench.Run(op, new() { R2 = 4 });
        Assert.Equal(sign | 0x4101_0000_0000_0000, _bench.C->Fpr(0));
        Assert.Equal(conditionCode, _bench.C->Cc);
        if (isExtended) Assert.Equal(sign | 0x3334_5678_9ABC_DEF0, _bench.C->Fpr(2));
        (_bench.C->Fpr(4), _bench.C->Fpr(6)) = (0xC100_0000_0000_0000, 0x1200_0000_0000_0000);
        _bench.Run(op, new() { R2 = 4 });
        Assert.Equal(isExtended ? sign : sign | 0x4100_0000_0000_0000, _bench.C->Fpr(0));
        Assert.Equal(0, _bench.C->Cc);
    }

    [Fact]
    public void An_operand_in_storage_is_checked_before_anything_changes()
    {
        _bench.OpenAll();
        _bench.Protect(StorageBench.Data + 0x1000, fetchToo: true);
        _bench.C->Fpr(0) = 0x4110_0000_0000_0000;
        _bench.C->Gr[9] = StorageBench.Data + 0xFFC;
        _bench.Run(Op.AD, new() { B2 = 9 }, 1, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(0x4110_0000_0000_0000u, _bench.C->Fpr(0));
        _bench.Run(Op.AE, new() { B2 = 9 }, 1, StorageBench.Key2);
        Assert.Equal(ProgramCode.None, _bench.Interruption);
    }

    public void Dispose() => _bench.Dispose();
}
