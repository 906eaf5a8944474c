using System.Globalization;

namespace S390Sim.Pci.Tests;

/// <summary>Requests of virtio-blk (virtio 1.2, 5.2).</summary>
public sealed class VirtioBlockTests : IDisposable
{
    private const uint In = 0, Out = 1, Flush = 4, GetId = 8, Discard = 11, SecureErase = 14, WriteZeroes = 13;
    private const int Ok = 0, IoError = 1, Unsupported = 2;
    private const ulong Sectors = 2048;
    private readonly FaultyImage _image = new((int)Sectors * 512);
    private readonly VirtioBench _b;

    public VirtioBlockTests() => _b = new VirtioBench(_image, serial: "disk-0123456789");

    public void Dispose() => _b.Dispose();

    [Fact]
    public void The_configuration_tells_of_the_disk()
    {
        Assert.Equal(Sectors, _b.Get(0x2000, 8));
        Assert.Equal((0x20000UL, 254UL, 512UL), (_b.Get(0x2008, 4), _b.Get(0x200C, 4), _b.Get(0x2014, 4)));
        Assert.Equal((3UL, 0UL, 8UL, 128UL), (_b.Get(0x2018, 1), _b.Get(0x2019, 1), _b.Get(0x201A, 2), _b.Get(0x201C, 4)));
        Assert.Equal((1UL, 1UL), (_b.Get(0x2020, 1), _b.Get(0x2022, 2)));
        Assert.Equal((1UL << 22, 16UL, 8UL), (_b.Get(0x2024, 4), _b.Get(0x2028, 4), _b.Get(0x202C, 4)));
        Assert.Equal((1UL << 16, 1UL, 1UL), (_b.Get(0x2030, 4), _b.Get(0x2034, 4), _b.Get(0x2038, 1)));
    }

    [Fact]
    public void What_was_written_is_read()
    {
        _b.Start();
        var bytes = new byte[80 << 10];
        new Random(1).NextBytes(bytes);
        Assert.Equal(Ok, _b.Write(17, bytes));
        Assert.Equal(1u, _b.LastUsed().Length);
        Assert.Equal(bytes, _image.Bytes.Slice(17 * 512, bytes.Length).ToArray());
        _b.Fill(VirtioBench.Data, new byte[bytes.Length]);
        Assert.Equal(Ok, _b.Request(In, 17, (uint)bytes.Length, toDevice: false));
        Assert.Equal((uint)bytes.Length + 1, _b.LastUsed().Length);
        Assert.Equal(bytes, _b.Bytes(VirtioBench.Data, bytes.Length));
    }

