namespace S390Sim.Pci.Tests;

/// <summary>What the responses of CALL LOGICAL PROCESSOR hold beyond what the matrix asks for.</summary>
public sealed class ClpTests
{
    private const ulong Response = PciBench.Clp + 32;

    [Theory]
    [InlineData(2, false, 0x7C00_0000_0000_0000UL, 0)]
    [InlineData(2, true, 0x7C00_0000_0000_0000UL, 0x80 | 18)]
    [InlineData(0, true, 0x4000_0000_0000_0000UL, 0)]
    public void Characteristics_of_a_logical_processor(int processor, bool memoryIo, ulong commands, byte writeBack)
    {
        using var b = new PciBench(all: memoryIo);
        Assert.Equal("cc0 0010", b.CallClp(1, length: 16, space: 128, processor: processor));
        Assert.Equal(commands, b.Read64(PciBench.Clp + 16 + 0x20));
        Assert.Equal((ulong)writeBack << 56, b.Read64(PciBench.Clp + 16 + 0x50));
        Assert.Equal(0UL, b.Read64(PciBench.Clp + 16 + 0x60));
    }

    [Theory]
    [InlineData("cc0 0050", 1, 32, 2)]
    [InlineData("cc0 0050", 2, 16, 2)]
    [InlineData("cc0 0050", 2, 40, 2)]
    [InlineData("cc0 0020", 2, 32, 0)]
    [InlineData("cc0 0020", 5, 32, 0)]
    [InlineData("cc3 0000", 2, 32, 1)]
    [InlineData("cc3 0000", 2, 32, 3)]
    public void Commands_belong_to_a_processor_and_have_a_length(string expected, int command, int length, int processor)
    {
        using var b = new PciBench();
        Assert.Equal(expected, b.CallClp(command, length: length, space: 128, processor: processor));
    }

    [Theory]
    [InlineData(0, 1UL, "cc0", 0xA000_0000_0000_0000UL)]
    [InlineData(0, 2UL, "cc3", 7UL)]
    [InlineData(2, 1UL, "cc3", 7UL)]
    public void The_immediate_form_tells_the_processors(int processor, ulong command, string expected, ulong result)
    {
        using var b = new PciBench();
        (b.Context[1], b.Context[2]) = (7, command);
        Assert.Equal(expected, b.Run(0, (c, p) => PciInstructions.Clp(c, p, 1, 2, 8, processor)));
        Assert.Equal(result, b.Context[1]);
    }

    /// <summary>Functions are listed once each, in pieces of any size, whichever are reserved.</summary>
    [Theory]
    [InlineData(4064)]
    [InlineData(8144)]
    [InlineData(48)]
    [InlineData(1008)]
    public void Five_hundred_and_twelve_functions_are_listed_piece_by_piece(int space)
    {
        using var b = new PciBench();
        for (ushort n = 1; n < 512; n++) b.Configuration.Add(new PciFunction((ushort)(n * 3), n, new MemoryDevice()));
        foreach (var n in new[] { 5, 6, 62, 252, 253, 511 }) b.Configuration.Functions[n].Withdraw();
        b.Configuration.Functions[7].Deconfigure();
        var expected = b.Configuration.Functions.Where(f => f.State != FunctionState.Reserved).Select(f => (f.Fid, f.Handle));
        List<(uint, uint)> listed = [];
        var token = 0UL;
        do
        {
            Assert.Equal("cc0 0010", b.CallClp(2, $"{token:X16}", space: space));
            var length = (int)(b.Read64(Response) >> 48);
            Assert.InRange(length, 48, space);
            for (var at = Response + 32; at < Response + (ulong)length; at += 16)
            {
                Assert.Equal(0x1041_1AF4UL, b.Read64(at) >> 32);
                var fid = (uint)(b.Read64(at + 8) >> 32);
                Assert.Equal(fid == 7 ? 0UL : 0x8000_0000, b.Read64(at) & 0xFFFF_FFFF);
                listed.Add((fid, (uint)b.Read64(at + 8)));
            }
            token = b.Read64(Response + 16);
        }
        while (token != 0);
        Assert.Equal(expected, listed);
    }

    [Fact]
    public void A_token_of_a_function_that_went_away_is_not_recognised()
    {
        using var b = new PciBench();
        var second = new PciFunction(9, 1, new MemoryDevice());
        b.Configuration.Add(second);
        b.CallClp(2, space: 48);
        var token = b.Read64(Response + 16);
        b.Configuration.Unplug(second);
        Assert.Equal("cc0 010A", b.CallClp(2, $"{token:X16}", space: 48));
    }

