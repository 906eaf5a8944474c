using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>The commands of I/O queues, through PRP entries of every shape, against a plain array.</summary>
public sealed class NvmeIoTests : IDisposable
{
    private const int Bytes = 4 << 20;

    private readonly MemoryImage _image = new(Bytes), _second = new(64 * 4096, isReadOnly: true);
    private readonly FailingImage _third = new(1 << 20);
    private readonly SimulatedHost _host;
    private readonly NvmeDriver _driver;

    public NvmeIoTests()
    {
        _host = new SimulatedHost(new NvmeDevice("1",
            new NvmeNamespace(_image, 512), new NvmeNamespace(_second, 4096), new NvmeNamespace(_third, 512)));
        _driver = new NvmeDriver(_host);
        _driver.Start();
        _driver.CreateQueues();
    }

    public void Dispose() => _host.Dispose();

    private ulong Data => _host.AddressOf(NvmeDriver.Data);

    [Fact]
    public void Data_go_where_the_entries_say()
    {
        var random = new Random(4711);
        var model = new byte[Bytes];
        var moved = 0;
        for (var n = 0; n < 300; n++)
        {
            var blocks = random.Next(4) == 0 ? random.Next(1, 1025) : random.Next(1, 33);
            var block = random.Next(Bytes / 512 - blocks + 1);
            var buffer = new NvmeBuffer(_host, random, blocks * 512);
            var range = model.AsSpan(block * 512, blocks * 512);
            var isWrite = random.Next(2) == 0;
            if (isWrite)
            {
                random.NextBytes(range);
                buffer.Fill(range);
            }
            var request = NvmeRequest.Transfer(isWrite ? (byte)1 : (byte)2, (ulong)block, blocks, buffer.Prp1, buffer.Prp2);
            Assert.Equal(0, _driver.Io(request).Status);
            if (!isWrite) Assert.True(range.SequenceEqual(buffer.Contents()), $"{request}");
            moved += blocks;
        }
        Assert.True(_image.Bytes.SequenceEqual(model));
        Assert.True(moved > 20000);
    }

    [Fact]
    public void Ranges_and_entries_are_checked()
    {
        const ulong end = Bytes / 512;
        Assert.Equal(0x80, Read(end, 1, Data).Status);
        Assert.Equal(0x80, Read(end - 1, 2, Data).Status);
        Assert.Equal(0x80, Read(ulong.MaxValue, 1, Data).Status);
        Assert.Equal(0, Read(end - 1, 1, Data).Status);
        Assert.Equal(2, Read(0, 1025, Data, Data).Status);
        Assert.Equal(0x13, Read(0, 1, Data + 2).Status);
        Assert.Equal(0x13, Read(0, 16, Data, Data + 512).Status);
        Assert.Equal(0x13, Read(0, 24, Data, Data + 4).Status);
        _host.Write(NvmeDriver.Lists, new byte[] { 8 });
        Assert.Equal(0x13, Read(0, 24, Data, _host.AddressOf(NvmeDriver.Lists)).Status);
        Assert.Equal(0x0B, _driver.Io(NvmeRequest.Transfer(2, 0, 1, Data, ns: 0)).Status);
        Assert.Equal(0x0B, _driver.Io(NvmeRequest.Transfer(2, 0, 1, Data, ns: 4)).Status);
        Assert.Equal(2, _driver.Io(NvmeRequest.Transfer(2, 0, 1, Data, ns: ~0u)).Status);
        Assert.Equal(1, _driver.Io(new NvmeRequest(0x0D, 1)).Status);
        Assert.Equal(2, _driver.Io(new NvmeRequest(0, 1) { Flags = 1 }).Status);
    }

    [Fact]
    public void An_entry_that_leads_nowhere_is_an_error_of_the_function()
    {
        _driver.Submit(1, NvmeRequest.Transfer(2, 0, 1, Data + (8UL << 30)));
        _driver.Ring(1);
        Assert.False(_host.WaitFor(() => false));
        Assert.Equal("Error 2", $"{_host.Bench.Function.State} {_host.Bench.DrainEvents()}");
        _host.Bench.Function.ResetError();
        Assert.Equal(3u, _driver.Status);
    }

