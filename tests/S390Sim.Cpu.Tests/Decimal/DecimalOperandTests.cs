using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.Decimal;

/// <summary>Where decimal operands lie: overlapping, over a page boundary, protected.</summary>
public sealed unsafe class DecimalOperandTests : IDisposable
{
    private const ulong Boundary = StorageBench.Data + 0x1000;

    private readonly StorageBench _bench = new();

    private void Run(Op op, ulong first, int length1, ulong second, int length2, ulong mask)
    {
        _bench.C->Gr[8] = first;
        _bench.C->Gr[9] = second;
        _bench.Run(op, new() { L1 = length1 - 1, L2 = length2 - 1, B1 = 8, B2 = 9 }, 1, mask);
    }

    private string Text(ulong address, int length) => Convert.ToHexString(_bench.Read(address, length));

    [Theory]
    [InlineData(Op.AP, "0002468C", 2)]
    [InlineData(Op.SP, "0000000C", 0)]
    [InlineData(Op.ZAP, "0001234C", 2)]
    public void A_number_is_its_own_second_operand(Op op, string result, int conditionCode)
    {
        _bench.Storage.Write(Boundary - 2, Convert.FromHexString("0001234C"));
        Run(op, Boundary - 2, 4, Boundary - 2, 4, CpuBench.SupervisorMask);
        Assert.Equal(result, Text(Boundary - 2, 4));
        Assert.Equal(conditionCode, _bench.C->Cc);
    }

    [Theory]
    [InlineData(Op.AP, 0), InlineData(Op.AP, 1), InlineData(Op.AP, 2)]
    [InlineData(Op.ZAP, 0), InlineData(Op.ZAP, 1), InlineData(Op.ZAP, 2)]
    [InlineData(Op.MP, 0), InlineData(Op.MP, 1), InlineData(Op.MP, 2)]
    [InlineData(Op.DP, 0), InlineData(Op.DP, 1), InlineData(Op.DP, 2)]
    public void Nothing_is_stored_when_a_part_may_not_be(Op op, int where)
    {
        _bench.OpenAll();
        var first = where == 0 ? Boundary - 2 : Boundary - 6;
        var second = where == 1 ? Boundary + 0xFFF : Boundary + 0x100;
        if (where == 0) _bench.Protect(Boundary);
        if (where == 1) _bench.Protect(Boundary + 0x1000, fetchToo: true);
        if (where == 2) _bench.Protect(Boundary - 0x1000);
        _bench.Storage.Write(first, Convert.FromHexString("000000000100"));
        _bench.Storage.Write(first + 4, [0x12, 0x3C]);
        _bench.Storage.Write(second, [0x00, 0x7D]);
        Run(op, first, 6, second, 2, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal("00000000123C", Text(first, 6));
    }

    [Fact]
    public void An_operand_wraps_in_the_24_bit_mode()
    {
        _bench.Storage.Write(0xFF_FFFF, [0x12]);
        _bench.Storage.Write(0, [0x3C]);
        _bench.Storage.Write(Boundary, Convert.FromHexString("00000C"));
        Run(Op.AP, Boundary, 3, 0xFF_FFFF, 2, 0);
        Assert.Equal("00123C", Text(Boundary, 3));
    }

    /// <summary>The instruction is complete: the old PSW designates the next one and has condition code 3.</summary>
    [Fact]
    public void Overflow_completes_the_instruction()
    {
        _bench.Storage.Write(Boundary, [0x9C]);
        Run(Op.AP, Boundary, 1, Boundary, 1, CpuBench.SupervisorMask | Psw.DecimalOverflow);
        Assert.Equal(ProgramCode.DecimalOverflow, _bench.Interruption);
        Assert.Equal("8C", Text(Boundary, 1));
        Assert.Equal(3, _bench.ProgramOld.ConditionCode);
        Assert.Equal(CpuBench.CodeAddress + 6, _bench.ProgramOld.Address);
    }

    [Fact]
    public void A_data_exception_of_a_decimal_operand_has_code_zero()
    {
        new Lowcore(_bench.Storage.Base).DataExceptionCode = 0xFF;
        _bench.Storage.Write(Boundary, [0x99]);
        Run(Op.CP, Boundary, 1, Boundary, 1, CpuBench.SupervisorMask);
        Assert.Equal(ProgramCode.Data, _bench.Interruption);
        Assert.Equal(0u, new Lowcore(_bench.Storage.Base).DataExceptionCode);
    }

    public void Dispose() => _bench.Dispose();
}
