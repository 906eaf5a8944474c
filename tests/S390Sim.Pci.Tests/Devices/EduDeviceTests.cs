namespace S390Sim.Pci.Tests;

public sealed class EduDeviceTests : IDisposable
{
    private readonly EduDevice _edu = new();
    private readonly PciBench _b;

    public EduDeviceTests() => _b = new PciBench(device: _edu);

    public void Dispose() => _b.Dispose();

    [Fact]
    public void Says_who_it_is()
    {
        Assert.Equal(0x11E8_1234u, _edu.Configuration.Load(0, 4));
        Assert.Equal(0x00FF_0010u, _edu.Configuration.Load(8, 4));
        Assert.Equal(0x0100_00EDUL, Get(0x00));
        Put(0x04, 0x1234_5678);
        Assert.Equal(0xEDCB_A987UL, Get(0x04));
    }

    [Theory]
    [InlineData(0x00UL, 8)]
    [InlineData(0x00UL, 1)]
    [InlineData(0x80UL, 2)]
    [InlineData(0x84UL, 8)]
    [InlineData(0x10_0000UL, 4)]
    public void Other_lengths_are_operand_exceptions(ulong offset, int length)
        => Assert.Equal("PGM 0015", _b.Load(0, length, offset));

    [Fact]
    public void Unassigned_registers_read_as_ones() => Assert.Equal(0xFFFF_FFFFUL, Get(0x40));

    [Fact]
    public void Bar_sizing_agrees_with_the_declared_size()
    {
        _b.Store(15, 4, 0x10, 0xFFFF_FFFF);
        Assert.Equal(0xFFF0_0000u, _edu.Configuration.Load(0x10, 4));
        Assert.Equal(20, _edu.BarSize(0));
    }

    [Theory]
    [InlineData(0, 1u)]
    [InlineData(5, 120u)]
    [InlineData(13, 1932053504u)]
    [InlineData(34, 0u)]
    [InlineData(0xFFFF_FFFF, 0u)]
    public void Factorials_take_time(ulong n, uint factorial)
    {
        Put(0x08, n);
        Assert.Equal(1UL, Get(0x20));
        Put(0x08, 3);
        _b.RunUntil(_b.Events.Next);
        Assert.Equal((0UL, factorial), (Get(0x20), (uint)Get(0x08)));
    }

    [Fact]
    public void A_factorial_may_interrupt()
    {
        EnableMessages(vector: 2);
        _b.RegisterInterruptions();
        Put(0x20, 0x80);
        Put(0x08, 4);
        _b.RunUntil(_b.Events.Next);
        Assert.Equal((1UL, 0x80UL), (Get(0x24), Get(0x20)));
        Assert.Equal([2], _b.Sink.Requests);
        Assert.Equal(0x20UL << 56, _b.Read64(PciBench.Aibv));
        Put(0x64, 1);
        Assert.Equal(0UL, Get(0x24));
    }