    [Fact]
    public void Flushes_are_those_of_the_images()
    {
        Assert.Equal(0, _driver.Io(new NvmeRequest(0, 1)).Status);
        Assert.Equal((1, 0), (_image.Flushes, _second.Flushes));
        Assert.Equal(0, _driver.Io(new NvmeRequest(0, ~0u)).Status);
        Assert.Equal((2, 1), (_image.Flushes, _second.Flushes));
        Assert.Equal(0, _driver.Io(NvmeRequest.Transfer(1, 0, 1, Data) with { W12 = 1u << 30 }).Status);
        Assert.Equal(3, _image.Flushes);
        _driver.Admin(new NvmeRequest(0x09) { W10 = 6 });
        Assert.Equal(0, _driver.Io(NvmeRequest.Transfer(1, 0, 1, Data)).Status);
        Assert.Equal(4, _image.Flushes);
    }

    [Fact]
    public void Comparing_finds_a_difference()
    {
        _image.Bytes[..1024].Fill(7);
        _host.Write(NvmeDriver.Data, Enumerable.Repeat((byte)7, 1024).ToArray());
        Assert.Equal(0, _driver.Io(NvmeRequest.Transfer(5, 0, 2, Data)).Status);
        _image.Bytes[1023] = 8;
        Assert.Equal(0x285, _driver.Io(NvmeRequest.Transfer(5, 0, 2, Data)).Status);
    }

    [Fact]
    public void Zeroes_are_written_and_ranges_deallocated()
    {
        _image.Bytes.Fill(7);
        Assert.Equal(0, _driver.Io(new NvmeRequest(8, 1) { W10 = 2, W12 = 1 }).Status);
        Assert.Equal(0, _driver.Io(new NvmeRequest(8, 1) { W10 = 8, W12 = 1u << 25 }).Status);
        Assert.Equal([1024, 1024 + 1023, 4096, 4096 + 511], Edges());
        Assert.Equal(0x80, _driver.Io(new NvmeRequest(8, 1) { W10 = Bytes / 512, W12 = 0 }).Status);
        _image.Bytes.Fill(7);
        Ranges((2, 4), (0, 0), (20, 1));
        var request = new NvmeRequest(9, 1) { Prp1 = Data, W10 = 2, W11 = 4 };
        Assert.Equal(0, _driver.Io(request with { W11 = 3 }).Status);
        Assert.Empty(Edges());
        Assert.Equal(0, _driver.Io(request).Status);
        Assert.Equal([1024, 3071, 10240, 10751], Edges());
        _image.Bytes.Fill(7);
        Ranges((2, 4), (Bytes / 512 - 1, 2));
        Assert.Equal(0x80, _driver.Io(request with { W10 = 1 }).Status);
        Assert.Empty(Edges());
    }

    [Fact]
    public void A_read_only_namespace_is_write_protected()
    {
        Assert.Equal(0x20, _driver.Io(NvmeRequest.Transfer(1, 0, 1, Data, ns: 2)).Status);
        Assert.Equal(0x20, _driver.Io(new NvmeRequest(8, 2)).Status);
        Ranges((0, 1));
        Assert.Equal(0x20, _driver.Io(new NvmeRequest(9, 2) { Prp1 = Data, W11 = 4 }).Status);
        Assert.Equal(0, _driver.Io(NvmeRequest.Transfer(2, 63, 1, Data, ns: 2)).Status);
        Assert.Equal(0x80, _driver.Io(NvmeRequest.Transfer(2, 64, 1, Data, ns: 2)).Status);
    }

