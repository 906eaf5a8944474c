namespace S390Sim.Pci.Tests;

/// <summary>The memory-I/O instructions, and where BARs are for them.</summary>
public sealed class MemoryIoTests : IDisposable
{
    private readonly PciBench _b = new(all: true);
    private readonly ulong _bar0, _bar2;

    public MemoryIoTests()
    {
        _b.Function.SetMemoryIo(true);
        Assert.True(_b.Configuration.MemoryIo!.TryGetAddress(_b.Function, 0, out _bar0));
        Assert.True(_b.Configuration.MemoryIo.TryGetAddress(_b.Function, 2, out _bar2));
    }

    public void Dispose() => _b.Dispose();

    private byte[] Memory => ((MemoryDevice)_b.Function.Device).Memory.Bytes;

    private string Load(ulong address, ulong length)
    {
        (_b.Context[3], _b.Context[8], _b.Context[9]) = (ulong.MaxValue, address, length);
        return _b.Run(9, (c, p) => PciInstructions.Pcilgi(c, p, 3, 8));
    }

    private string Store(ulong address, ulong length, ulong value)
    {
        (_b.Context[3], _b.Context[8], _b.Context[9]) = (value, address, length);
        return _b.Run(9, (c, p) => PciInstructions.Pcistgi(c, p, 3, 8));
    }

