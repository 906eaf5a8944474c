using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Interruptions;

/// <summary>MONITOR CALL: monitor events, and their counting with the enhanced-monitor facility.</summary>
public sealed unsafe class MonitorTests : IDisposable
{
    private const ulong Array = 0x60000;
    private readonly EngineBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("AF10 0000", 0xFFFFUL, "6 4 10004")]            // class 16
    [InlineData("AF10 0000", 0UL, "6 4 10004")]                 // whatever the masks
    [InlineData("AF03 5123", 0x1000UL, "40 4 10004")]
    [InlineData("AF03 5123", 0xEFFFUL, "0 0 0")]
    [InlineData("AF0F 5123", 0x0001UL, "40 4 10004")]
    public void A_class_has_its_mask(string code, ulong masks, string expected)
    {
        _bench.C->Cr[8] = masks;
        _bench.C->Gr[5] = 0x1122_3344_5566_7000;
        _bench.Run(code, 1);
        Assert.Equal(expected, _bench.Interruption);
        if (expected[0] != '4') return;
        Assert.Equal(0x1122_3344_5566_7123UL, _bench.Lowcore.MonitorCode);
        Assert.Equal((ushort)(code[3] == 'F' ? 15 : 3), _bench.Lowcore.MonitorClass);
    }

    // 16 counters: halfwords at 60000, words at 60020.
    private void CountEvents(string code, ulong cr8 = 0x8000_8000, ulong mask = EngineBench.Mask64)
    {
        _bench.BuildSpaces();
        var lowcore = _bench.Lowcore;
        lowcore.MonitorCounterOrigin = Array | 7;       // the last three bits do not count
        lowcore.MonitorCounterSize = 16;
        _bench.C->Cr[8] = cr8;
        _bench.C->Cc = 0;
        _bench.Run(code, 1, mask);
    }

    [Fact]
    public void An_event_is_counted()
    {
        CountEvents("AF00 0003");
        CountEvents("AF00 0003", mask: EngineBench.Dat64 | Psw.Problem);
        Assert.Equal("0 0 0", _bench.Interruption);
        Assert.Equal(0x10004UL, _bench.C->PswAddress);
        Assert.Equal(0x0000_0000_0000_0002UL, _bench.Storage.Read64(Array));
        Assert.Equal(0u, _bench.Lowcore.MonitorExceptionCount);
        Assert.Equal(0x06, _bench.Storage.Key(Array));
    }

    [Fact]
    public void A_halfword_carries_into_its_word()
    {
        _bench.Put(Array + 6, "FFFF");
        _bench.Put(Array + 32 + 12, "00FFFFFF");
        CountEvents("AF00 0003");
        Assert.Equal("0000", Convert.ToHexString(_bench.Storage.Read(Array + 6, 2)));
        Assert.Equal("01000000", Convert.ToHexString(_bench.Storage.Read(Array + 32 + 12, 4)));
    }

    [Theory]
    [InlineData(0x400UL)]       // invalid
    [InlineData(0x60200UL)]     // DAT-protected
    [InlineData(0x1000_0000UL)] // not installed
    public void What_cannot_be_counted_is_an_exception_count(ulong entry)
    {
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.PageEntry(Array), entry);
        var lowcore = _bench.Lowcore;
        lowcore.MonitorCounterOrigin = Array;
        lowcore.MonitorCounterSize = 16;
        lowcore.MonitorExceptionCount = 0xFFFF_FFFF;
        _bench.C->Cr[8] = 0x8000_8000;
        _bench.Run("AF00 0003 AF00 0004", 2, EngineBench.Dat64);
        Assert.Equal("0 0 0", _bench.Interruption);
        Assert.Equal(1u, _bench.Lowcore.MonitorExceptionCount);
    }

    [Fact]
    public void A_halfword_stays_when_its_word_is_not_available()
    {
        _bench.BuildSpaces();
        _bench.Storage.Write64(EngineBench.PageEntry(0x61000), 0x400);
        _bench.Put(0x60FFC, "FFFF");
        var lowcore = _bench.Lowcore;
        lowcore.MonitorCounterOrigin = 0x60FF8;
        lowcore.MonitorCounterSize = 4;
        _bench.C->Cr[8] = 0x8000_8000;
        _bench.Run("AF00 0002", 1, EngineBench.Dat64);
        Assert.Equal(1u, _bench.Lowcore.MonitorExceptionCount);
        Assert.Equal("FFFF", Convert.ToHexString(_bench.Storage.Read(0x60FFC, 2)));
    }

    [Fact]
    public void A_code_beyond_the_array_is_an_exception_count()
    {
        CountEvents("AF00 0010");
        Assert.Equal(1u, _bench.Lowcore.MonitorExceptionCount);
        Assert.Equal(0UL, _bench.Storage.Read64(Array + 32));
    }

    [Theory]
    [InlineData(0x8000_0000UL, "0 0 0")]        // the monitor mask is zero
    [InlineData(0x4000_8000UL, "40 4 10004")]   // the enhanced mask of another class
    public void Both_masks_must_be_one(ulong cr8, string expected)
    {
        CountEvents("AF00 0003", cr8);
        Assert.Equal(expected, _bench.Interruption);
        Assert.Equal(0UL, _bench.Storage.Read64(Array));
    }
}