    [Fact]
    public void Errors_of_the_host_are_errors_of_the_medium()
    {
        _third.Outcome = ImageOutcome.IoError;
        Assert.Equal((0x281, 0x2000), Outcome(NvmeRequest.Transfer(2, 0, 1, Data, ns: 3)));
        Assert.Equal((0x280, 0x2000), Outcome(NvmeRequest.Transfer(1, 5, 1, Data, ns: 3)));
        Assert.Equal((0x280, 0x2000), Outcome(new NvmeRequest(0, 3)));
        _third.Outcome = ImageOutcome.NoSpace;
        Assert.Equal((0x081, 0x2000), Outcome(NvmeRequest.Transfer(1, 0, 1, Data, ns: 3)));
        Assert.Equal((0x080, 0x6000), Outcome(NvmeRequest.Transfer(1, 1 << 20, 1, Data, ns: 3)));
        Assert.Equal(0, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 127 << 16 | 2 }).Status);
        Assert.Equal(3, _host.Read(NvmeDriver.Data + 160, 1)[0]);
        Assert.Equal(0, _driver.Admin(new NvmeRequest(2) { Prp1 = Data, W10 = 63 << 16 | 1 }).Status);
        var log = _host.Read(NvmeDriver.Data, 256);
        Assert.Equal((1 << 20, 3, 5), (BitConverter.ToInt32(log, 16), log[24], log[3 * 64 + 16]));
    }

    [Fact]
    public void Commands_allocate_nothing()
    {
        var buffer = new NvmeBuffer(_host, new Random(5), 512 << 10);
        var request = NvmeRequest.Transfer(1, 0, 1024, buffer.Prp1, buffer.Prp2);
        Assert.Equal(0, _driver.Io(request).Status);
        for (var n = 0; n < 8; n++) _driver.Submit(1, request with { Opcode = (byte)(1 + n % 2) });
        _driver.Ring(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (_host.Bench.Events.Next != ulong.MaxValue) _host.Bench.RunUntil(_host.Bench.Events.Next);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        for (var n = 0; n < 8; n++) Assert.True(_driver.TryAnswer(1, out _));
    }

    [Fact]
    public void Blocks_may_have_4096_bytes()
    {
        _second.Bytes[^4096..].Fill(9);
        Assert.Equal(0, _driver.Io(NvmeRequest.Transfer(2, 63, 1, Data, ns: 2)).Status);
        Assert.All(_host.Read(NvmeDriver.Data, 4096), b => Assert.Equal(9, b));
        Assert.Equal(2, _driver.Io(NvmeRequest.Transfer(2, 0, 129, Data, Data, ns: 2)).Status);
    }

    private NvmeAnswer Read(ulong block, int blocks, ulong prp1, ulong prp2 = 0)
        => _driver.Io(NvmeRequest.Transfer(2, block, blocks, prp1, prp2));

    private (int Status, int Flags) Outcome(NvmeRequest request)
    {
        var answer = _driver.Io(request);
        return (answer.Status, answer.Flags);
    }

    // First and last bytes of the zeros in the image.
    private List<int> Edges()
    {
        var edges = new List<int>();
        var bytes = _image.Bytes;
        for (var n = 0; n < bytes.Length; n++)
        {
            if (bytes[n] != 0) continue;
            if (n == 0 || bytes[n - 1] != 0) edges.Add(n);
            if (n == bytes.Length - 1 || bytes[n + 1] != 0) edges.Add(n);
        }
        return edges;
    }

    private void Ranges(params (int Block, int Blocks)[] ranges)
    {
        var bytes = new byte[16 * ranges.Length];
        for (var n = 0; n < ranges.Length; n++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16 * n + 4), ranges[n].Blocks);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 * n + 8), ranges[n].Block);
        }
        _host.Write(NvmeDriver.Data, bytes);
    }

    private sealed class FailingImage(int length) : DiskImage((ulong)length, isReadOnly: false)
    {
        public ImageOutcome Outcome { get; set; }
        public override ImageOutcome Flush() => Outcome;
        protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes) => Outcome;
        protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes) => Outcome;
        protected override ImageOutcome OnDiscard(ulong offset, ulong length) => Outcome;
        protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard) => Outcome;
    }
}