    [Theory]
    [InlineData(Sectors - 1, 512, Ok)]
    [InlineData(Sectors - 1, 1024, IoError)]
    [InlineData(Sectors, 512, IoError)]
    [InlineData(Sectors, 0, Ok)]
    [InlineData(Sectors + 1, 0, IoError)]
    [InlineData(0x80_0000_0000_0000, 512, IoError)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFF, 512, IoError)]
    [InlineData(0, 511, IoError)]
    [InlineData(0, 513, IoError)]
    [InlineData(0, 256 << 10, IoError)]                 // beyond what is mapped, but found before it is looked for
    public void A_place_that_is_none_is_an_error_and_nothing_moves(ulong sector, uint length, int status)
    {
        _b.Start();
        if (length == 256 << 10) sector = Sectors - 1;
        _image.Bytes.Fill(0x55);
        Assert.Equal(status, _b.Request(In, sector, length, toDevice: false));
        Assert.Equal((byte)(status == Ok && length != 0 ? 0x55 : 0), _b.Byte(VirtioBench.Data));
        Assert.Equal(status, _b.Request(Out, sector, length, toDevice: true));
        Assert.Equal((uint)1, _b.LastUsed().Length);
        if (status != Ok) Assert.Equal(-1, _image.Bytes.IndexOfAnyExcept((byte)0x55));
        Assert.Equal(0x0F, _b.Status);
    }

    [Theory]
    [InlineData(SecureErase)]
    [InlineData(2u)]
    [InlineData(10u)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_type_that_was_not_negotiated_is_unsupported(uint type)
    {
        _b.Start();
        Assert.Equal(Unsupported, _b.Request(type, 0, 512, toDevice: true));
        Assert.Equal(Unsupported, _b.Request(type, 0, 512, toDevice: false));
    }

    [Theory]
    [InlineData(20u, "disk-0123456789\0\0\0\0\0")]
    [InlineData(4u, "disk")]
    [InlineData(32u, "disk-0123456789\0\0\0\0\0\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC\xCC")]
    public void The_identification_has_twenty_bytes(uint length, string id)
    {
        _b.Start();
        _b.Fill(VirtioBench.Data, Enumerable.Repeat((byte)0xCC, 64).ToArray());
        Assert.Equal(Ok, _b.Request(GetId, 0, length, toDevice: false));
        Assert.Equal(id, System.Text.Encoding.Latin1.GetString(_b.Bytes(VirtioBench.Data, (int)length)));
    }

    [Theory]
    [InlineData(1UL << 9, false)]                        // FLUSH: write-back, the driver flushes
    [InlineData(0UL, true)]                              // neither: every write is durable
    [InlineData(1UL << 11, false)]                       // CONFIG_WCE: writeback is 1 after a reset
    public void A_driver_that_cannot_flush_gets_durable_writes(ulong features, bool isFlushed)
    {
        _b.Start(VirtioBench.Version1 | VirtioBench.AccessPlatform | features);
        var before = _image.Flushes;
        Assert.Equal(Ok, _b.Write(0, new byte[512]));
        Assert.Equal(isFlushed ? 1 : 0, _image.Flushes - before);
        Assert.Equal(Ok, _b.Request(Flush, 0, 0, toDevice: true));
        Assert.Equal(isFlushed ? 2 : 1, _image.Flushes - before);
    }

    [Fact]
    public void The_cache_can_be_switched_by_who_negotiated_it()
    {
        _b.Start();
        _b.Put(0x2020, 1, 0);
        Assert.Equal(1UL, _b.Get(0x2020, 1));
        _b.Start(VirtioBench.Usual | 1 << 11);
        var before = _image.Flushes;
        _b.Put(0x2020, 1, 0);
        Assert.Equal((0UL, 1), (_b.Get(0x2020, 1), _image.Flushes - before));
        Assert.Equal(Ok, _b.Write(0, new byte[512]));
        Assert.Equal(2, _image.Flushes - before);
        _b.Put(0x2020, 1, 1);
        Assert.Equal(Ok, _b.Write(0, new byte[512]));
        Assert.Equal(2, _image.Flushes - before);
        _b.Put(0x2020, 1, 0);
        _b.Put(0x14, 1, 0);
        Assert.Equal(1UL, _b.Get(0x2020, 1));
    }

    [Theory]
    [InlineData(WriteZeroes, "8:4:0", Ok)]
    [InlineData(WriteZeroes, "8:4:1", Ok)]
    [InlineData(WriteZeroes, "8:4:2", Unsupported)]
    [InlineData(WriteZeroes, "8:65537:0", IoError)]
    [InlineData(WriteZeroes, "2047:2:0", IoError)]
    [InlineData(WriteZeroes, "8:4:0 16:4:0", IoError)]
    [InlineData(WriteZeroes, "", IoError)]
    [InlineData(Discard, "8:4:0", Ok)]
    [InlineData(Discard, "8:4:0 100:0:0", Ok)]
    [InlineData(Discard, "8:4:1", Unsupported)]
    [InlineData(Discard, "8:4:0 9999:1:0", IoError)]
    [InlineData(Discard, "18446744073709551615:2:0", IoError)]
    [InlineData(Discard, "0:4294967295:0", IoError)]
    public void Ranges_become_zero(uint type, string ranges, int status)
    {
        _b.Start();
        _image.Bytes.Fill(0x55);
        Assert.Equal(status, RequestRanges(type, ranges));
        var first = _image.Bytes.IndexOfAnyExcept((byte)0x55);
        var last = _image.Bytes.LastIndexOfAnyExcept((byte)0x55);
        Assert.Equal(status == Ok ? (8 * 512, 12 * 512 - 1) : (-1, -1), (first, last));
    }

    [Fact]
    public void A_range_is_sixteen_bytes()
    {
        _b.Start();
        Assert.Equal(IoError, _b.Request(Discard, 0, 15, toDevice: true));
        Assert.Equal(IoError, _b.Request(Discard, 0, 17 * 16, toDevice: true));
        Assert.Equal(Ok, _b.Request(Discard, 0, 16 * 16, toDevice: true));
    }

    [Fact]
    public void A_read_only_disk_is_read_only()
    {
        using var b = new VirtioBench(new MemoryImage(4096, isReadOnly: true));
        b.Put(0, 4, 0);
        Assert.Equal(0x0E66UL, b.Get(4, 4) & 0xFFFF);
        b.Start();
        Assert.Equal(Ok, b.Request(In, 0, 512, toDevice: false));
        Assert.Equal(IoError, b.Write(0, new byte[512]));
        Assert.Equal(IoError, b.Write(0, []));
        foreach (var type in new[] { Discard, WriteZeroes })
        {
            b.Fill(VirtioBench.Data, [.. BitConverter.GetBytes(0UL), 1, 0, 0, 0, 0, 0, 0, 0]);
            Assert.Equal(IoError, b.Request(type, 0, 16, toDevice: true));
        }
        Assert.Equal(Ok, b.Request(Flush, 0, 0, toDevice: true));
    }

    [Theory]
    [InlineData(ImageOutcome.NoSpace)]
    [InlineData(ImageOutcome.IoError)]
    public void What_the_host_cannot_do_is_an_error_of_the_request(ImageOutcome failure)
    {
        _b.Start();
        Assert.Equal(Ok, _b.Write(0, new byte[512]));
        _image.Failure = failure;
        Assert.Equal(IoError, _b.Write(0, new byte[512]));
        Assert.Equal(IoError, _b.Request(In, 0, 512, toDevice: false));
        Assert.Equal(IoError, _b.Request(Flush, 0, 0, toDevice: true));
        Assert.Equal(IoError, RequestRanges(Discard, "0:1:0"));
        Assert.Equal(IoError, RequestRanges(WriteZeroes, "0:1:0"));
        _image.Failure = ImageOutcome.Done;
        Assert.Equal(Ok, _b.Write(0, new byte[512]));
        Assert.Equal(0x0F, _b.Status);
    }

    // "sector:count:flags"
    private static IEnumerable<byte> Range(string text)
    {
        var numbers = text.Split(':');
        return
        [
            .. BitConverter.GetBytes(ulong.Parse(numbers[0], CultureInfo.InvariantCulture)),
            .. BitConverter.GetBytes(uint.Parse(numbers[1], CultureInfo.InvariantCulture)),
            .. BitConverter.GetBytes(uint.Parse(numbers[2], CultureInfo.InvariantCulture)),
        ];
    }

    private int RequestRanges(uint type, string ranges)
    {
        var bytes = ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(Range).ToArray();
        _b.Fill(VirtioBench.Data, bytes);
        return _b.Request(type, 0, (uint)bytes.Length, toDevice: true);
    }
}

/// <summary>Memory whose every request can be made to fail.</summary>
internal sealed class FaultyImage(int length) : DiskImage((ulong)length, isReadOnly: false)
{
    private readonly MemoryImage _inner = new(length);

    /// <summary>How requests end; done lets them through.</summary>
    public ImageOutcome Failure { get; set; }
    public Span<byte> Bytes => _inner.Bytes;
    public int Flushes => _inner.Flushes;

    public override ImageOutcome Flush() => Failure == ImageOutcome.Done ? _inner.Flush() : Failure;
    protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes)
        => Failure == ImageOutcome.Done ? _inner.Read(offset, bytes) : Failure;
    protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes)
        => Failure == ImageOutcome.Done ? _inner.Write(offset, bytes) : Failure;
    protected override ImageOutcome OnDiscard(ulong offset, ulong length)
        => Failure == ImageOutcome.Done ? _inner.Discard(offset, length) : Failure;
    protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard)
        => Failure == ImageOutcome.Done ? _inner.WriteZeroes(offset, length, mayDiscard) : Failure;
}
