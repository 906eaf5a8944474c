using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>Interruptions that are directed to CPUs.</summary>
public sealed class DirectedTests : IDisposable
{
    private const ulong Summary = PciBench.Aisb, Vectors = PciBench.Aibv;
    private readonly PciBench _b = new(all: true);

    public void Dispose() => _b.Dispose();

    private static ulong Vector(ushort cpu) => Vectors + cpu * 256UL;

    // CPUs 0 to 4, of which the sink refuses the last; subclass 5; the function's bits begin at 70.
    private void Register(int count = 3)
    {
        Assert.Equal("cc-1", _b.SetInterruptions(4, 0, 0, 5UL << 60 | 5, Summary));
        for (ushort cpu = 0; cpu < 5; cpu++) Assert.Equal("cc-1", _b.SetInterruptions(18, cpu, 0, 0, Vector(cpu)));
        Assert.Equal("cc0", Directed(16, count, 70));
    }

    private string Directed(int operation, int count = 3, int offset = 0)
        => _b.Modify(operation, fib =>
            (fib.Format, fib.Interruption, fib.DirectedOffset) = (1, (uint)count << 16, (uint)offset << 16));

    private bool Message(ushort cpu, uint vector)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, vector);
        return _b.Function.Write(_b.Function.Group.MessageAddress | (uint)cpu << 8, data);
    }

    [Fact]
    public void A_message_sets_a_bit_of_its_cpu_and_interrupts_it()
    {
        Register();
        Assert.True(Message(3, 2));
        Assert.Equal(0x0080_0000_0000_0000UL, _b.Read64(Vector(3) + 8));
        Assert.Equal([((ushort)3, 5)], _b.Sink.Directed);
        Assert.Empty(_b.Sink.Requests);
        Assert.Equal(0UL, _b.Read64(Summary));
        Assert.True(Message(0, 0));
        Assert.Equal(0x0200_0000_0000_0000UL, _b.Read64(Vector(0) + 8));
    }

    [Fact]
    public void In_the_place_of_a_cpu_that_cannot_take_it_comes_a_floating_interruption()
    {
        Register();
        Message(4, 0);
        Message(4, 1);
        Assert.Equal(0x0300_0000_0000_0000UL, _b.Read64(Vector(4) + 8));
        Assert.Equal(0x0800_0000_0000_0000UL, _b.Read64(Summary));
        Assert.Equal([5], _b.Sink.Requests);
        _b.Storage.Write64(Summary, 0);
        Message(4, 1);
        Assert.Equal([5, 5], _b.Sink.Requests);
    }

    [Fact]
    public void Each_cpu_suppresses_its_own()
    {
        Register();
        Assert.Equal("cc-1", _b.SetInterruptions(17, 1, 5));
        foreach (ushort cpu in new ushort[] { 1, 1, 2, 2 }) Message(cpu, 0);
        Assert.Equal([1, 2, 2], _b.Sink.Directed.Select(d => (int)d.Cpu));
        _b.SetInterruptions(17, 1, 5);
        Message(1, 0);
        Message(1, 0);
        Assert.Equal(4, _b.Sink.Directed.Count);
        _b.SetInterruptions(16, 1, 5);
        Message(1, 0);
        Message(1, 0);
        Assert.Equal(6, _b.Sink.Directed.Count);
        _b.SetInterruptions(17, 1, 4);      // another subclass
        Message(1, 0);
        Message(1, 0);
        Assert.Equal(8, _b.Sink.Directed.Count);
    }

    [Fact]
    public void Floating_modes_hold_for_the_substitute()
    {
        Register();
        _b.SetInterruptions(1, 0, 5);
        for (var n = 0; n < 3; n++)
        {
            _b.Storage.Write64(Summary, 0);
            Message(4, 0);
        }
        Assert.Equal([5], _b.Sink.Requests);
    }

    [Theory]
    [InlineData(3, 0, "Error 11")]
    [InlineData(0, 5, "Error 12")]          // no such CPU
    [InlineData(0, 0xFFFF, "Error 12")]
    public void Messages_that_nobody_has_registered_are_errors(uint vector, int cpu, string expected)
    {
        Register();
        Message((ushort)cpu, vector);
        Assert.Equal(expected, $"{_b.Function.State} {_b.DrainEvents()}");
    }

    [Fact]
    public void Bits_outside_of_storage_are_errors()
    {
        Register();
        _b.SetInterruptions(18, 0, 0, 0, 0xF_FFF8);
        Assert.True(Message(0, 0));
        Assert.Equal("Error 12", $"{_b.Function.State} {_b.DrainEvents()}");
        _b.Function.ResetError();
        _b.SetInterruptions(4, 0, 0, 5UL << 60 | 5, 0xF_FFFF);
        Message(4, 0);
        Assert.Equal("Enabled -", $"{_b.Function.State} {_b.DrainEvents()}");
    }

    [Theory]
    [InlineData("PGM 0015", 4UL, 0, 0UL, 0x31000UL)]                       // no CPU
    [InlineData("PGM 0015", 4UL, 0, 65UL, 0x31000UL)]
    [InlineData("PGM 0015", 4UL, 0, 64UL, 0xF_FFF9UL)]
    [InlineData("cc-1", 4UL, 0, 64UL, 0xF_FFF8UL)]
    [InlineData("PGM 0015", 16UL, 5, 0UL, 0UL)]                            // not among the CPUs
    [InlineData("PGM 0015", 17UL, 5, 0UL, 0UL)]
    [InlineData("PGM 0015", 18UL, 5, 0UL, 0x30000UL)]
    [InlineData("PGM 0015", 18UL, 0, 0UL, 0x10_0000UL)]
    [InlineData("PGM 0015", 2UL, 0, 0UL, 0x30000UL)]
    [InlineData("PGM 0015", 3UL, 0, 0UL, 0x30000UL)]
    [InlineData("PGM 0015", 19UL, 0, 0UL, 0x30000UL)]
    [InlineData("cc-1", 0xFFFF_FFFF_FFFF_0000UL, 0, 0UL, 0UL)]             // bits 48-63 are the operation
    public void Controls_are_checked(string expected, ulong operation, int cpu, ulong first, ulong second)
    {
        Register();
        Assert.Equal(expected, _b.SetInterruptions(operation, (ushort)cpu, 0, first, second));
    }

    [Fact]
    public void An_information_block_that_is_not_accessible_is_an_access_exception()
    {
        Register();
        _b.Context.InvalidPage = PciBench.Block;
        (_b.Context[4], _b.Context[6]) = (18, 0);
        Assert.Equal("PGM 0011", _b.Run(4, (c, p) => PciInstructions.Sic(c, p, 4, 6, PciBench.Block, 0)));
        (_b.Context[4], _b.Context[6]) = (17, 5UL << 27);
        Assert.Equal("cc-1", _b.Run(4, (c, p) => PciInstructions.Sic(c, p, 4, 6, PciBench.Block, 0)));
    }

    [Fact]
    public void Registering_has_an_order_and_excludes_floating_interruptions()
    {
        Assert.Equal("cc1 st4", Directed(16));
        Register();
        Assert.Equal("cc1 st24", Directed(16));
        Assert.Equal("cc1 st24", _b.RegisterInterruptions());
        Assert.Equal("cc1 st24", _b.Modify(3));
        Assert.Equal("cc0", Directed(17));
        Assert.Equal("cc1 st24", Directed(17));
        Assert.Equal("cc0", _b.RegisterInterruptions());
        Assert.Equal("cc1 st24", Directed(16));
        Assert.Equal("cc1 st24", Directed(17));
        Message(0, 0);
        Assert.Empty(_b.Sink.Directed);
    }

    [Fact]
    public void Formats_belong_to_operations()
    {
        Register();
        Assert.Equal("PGM 0015", _b.Modify(17));
        Assert.Equal("PGM 0015", _b.Modify(3, fib => fib.Format = 1));
        Assert.Equal("PGM 0015", _b.Modify(10, fib => fib.Format = 1));
        Assert.Equal("PGM 0015", Directed(18));
        using var without = new PciBench();
        Assert.Equal("PGM 0015", without.Modify(16));
        Assert.Equal("PGM 0015", without.Modify(16, fib => fib.Format = 1));
        Assert.Equal("PGM 0015", without.SetInterruptions(17));
    }

    [Fact]
    public void The_stored_block_has_the_format()
    {
        Register(count: 9);
        Assert.Equal("cc0", _b.StoreControls());
        var fib = _b.StoredFib;
        Assert.Equal((1, 9u << 16, 70u << 16, 0UL), (fib.Format, fib.Interruption, fib.DirectedOffset, fib.BitVector));
        Assert.Equal((byte)FunctionControls.Enabled, fib.Controls);
    }

    [Fact]
    public void Disabling_and_reset_forget()
    {
        Register();
        _b.CallClp(5, $"{_b.Handle:X8} 0000 01 00", space: 160);
        _b.CallClp(5, $"{_b.Handle:X8} 0000 00 01", space: 160);
        Assert.Null(_b.Function.DirectedInterruptions);
        Assert.Equal("cc0", Directed(16));
        _b.Configuration.Reset();
        _b.Function.Enable();
        Assert.Equal("cc1 st4", Directed(16));
    }

    [Fact]
    public void Messages_in_error_are_dropped()
    {
        Register();
        _b.Function.Fail(7, 0);
        Message(0, 0);
        Assert.Empty(_b.Sink.Directed);
        Assert.Equal(0UL, _b.Read64(Vector(0) + 8));
    }
}
