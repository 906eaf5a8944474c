using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>CONVERT TO DECIMAL and TO BINARY, clocks, the facility list, MONITOR CALL.</summary>
public sealed unsafe class DecimalConversionTests : IDisposable
{
    private const ulong Data = StorageBench.Data;
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(31, 37);

    private readonly StorageBench _bench = new();

    [Fact]
    public void Cvdg_writes_the_decimal_digits_and_cvbg_reads_them_back()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), value =>
        {
            _bench.C->Gr[3] = Data;
            _bench.C->Gr[4] = (ulong)value;
            _bench.C->Gr[5] = 0;
            _bench.Run([
                StorageBench.Text(Op.CVDG, new() { R1 = 4, B2 = 3 }), StorageBench.Text(Op.CVBG, new() { R1 = 5, B2 = 3 })]);
            var digits = ((Int128)value).ToString(CultureInfo.InvariantCulture).TrimStart('-') + (value < 0 ? "D" : "C");
            return Convert.ToHexString(_bench.Read(Data, 16)) == digits.PadLeft(32, '0') && _bench.C->Gr[5] == (ulong)value;
        }).Check(s_config);
    }

    [Theory]
    [InlineData(0x000002147483647CUL, ProgramCode.None, 0x7FFF_FFFFu)]
    [InlineData(0x000002147483648DUL, ProgramCode.None, 0x8000_0000u)]
    [InlineData(0x000002147483648CUL, ProgramCode.FixedPointDivide, 0x8000_0000u)]     // completed
    [InlineData(0x00000000000000ACUL, ProgramCode.Data, 7u)]
    [InlineData(0x0000000000000012UL, ProgramCode.Data, 7u)]
    public void Cvb_checks_range_digits_and_sign(ulong packed, ProgramCode code, uint result)
    {
        _bench.Storage.Write64(Data, packed);
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[4] = 7;
        _bench.Run(Op.CVB, new() { R1 = 4, B2 = 3 }, code == ProgramCode.None ? 1u : 2u);
        Assert.Equal(code, _bench.Interruption);
        Assert.Equal(result, _bench.C->Low(4));
    }

    [Fact]
    public void Cvbg_out_of_range_is_suppressed()
    {
        _bench.Storage.Write(Data, Convert.FromHexString("0000000000009223372036854775808C"));
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[4] = 7;
        _bench.Run(Op.CVBG, new() { R1 = 4, B2 = 3 }, 2);
        Assert.Equal(ProgramCode.FixedPointDivide, _bench.Interruption);
        Assert.Equal(7u, _bench.C->Gr[4]);
    }

    [Fact]
    public void Stored_clocks_increase()
    {
        _bench.C->Gr[3] = Data;
        _bench.C->TodProgrammable = 0x1234;
        _bench.Run([StorageBench.Text(Op.STCK, new() { B2 = 3 }), StorageBench.Text(Op.STCK, new() { B2 = 3, D2 = 8 }),
            StorageBench.Text(Op.STCKE, new() { B2 = 3, D2 = 16 })]);
        var first = _bench.Storage.Read64(Data);
        var second = _bench.Storage.Read64(Data + 8);
        var extended = _bench.Storage.Read64(Data + 17);
        Assert.True(first < second && second < extended);
        Assert.Equal(0, _bench.Read(Data + 16, 1)[0]);
        Assert.Equal([0x12, 0x34], _bench.Read(Data + 30, 2));
        Assert.Equal(0, _bench.C->Cc);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(7, 0)]
    public void The_facility_list_says_how_long_it_is(int room, int conditionCode)
    {
        _bench.C->Gr[3] = Data;
        _bench.C->Gr[0] = 0xAB00 | (uint)room;
        _bench.Run(Op.STFLE, new() { B2 = 3 });
        var list = FacilitySet.Default.Doublewords;
        Assert.Equal(list[0], _bench.Storage.Read64(Data));
        Assert.Equal(conditionCode, _bench.C->Cc);
        Assert.Equal(0xAB02u, _bench.C->Gr[0]);
        Assert.Equal(room == 0 ? 0 : list[1], _bench.Storage.Read64(Data + 8));
    }

    [Fact]
    public void A_monitored_class_interrupts()
    {
        _bench.C->Cr[8] = 0x8000UL >> 5;
        _bench.C->Gr[3] = 0x12345;
        _bench.Run(Op.MC, new() { I2 = 4, B1 = 3, D1 = 1 });
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        _bench.Run(Op.MC, new() { I2 = 5, B1 = 3, D1 = 1 }, 2);
        Assert.Equal(ProgramCode.MonitorEvent, _bench.Interruption);
        var lowcore = new Lowcore(_bench.Storage.Base);
        Assert.Equal(5, lowcore.MonitorClass);
        Assert.Equal(0x12346u, lowcore.MonitorCode);
        Assert.Equal(CpuBench.CodeAddress + 4, _bench.ProgramOld.Address);
    }

    public void Dispose() => _bench.Dispose();
}
