namespace S390Sim.Pci.Tests;

/// <summary>What every image does, whatever is behind it.</summary>
[Collection("processes")]
public sealed class DiskImageTests : IDisposable
{
    private const int Length = 256 << 10;
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("raw")]
    [InlineData("memory")]
    public void What_was_written_is_read(string kind)
    {
        using var image = Open(kind);
        Assert.Equal((ulong)Length, image.Length);
        Assert.Equal(ImageOutcome.Done, image.Write(1000, [1, 2, 3, 4]));
        Assert.Equal(ImageOutcome.Done, image.Flush());
        var bytes = new byte[6];
        Assert.Equal(ImageOutcome.Done, image.Read(999, bytes));
        Assert.Equal([0, 1, 2, 3, 4, 0], bytes);
        Assert.Equal(ImageOutcome.Done, image.WriteZeroes(1001, 2, false));
        Assert.Equal(ImageOutcome.Done, image.Read(999, bytes));
        Assert.Equal([0, 1, 0, 0, 4, 0], bytes);
    }

    [Theory]
    [InlineData("raw", Length, 1)]
    [InlineData("raw", Length - 1, 2)]
    [InlineData("raw", ulong.MaxValue, 2)]
    [InlineData("memory", Length - 1, 2)]
    [InlineData("memory", ulong.MaxValue, 1)]
    public void Nothing_reaches_beyond_the_end(string kind, ulong offset, int count)
    {
        using var image = Open(kind);
        var bytes = new byte[count];
        Assert.Equal(ImageOutcome.OutOfRange, image.Read(offset, bytes));
        Assert.Equal(ImageOutcome.OutOfRange, image.Write(offset, bytes));
        Assert.Equal(ImageOutcome.OutOfRange, image.Discard(offset, (ulong)count));
        Assert.Equal(ImageOutcome.OutOfRange, image.WriteZeroes(offset, (ulong)count, true));
        Assert.Equal(Length, new FileInfo(_folder.Create("other", Length)).Length);
        Assert.Equal(ImageOutcome.Done, image.Write(Length, []));
        Assert.Equal(ImageOutcome.Done, image.Discard(Length, 0));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("memory")]
    public void A_read_only_image_is_read_only(string kind)
    {
        using var image = Open(kind, isReadOnly: true);
        Assert.Equal(ImageOutcome.ReadOnly, image.Write(0, [1]));
        Assert.Equal(ImageOutcome.ReadOnly, image.Discard(0, 512));
        Assert.Equal(ImageOutcome.ReadOnly, image.WriteZeroes(0, 512, true));
        Assert.Equal(ImageOutcome.Done, image.Flush());
        Assert.Equal(ImageOutcome.Done, image.Read(0, new byte[512]));
    }

    // The memory image is the model; the file is closed and opened again now and then.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_file_holds_what_memory_holds(int seed)
    {
        var random = new Random(seed);
        using var model = new MemoryImage(Length);
        var raw = Open("raw");
        for (var n = 0; n < 600; n++)
        {
            var offset = (ulong)random.Next(Length + 100);
            var bytes = new byte[random.Next(1, 20_000)];
            random.NextBytes(bytes);
            var count = (ulong)bytes.Length;
            var (expected, outcome) = random.Next(3) switch
            {
                0 => (model.Write(offset, bytes), raw.Write(offset, bytes)),
                1 => (model.WriteZeroes(offset, count, true), raw.WriteZeroes(offset, count, true)),
                _ => (model.WriteZeroes(offset, count, false), raw.WriteZeroes(offset, count, false)),
            };
            Assert.Equal(expected, outcome);
            if (n % 50 == 49)
            {
                raw.Dispose();
                raw = Open("raw");
            }
        }
        raw.Dispose();
        Assert.Equal(Convert.ToHexString(model.Bytes), Convert.ToHexString(File.ReadAllBytes(_folder.Path("disk"))));
    }

    [Fact]
    public void Discarding_gives_the_room_back()
    {
        using var image = Open("raw");
        var ones = Enumerable.Repeat((byte)0xFF, Length).ToArray();
        Assert.Equal(ImageOutcome.Done, image.Write(0, ones));
        Assert.Equal(ImageOutcome.Done, image.Discard(4096, 8192));
        var bytes = new byte[Length];
        Assert.Equal(ImageOutcome.Done, image.Read(0, bytes));
        Assert.Equal(4096, Array.IndexOf(bytes, (byte)0));
        Assert.Equal(4096 + 8192 - 1, Array.LastIndexOf(bytes, (byte)0));
    }

    private DiskImage Open(string kind, bool isReadOnly = false)
    {
        if (kind == "memory") return new MemoryImage(Length, isReadOnly);
        if (!File.Exists(_folder.Path("disk"))) _folder.Create("disk", Length);
        return RawImage.Open(_folder.Path("disk"), isReadOnly, 512, out var refusal)
            ?? throw new InvalidOperationException(refusal);
    }
}

/// <summary>A folder for image files, gone with the test.</summary>
internal sealed class ImageFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-images-");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>A file of zeroes.</summary>
    public string Create(string name, long length)
    {
        using var file = File.Create(Path(name));
        file.SetLength(length);
        return Path(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