    [Fact]
    public void Query_tells_everything_of_a_function()
    {
        using var b = new PciBench(all: true);
        var function = new PciFunction(4, 0x1234, new MemoryDevice())
        {
            Uid = 0x77,
            VirtualFunction = 3,
            IsPhysical = true,
            ChannelId = 0x0142,
            PathSegments = 0x01020304,
            Port = 2,
            Parameter = 9,
            RequesterId = 0x0108,
            TopologyId = 0x000A,
            FunctionType = 0x0A,
            UtilityString = new byte[] { 0xE9, 0xD7, 0xC3, 0xC9 },
        };
        b.Configuration.Add(function);
        Assert.Equal("cc0 0010", b.CallClp(3, $"{function.Handle:X8}", space: 384));
        Assert.Equal(0x0003_3BFF_0000_1234UL, b.Read64(Response + 0x10));
        Assert.Equal(0x0E00_0500_0000_0142UL, b.Read64(Response + 0x18));
        Assert.Equal(0x0102_0304_0902_140AUL, b.Read64(Response + 0x38));
        Assert.Equal(0x0108_0000_0000_000AUL, b.Read64(Response + 0x50));
        Assert.Equal(0x77UL, b.Read64(Response + 0x78));
        Assert.Equal(0xE9D7_C3C9_0000_0000UL, b.Read64(Response + 0x80));
        Assert.Equal(0xA000_0000_0000_0000UL, b.Read64(Response + 0x100));
        Assert.True(b.Configuration.MemoryIo!.TryGetAddress(function, 2, out var address));
        Assert.Equal((address | MemoryIoMap.WriteBack, address), (b.Read64(Response + 0x128), b.Read64(Response + 0x130)));
        Assert.Equal((0UL, 0UL), (b.Read64(Response + 0x118), b.Read64(Response + 0x168)));
    }

    [Fact]
    public void Without_them_query_tells_neither_addresses_nor_identifiers()
    {
        using var b = new PciBench();
        Assert.Equal("cc0 0010", b.CallClp(3, $"{b.Handle:X8}", space: 384));
        Assert.Equal(0x0000_00FF_0000_0000UL, b.Read64(Response + 0x10));
        Assert.Equal(0UL, b.Read64(Response + 0x100));
    }

    [Fact]
    public void A_group_tells_what_it_may_use()
    {
        using var b = new PciBench(all: true, group: new PciGroup { Designations = 0xF1, DirectedInterruptions = 77 });
        Assert.Equal("cc0 0010", b.CallClp(4, "000000FF"));
        Assert.Equal(0xF100_0000_004D_0040UL, b.Read64(Response + 0x18));
    }

    [Theory]
    [InlineData("", "0102", false)]             // disabled
    [InlineData("0", "0010", true)]
    [InlineData("02", "0105", true)]
    [InlineData("023", "0010", false)]
    [InlineData("03", "0105", false)]
    [InlineData("0210", "0010", true)]          // disabling the function ends memory I/O
    public void Memory_io_is_enabled_and_disabled(string before, string expected, bool isEnabled)
    {
        using var b = new PciBench(enable: false, all: true);
        foreach (var operation in before) b.CallClp(5, $"{b.Handle:X8} 0000 0{operation} 01", space: 160);
        var last = isEnabled || before.Length == 0 ? 2 : 3;
        if (before == "023") Assert.False(b.Function.IsMemoryIoEnabled);
        else Assert.Equal($"cc0 {expected}", b.CallClp(5, $"{b.Handle:X8} 0000 0{last} 00", space: 160));
        Assert.Equal(isEnabled, b.Function.IsMemoryIoEnabled);
    }

    [Fact]
    public void Memory_io_takes_the_handle_of_before_enabling_and_tells_the_addresses()
    {
        using var b = new PciBench(enable: false, all: true);
        var before = b.Handle;
        b.CallClp(5, $"{before:X8} 0000 00 01", space: 160);
        Assert.Equal("cc0 0101", b.CallClp(5, $"{before:X8} 0000 03 00", space: 160));
        Assert.Equal("cc0 0010", b.CallClp(5, $"{before:X8} 0000 02 00", space: 160));
        Assert.Equal(b.Handle, (uint)(b.Read64(Response + 0x10) >> 32));
        Assert.Equal(0xA000_0000UL, b.Read64(Response + 0x20) >> 32);
        Assert.True(b.Configuration.MemoryIo!.TryGetAddress(b.Function, 0, out var address));
        Assert.Equal((address | MemoryIoMap.WriteBack, address), (b.Read64(Response + 0x28), b.Read64(Response + 0x30)));
        b.Function.FailPermanently();
        Assert.Equal("cc0 0106", b.CallClp(5, $"{b.Handle:X8} 0000 03 00", space: 160));
    }
}