    [Fact]
    public void Data_go_there_and_back()
    {
        _b.RegisterTranslation();
        _b.Storage.Write(PciBench.Frame + 0x100, [1, 2, 3, 4, 5, 6, 7, 8]);
        Transfer(PciBench.Sdma + 0x100, EduDevice.BufferAddress, 8, command: 1);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], _edu.Buffer[..8].ToArray());
        Transfer(EduDevice.BufferAddress + 4, PciBench.Sdma + 0x200, 4, command: 3);
        Assert.Equal(0x0506_0708UL, _b.Read64(PciBench.Frame + 0x200) >> 32);
        Assert.Equal("Enabled -", $"{_b.Function.State} {_b.DrainEvents()}");
    }

    [Fact]
    public void A_refused_transfer_puts_the_function_in_error_and_does_not_interrupt()
    {
        EnableMessages(vector: 0);
        _b.RegisterInterruptions();
        _b.RegisterTranslation();
        Transfer(EduDevice.BufferAddress, PciBench.Sdma + 0x1000, 4, command: 7, expectIdle: false);
        Assert.Equal("Error 5", $"{_b.Function.State} {_b.DrainEvents()}");
        Assert.Empty(_b.Sink.Requests);
        Assert.Equal("cc1 st12", _b.Load(0, 4, 0));
    }

    [Fact]
    public void The_end_of_a_transfer_may_interrupt()
    {
        EnableMessages(vector: 0);
        _b.RegisterInterruptions();
        _b.RegisterTranslation();
        Transfer(EduDevice.BufferAddress, PciBench.Sdma, 4096, command: 7);
        Assert.Equal(0x100UL, Get(0x24));
        Assert.Equal([2], _b.Sink.Requests);
    }

    [Theory]
    [InlineData(0x3FFFFUL, 1UL)]
    [InlineData(0x41000UL, 1UL)]
    [InlineData(0x40FFFUL, 2UL)]
    [InlineData(0x40000UL, ulong.MaxValue)]
    [InlineData(0x40000UL, 4097UL)]
    public void Ranges_outside_the_buffer_leave_the_transfer_undone(ulong address, ulong count)
    {
        _b.RegisterTranslation();
        Transfer(address, PciBench.Sdma, count, command: 3);
        Assert.Equal("Enabled -", $"{_b.Function.State} {_b.DrainEvents()}");
        Assert.Equal(0UL, _b.Read64(PciBench.Frame));
    }

    [Fact]
    public void Without_bus_mastering_nothing_leaves_the_device()
    {
        _b.RegisterTranslation();
        _edu.Configuration.Store(4, 2, 0);
        Transfer(EduDevice.BufferAddress, PciBench.Sdma + 0x2000, 8, command: 3);
        Assert.Equal("Enabled -", $"{_b.Function.State} {_b.DrainEvents()}");
    }

    [Fact]
    public void Registers_of_the_engine_keep_their_values_while_it_runs()
    {
        Put(0x80, 0x1111, 8);
        Put(0x98, 1, 8);
        Put(0x80, 0x2222, 8);
        Assert.Equal(0x1111UL, Get(0x80, 8));
        Assert.Equal(1UL, Get(0x98, 8));
    }

    [Fact]
    public void Disabling_resets_the_device()
    {
        Put(0x04, 5);
        Put(0x08, 5);
        _b.Function.Disable();
        _b.Function.Enable();
        Assert.Equal((0UL, 0UL), (Get(0x04), Get(0x20)));
        _b.RunUntil(_b.Events.Next);
        Assert.Equal(0UL, Get(0x08));
    }

    private ulong Get(ulong offset, int length = 4)
    {
        Assert.Equal("cc0", _b.Load(0, length, offset));
        return Swap(_b.Context[3], length);
    }

    private void Put(ulong offset, ulong value, int length = 4)
        => Assert.Equal("cc0", _b.Store(0, length, offset, Swap(value, length)));

    private void Transfer(ulong source, ulong destination, ulong count, ulong command, bool expectIdle = true)
    {
        Put(0x80, source, 8);
        Put(0x88, destination, 8);
        Put(0x90, count, 8);
        Put(0x98, command, 8);
        _b.RunUntil(_b.Events.Next);
        if (expectIdle) Assert.Equal(command & ~1UL, Get(0x98, 8));
    }

    // As software finds and fills the MSI capability.
    private void EnableMessages(ushort vector)
    {
        var at = _edu.Configuration.Load(0x34, 1);
        Assert.Equal(5u, _edu.Configuration.Load(at, 1));
        _edu.Configuration.Store(at + 4, 4, (uint)PciGroup.Default.MessageAddress);
        _edu.Configuration.Store(at + 8, 4, (uint)(PciGroup.Default.MessageAddress >> 32));
        _edu.Configuration.Store(at + 12, 2, vector);
        _edu.Configuration.Store(at + 2, 2, 1);
    }

    private static ulong Swap(ulong value, int length)
        => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value) >> (64 - 8 * length);
}
