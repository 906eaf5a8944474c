namespace S390Sim.Pci.Tests;

public sealed class EventTests : IDisposable
{
    private readonly PciBench _b = new();

    public void Dispose() => _b.Dispose();

    private byte Byte(ulong offset) => _b.Storage.Read(PciBench.Clp + offset, 1)[0];

    [Fact]
    public void Events_come_oldest_first_and_say_whether_more_follow()
    {
        _b.Function.Report(0x2C, 0x11);
        _b.Configuration.Announce(_b.Function, PciEventCode.DeconfigurationRequested);
        _b.StoreEvent();
        Assert.Equal((1, 0x80, 0x2C), (Byte(0x1B), Byte(0x18), Byte(0x6F)));
        _b.StoreEvent();
        Assert.Equal((2, 0, 0x03), (Byte(0x1B), Byte(0x18), Byte(0x6F)));
        _b.StoreEvent();
        Assert.Equal((0, 5, 8), (Byte(0x10), Byte(0x13), Byte(0x11)));
    }

    [Fact]
    public void Without_the_notification_type_the_event_stays()
    {
        _b.Function.Report(0x2C, 0);
        Assert.Equal("cc0", _b.StoreEvent(types: 1UL << 63));
        Assert.Equal(5, Byte(0x13));
        Assert.Equal(1, _b.Configuration.Events.Count);
    }

    [Fact]
    public void One_channel_report_until_the_events_are_drained()
    {
        _b.Function.Report(0x2C, 0);
        _b.Function.Report(0x2C, 0);
        Assert.Equal(1, _b.Sink.ChannelReports);
        Assert.Equal("cc0", _b.StoreReport());
        Assert.Equal(0x0B00_0000UL, _b.Read64(PciBench.Clp) >> 32);
        Assert.Equal("cc1", _b.StoreReport()[..3]);
        Assert.Equal(0UL, _b.Read64(PciBench.Clp) >> 32);
        _b.Function.Report(0x2C, 0);
        Assert.Equal(1, _b.Sink.ChannelReports);
        Assert.Equal("2C 2C 2C", _b.DrainEvents());
        _b.Function.Report(0x2C, 0);
        Assert.Equal(2, _b.Sink.ChannelReports);
    }

    [Theory]
    [InlineData("PGM 0006", 0x2008UL, 16, false)]
    [InlineData("PGM 0002", 0x2008UL, 16, true)]
    [InlineData("PGM 0015", 0x2000UL, 8, false)]
    [InlineData("PGM 0015", 0x2000UL, 20, false)]
    [InlineData("PGM 0015", 0x2000UL, 4096, false)]
    [InlineData("cc0", 0x2000UL, 4080, false)]
    public void The_block_is_checked(string expected, ulong address, int length, bool problem)
    {
        _b.Context.ProblemState = problem;
        _b.Function.Report(0x2C, 0);
        Assert.Equal(expected, _b.StoreEvent(address: address, length: length));
        Assert.Equal(1, _b.Configuration.Events.Count);
    }

    [Fact]
    public void Other_commands_are_unknown()
    {
        Assert.Equal("cc0", _b.StoreEvent(command: 0x10));
        Assert.Equal((8, 4), (Byte(0x11), Byte(0x13)));
    }

    [Fact]
    public void A_flood_of_events_is_bounded_and_reported()
    {
        for (var n = 0; n < PciEvents.Capacity + 5; n++) _b.Function.Report(0x2C, 0);
        Assert.Equal(PciEvents.Capacity, _b.Configuration.Events.Count);
        _b.StoreEvent();
        Assert.Equal(0xC0, Byte(0x18));
    }

    [Fact]
    public void Failing_tells_whoever_listens()
    {
        var told = new List<(ushort, ulong)>();
        _b.Function.Failed += (_, code, address) => told.Add((code, address));
        _b.RegisterTranslation();
        Assert.False(_b.Function.Write(PciBench.Sdma + 0x2FFC, new byte[8]));
        Assert.False(_b.Function.Write(PciBench.Sdma + 0x2FFC, new byte[8]));
        Assert.Equal([(0x0007, PciBench.Sdma + 0x2FFC)], told);
    }

    [Fact]
    public void Deconfiguring_drops_everything_and_makes_the_handle_stale()
    {
        _b.RegisterTranslation();
        _b.RegisterInterruptions();
        var old = _b.Handle;
        Assert.Equal(SclpResponse.Done, _b.Configuration.DeconfigureAdapter(2, 0));
        Assert.Equal((FunctionState.Standby, false), (_b.Function.State, _b.Iommu.TryGetSpace(0, out _)));
        Assert.Equal("cc3", _b.Load(0, 4, 0, old));
        Assert.Equal("cc0 0102", _b.Set(0, 1));
    }

