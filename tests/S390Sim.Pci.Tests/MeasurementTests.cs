namespace S390Sim.Pci.Tests;

/// <summary>The function measurement block: what is counted, stored, when, and where that is not possible.</summary>
public sealed class MeasurementTests
{
    private const ulong Block = 0x32000, Interval = 4000 * 1000 * PciClock.Microsecond;

    private static string Measure(PciBench b, ulong address = Block) => b.Modify(10, fib => fib.MeasurementBlock = address);

    [Fact]
    public void Everything_of_format_0_is_counted()
    {
        using var b = new PciBench();
        b.RegisterTranslation();
        b.Load(0, 4, 0);
        Assert.Equal("cc0", Measure(b));
        for (var n = 0; n < 2; n++) b.Load(0, 4, 0);
        for (var n = 0; n < 3; n++) b.Store(0, 4, 0, 0);
        for (var n = 0; n < 4; n++) b.StoreBlock(0, 16, 0);
        for (var n = 0; n < 5; n++) b.Refresh(PciBench.Sdma, 4096);
        b.Function.Read(PciBench.Sdma, new byte[100]);
        b.Function.Read(PciBench.Sdma, new byte[11]);
        b.Function.Write(PciBench.Sdma, new byte[64]);
        b.Load(0, 9, 0);
        b.Load(7, 4, 0);
        b.RunUntil(b.Now + Interval);
        Assert.Equal([0x0080_0000_0000_0001UL, b.Now & ~1UL, 2, 3, 4, 5, 111, 64, 0], Words(b, 9));
        b.Function.Write(PciBench.Sdma, new byte[1]);
        b.RunUntil(b.Now + Interval);
        Assert.Equal([0x0080_0000_0000_0002UL, b.Now & ~1UL, 2, 3, 4, 5, 111, 65, 0], Words(b, 9));
    }

    [Theory]
    [InlineData(0x00, 0, 8, 0UL, 0UL, 0UL, 0UL)]
    [InlineData(0x0B, 0, 8, 0UL, 0UL, 0UL, 0UL)]
    [InlineData(0x0A, 1, 10, 11UL, 12UL, 13UL, 14UL)]
    [InlineData(0x0F, 1, 10, 11UL, 12UL, 13UL, 14UL)]
    [InlineData(0x03, 2, 8, 15UL, 16UL, 0UL, 0UL)]
    [InlineData(0x05, 3, 7, 13UL, 0UL, 0UL, 0UL)]
    public void The_format_is_that_of_the_function_type(
        byte type, int format, int words, ulong first, ulong second, ulong third, ulong fourth)
    {
        using var b = new PciBench(type: type);
        for (var n = 0UL; n < 12; n++) b.Storage.Write64(Block + n * 8, ulong.MaxValue);
        Measure(b);
        var m = b.Function.Measurement;
        (m.BytesReceived, m.PacketsReceived, m.BytesSent, m.PacketsSent) = (11, 12, 13, 14);
        (m.WorkUnits, m.MaximumWorkUnits) = (15, 16);
        b.RunUntil(b.Now + Interval);
        var stored = Words(b, 12);
        Assert.Equal((ulong)format, stored[0] >> 56);
        Assert.Equal([first, second, third, fourth], stored[6..words].Concat(new ulong[4]).Take(4));
        Assert.All(stored[words..], word => Assert.Equal(ulong.MaxValue, word));
        b.CallClp(3, $"{b.Handle:X8}", space: 384);
        Assert.Equal((ulong)words * 2, b.Read64(PciBench.Clp + 32 + 0x38) >> 8 & 0xFF);
    }

    [Fact]
    public void Counting_begins_anew_with_each_registration_and_ends_with_none()
    {
        using var b = new PciBench();
        Measure(b);
        b.Load(0, 4, 0);
        Measure(b, Block + 0x100);
        b.RunUntil(b.Now + Interval);
        Assert.Equal((0UL, 0UL), (b.Read64(Block), b.Read64(Block + 0x110)));
        Assert.Equal(1UL, b.Read64(Block + 0x100) & 0xFFFF_FFFF);
        Measure(b, 0);
        b.Load(0, 4, 0);
        b.RunUntil(b.Now + Interval);
        Assert.Equal(0UL, b.Read64(Block + 0x110));
        Assert.Equal(0UL, b.Function.Measurement.Address);
    }

    [Theory]
    [InlineData(3, 0x30, "cc0")]
    [InlineData(3, 0x40, "cc1 st0")]
    [InlineData(0, 0x40, "cc0")]
    public void The_access_key_must_match(ulong key, byte storageKey, string expected)
    {
        using var b = new PciBench();
        b.Storage.SetKey(Block, storageKey);
        Assert.Equal(expected, Measure(b, Block | key));
        Assert.Equal(expected == "cc0" ? "-" : "2C", b.DrainEvents());
        Assert.Equal(expected == "cc0" ? Block | key : 0, b.Function.Measurement.Address);
        b.RunUntil(b.Now + Interval);
        Assert.Equal(expected == "cc0" ? 1UL : 0, b.Read64(Block) & 1);
        Assert.Equal(FunctionState.Enabled, b.Function.State);
    }

    [Fact]
    public void The_key_of_either_page_counts_and_is_looked_at_again()
    {
        using var b = new PciBench();
        b.Storage.SetKey(Block, 0x30);
        Assert.Equal("cc1 st0", Measure(b, (Block + 0xFE0) | 3));
        b.Storage.SetKey(Block + 0x1000, 0x30);
        Assert.Equal("cc0", Measure(b, (Block + 0xFE0) | 3));
        b.DrainEvents();
        b.RunUntil(b.Now + Interval);
        Assert.Equal("-", b.DrainEvents());
        b.Storage.SetKey(Block + 0x1000, 0);
        b.RunUntil(b.Now + Interval);
        Assert.Equal("2C", b.DrainEvents());
        Assert.Equal(0UL, b.Function.Measurement.Address);
    }

    [Theory]
    [InlineData(0x10_0000UL)]
    [InlineData(0xF_FFE0UL)]
    [InlineData(0xFFFF_FFFF_FFFF_FFC0UL)]
    public void A_block_outside_of_storage_ends_the_measurement_at_its_update(ulong address)
    {
        using var b = new PciBench();
        Assert.Equal("cc0", Measure(b, address));
        b.RunUntil(b.Now + Interval);
        Assert.Equal("2A", b.DrainEvents());
        Assert.Equal((FunctionState.Enabled, 0UL), (b.Function.State, b.Function.Measurement.Address));
        b.RunUntil(b.Now + Interval);
        Assert.Equal("-", b.DrainEvents());
    }

    [Fact]
    public void The_interval_is_the_groups()
    {
        using var b = new PciBench(group: new PciGroup { MeasurementInterval = 7 });
        Measure(b);
        b.RunUntil(b.Now + 7000 * PciClock.Microsecond - 1);
        Assert.Equal(0UL, b.Read64(Block));
        b.RunUntil(b.Now + 1);
        Assert.Equal(1UL, b.Read64(Block) & 0xFFFF_FFFF);
    }

    private static ulong[] Words(PciBench b, int count)
        => [.. Enumerable.Range(0, count).Select(n => b.Read64(Block + (ulong)n * 8))];
}