    private string StoreBlock(ulong address, ulong length, ulong from = PciBench.Block)
    {
        (_b.Context[2], _b.Context[5]) = (length, address);
        return _b.Run(2, (c, p) => PciInstructions.Pcistbi(c, p, 2, 5, from, 0));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(MemoryIoMap.WriteBack)]
    public void Bytes_move_in_order_at_both_addresses_also_in_the_problem_state(ulong alias)
    {
        _b.Context.ProblemState = true;
        Assert.Equal("cc0", Store(_bar0 + alias + 0x18, 4, 0xFFFF_FFFF_1122_3344));
        Assert.Equal([0x11, 0x22, 0x33, 0x44, 0], Memory[0x18..0x1D]);
        Assert.Equal("cc0", Load(_bar0 + alias + 0x19, 3));
        Assert.Equal((0x0022_3344UL, 3UL), (_b.Context[3], _b.Context[9]));
        _b.Storage.Write(PciBench.Block, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        Assert.Equal("cc0", StoreBlock(_bar0 + alias + 0x100, 16));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0], Memory[0x100..0x111]);
        Assert.Equal("cc0", Load(_bar2 + alias, 8));
        var counts = _b.Function.Measurement;
        Assert.Equal((2UL, 1UL, 1UL), (counts.Loads, counts.Stores, counts.StoreBlocks));
    }

    [Fact]
    public void The_control_bit_enables_all_of_them()
    {
        _b.Context.AllowsMemoryIo = false;
        Assert.Equal("PGM 0001", Load(_bar0, 4));
        Assert.Equal("PGM 0001", Store(_bar0, 4, 0));
        Assert.Equal("PGM 0001", StoreBlock(_bar0, 16));
        Assert.Equal("PGM 0001", _b.Run(0, (c, _) => PciInstructions.Pciwb(c)));
        _b.Context.AllowsMemoryIo = true;
        Assert.Equal("cc-1", _b.Run(0, (c, _) => PciInstructions.Pciwb(c)));
    }

    [Theory]
    [InlineData("PGM 0015", 0UL, 0UL)]
    [InlineData("PGM 0015", 0UL, 9UL)]
    [InlineData("PGM 0015", 4UL, 8UL)]
    [InlineData("PGM 0015", 7UL, 2UL)]
    [InlineData("cc0", 7UL, 1UL)]
    [InlineData("cc0", 0UL, 0xFFFF_FFFF_FFFF_FF08UL)]       // bits 60-63 are the length
    public void Lengths_stay_in_a_doubleword(string expected, ulong offset, ulong length)
    {
        Assert.Equal(expected, Load(_bar0 + offset, length));
        Assert.Equal(expected, Store(_bar0 + offset, length, 0));
    }

    [Theory]
    [InlineData("PGM 0006", 8UL, 8UL, 0x5000UL)]
    [InlineData("PGM 0006", 4UL, 16UL, 0x5000UL)]
    [InlineData("PGM 0006", 0UL, 12UL, 0x5000UL)]
    [InlineData("PGM 0006", 0UL, 136UL, 0x5000UL)]
    [InlineData("PGM 0006", 0xFC0UL, 128UL, 0x5000UL)]
    [InlineData("PGM 0006", 0UL, 16UL, 0x5004UL)]
    [InlineData("cc0", 0xF80UL, 128UL, 0x5000UL)]
    public void Blocks_are_checked_as_those_of_the_other_form(string expected, ulong offset, ulong length, ulong from)
        => Assert.Equal(expected, StoreBlock(_bar0 + offset, length, from));

    [Fact]
    public void A_bar_smaller_than_a_page_ends_where_it_ends()
    {
        Assert.Equal("cc0", Load(_bar2 + 24, 8));
        Assert.Equal("PGM 0015", Load(_bar2 + 32, 8));
        Assert.Equal("PGM 0015", StoreBlock(_bar2 + 24, 16));
    }

    [Fact]
    public void Addresses_of_something_else_are_told_apart()
    {
        Assert.Equal("cc1 st36", Load(0x5000, 4));
        Assert.Equal("cc1 st36", StoreBlock(MemoryIoMap.Origin - 8, 16));
        Assert.Equal("cc1 st36", Load(MemoryIoMap.Origin + 2 * MemoryIoMap.WriteBack, 8));
        Assert.Equal("cc3", Load(MemoryIoMap.Origin + (1UL << 40), 8));
        _b.Function.SetMemoryIo(false);
        Assert.Equal("cc3", Store(_bar0, 4, 0));
        _b.Function.SetMemoryIo(true);
        _b.Function.Fail(7, 0);
        Assert.Equal("cc1 st12", Load(_bar0, 4));
        Assert.Equal(0x0C00_0004UL, _b.Context[9]);
        Assert.Equal("cc0", _b.Modify(9));
        Assert.Equal("cc0", Load(_bar0, 4));
        _b.Function.Disable();
        Assert.Equal("cc3", Load(_bar0, 4));
    }

    [Fact]
    public void The_first_check_is_of_the_register_then_comes_translation()
    {
        Assert.Equal("PGM 0006", _b.Run(9, (c, p) => PciInstructions.Pcilgi(c, p, 3, 7)));
        _b.Context.InvalidPage = _bar0;
        Assert.Equal("PGM 0011", Load(_bar0, 0));
        Assert.Equal("PGM 0011", Store(_bar0 + 8, 4, 0));
        Assert.Equal("PGM 0011", StoreBlock(_bar0 + 8, 16));
        _b.Context.InvalidPage = PciBench.Block;
        Assert.Equal("PGM 0011", StoreBlock(_bar0 + 8, 16));
        Assert.All(Memory, x => Assert.Equal(0, x));
    }

    /// <summary>Against a model that remembers every BAR: none overlap, each is aligned, and every address leads back.</summary>
    [Fact]
    public void Bars_have_room_of_their_own_however_functions_come_and_go()
    {
        using var b = new PciBench(all: true);
        var random = new Random(7);
        var map = b.Configuration.MemoryIo!;
        List<PciFunction> functions = [b.Function];
        for (ushort n = 1; n < 300; n++)
        {
            if (random.Next(3) == 0 && functions.Count > 1)
            {
                var gone = functions[random.Next(functions.Count)];
                functions.Remove(gone);
                map.TryGetAddress(gone, 0, out var freed);
                b.Configuration.Remove(gone);
                Assert.False(map.TryFind(freed, out var left, out _, out _) && left == gone);
            }
            var function = new PciFunction(n, n, new SizedDevice(random.Next(4, 40), random.Next(4, 31)));
            functions.Add(function);
            b.Configuration.Add(function);
        }
        var places = functions.SelectMany(f => new[] { 0, 2 }.Select(bar => (f, bar))).Select(p =>
        {
            Assert.True(map.TryGetAddress(p.f, p.bar, out var address));
            return (Address: address, p.f.Device.Bar(p.bar)!.Size, p.f, p.bar);
        }).OrderBy(p => p.Address).ToList();
        foreach (var (place, next) in places.Zip(places.Skip(1)))
            Assert.True(place.Address + Math.Max(place.Size, 4096) <= next.Address);
        foreach (var (address, size, function, bar) in places)
        {
            Assert.Equal(0UL, address % size);
            Assert.True(MemoryIoMap.Contains(address) && MemoryIoMap.Contains(address + size - 1 + MemoryIoMap.WriteBack));
            Assert.True(map.TryFind(address + size - 1, out var found, out var foundBar, out var offset));
            Assert.Equal((function, bar, size - 1), (found, foundBar, offset));
        }
    }

    [Fact]
    public void A_bar_without_room_is_not_mapped_but_does_no_harm()
    {
        var function = new PciFunction(1, 1, new SizedDevice(45, 12));
        _b.Configuration.Add(function);
        Assert.False(_b.Configuration.MemoryIo!.TryGetAddress(function, 0, out _));
        Assert.True(_b.Configuration.MemoryIo.TryGetAddress(function, 2, out _));
    }

    private sealed class SizedDevice : PciDevice
    {
        public SizedDevice(int first, int second) : base(new PciIdentity(1, 2, 3))
        {
            AddBar(0, new Hollow(1UL << first), is64Bit: true);
            AddBar(2, new Hollow(1UL << second));
        }

        private sealed class Hollow(ulong size) : IPciRegion
        {
            public ulong Size => size;
            public bool Accepts(ulong offset, int length) => offset < size;
            public ulong Load(ulong offset, int length) => 0;
            public void Store(ulong offset, int length, ulong value) { }
            public void Reset() { }
        }
    }
}