    [Fact]
    public void System_reset_disables_and_forgets()
    {
        _b.RegisterTranslation();
        _b.Suppress(1);
        _b.Function.Report(0x2C, 0);
        _b.Configuration.Reset();
        Assert.Equal((FunctionState.Disabled, 0), (_b.Function.State, _b.Configuration.Events.Count));
        Assert.Equal(0, _b.Configuration.Suppression.SingleMode);
        Assert.Null(_b.Function.AddressSpace);
    }

    [Fact]
    public void A_measurement_block_is_stored_every_interval()
    {
        _b.Modify(10, fib => fib.MeasurementBlock = 0x40000);
        _b.Load(15, 4, 0);
        _b.Load(15, 4, 0);
        _b.Store(15, 1, 0x3C, 1);
        _b.StoreBlock(0, 16, 0);
        _b.RegisterTranslation();
        _b.Refresh(PciBench.Sdma, 4096);
        _b.RunUntil(_b.Events.Next);
        Assert.Equal((1UL, 2UL, 1UL, 1UL, 1UL), (_b.Read64(0x40000) & 0xFFFF_FFFF, _b.Read64(0x40010), _b.Read64(0x40018),
            _b.Read64(0x40020), _b.Read64(0x40028)));
        Assert.Equal(4000UL * 1000 * 4096, _b.Read64(0x40008));
        _b.RunUntil(_b.Events.Next);
        Assert.Equal(2UL, _b.Read64(0x40000) & 0xFFFF_FFFF);
        _b.Modify(10);
        _b.RunUntil(_b.Events.Next);
        Assert.Equal((2UL, ulong.MaxValue), (_b.Read64(0x40000) & 0xFFFF_FFFF, _b.Events.Next));
    }

    [Fact]
    public void A_measurement_block_outside_storage_stops_the_measurement_but_not_the_function()
    {
        _b.Modify(10, fib => fib.MeasurementBlock = 1UL << 40);
        _b.RunUntil(_b.Events.Next);
        Assert.Equal("cc0 Enabled 2A", _b.Effect("cc0"));
        Assert.Equal(0UL, _b.Function.Measurement.Address);
    }

    [Fact]
    public void Relaxed_groups_take_any_store_block_within_a_page()
    {
        using var b = new PciBench(group: new PciGroup { Flags = PciGroupFlags.RelaxedStoreBlock });
        b.Storage.Write(PciBench.Block + 1, [1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal("cc0", b.StoreBlock(0, 7, 3, PciBench.Block + 1));
        Assert.Equal([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0], b.Device.Memory.Bytes[..11]);
        Assert.Equal("PGM 0006", b.StoreBlock(0, 8, 0xFFC));
    }

    [Fact]
    public void Relaxed_translation_goes_direct_from_the_first_dma_address()
    {
        using var b = new PciBench(group: new PciGroup { Flags = PciGroupFlags.RelaxedTranslation });
        Assert.Equal("cc0", b.RegisterTranslation(iota: 0));
        Assert.Equal("done Enabled -", b.Dma(PciBench.Sdma + 0x6000));
        Assert.Equal(0x0102_0304_0506_0708UL, b.Read64(0x6000));
        Assert.Equal("refused Error A", b.Dma(PciBench.Sdma + 0x1000_0000));
    }

    [Fact]
    public void Instructions_allocate_nothing()
    {
        Assert.True(Exercise());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 100; n++) Exercise();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private bool Exercise()
    {
        var (c, p) = (_b.Context, _b.Configuration);
        if (_b.Function.AddressSpace is null) _b.RegisterTranslation();
        (c[1], c[2], c[3]) = ((ulong)_b.Handle << 32, PciBench.Sdma, 0x10_0000);
        PciInstructions.Rpcit(c, p, 1, 2);
        (c[8], c[9]) = (((ulong)_b.Handle << 32) | 4, 0);
        PciInstructions.Pcilg(c, p, 3, 8);
        PciInstructions.Pcistg(c, p, 3, 8);
        c[4] = ((ulong)_b.Handle << 32) | 16;
        PciInstructions.Pcistb(c, p, 4, 9, PciBench.Block, 0);
        return c.ConditionCode == 0;
    }
}
