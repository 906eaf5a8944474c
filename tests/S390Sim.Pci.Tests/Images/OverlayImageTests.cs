namespace S390Sim.Pci.Tests.Images;

/// <summary>An image over another one, against one that is simply changed.</summary>
public sealed class OverlayImageTests
{
    // No multiple of a block: the last one is a part of one.
    private const int Length = 5 * DiskImage.ContentBlock + 1536;

    private static MemoryImage Filled(int seed)
    {
        var image = new MemoryImage(Length);
        new Random(seed).NextBytes(image.Bytes);
        image.Bytes.Slice(DiskImage.ContentBlock, DiskImage.ContentBlock).Clear();
        return image;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ReadsAsIfItWereChangedAndLeavesTheOtherAlone(int seed)
    {
        var random = new Random(seed);
        using var inner = Filled(seed);
        var before = inner.Bytes.ToArray();
        using var model = Filled(seed);
        using var overlay = new OverlayImage(inner);
        for (var n = 0; n < 300; n++)
        {
            var offset = (ulong)random.Next(Length + 600);
            var length = random.Next(1, n % 3 == 0 ? 9000 : 600);
            var bytes = new byte[length];
            var read = new byte[length];
            random.NextBytes(bytes);
            switch (random.Next(4))
            {
                case 0: Assert.Equal(model.Write(offset, bytes), overlay.Write(offset, bytes)); break;
                case 1:
                    var zeroed = model.WriteZeroes(offset, (ulong)length, true);
                    Assert.Equal(zeroed, overlay.WriteZeroes(offset, (ulong)length, true));
                    break;
                case 2: Assert.Equal(model.Discard(offset, (ulong)length), overlay.Discard(offset, (ulong)length)); break;
                default:
                    Assert.Equal(model.Read(offset, bytes), overlay.Read(offset, read));
                    if (offset + (ulong)length <= Length) Assert.Equal(bytes, read);
                    break;
            }
        }
        Assert.Equal(before, inner.Bytes.ToArray());
        Assert.Equal(Changed(before, model.Bytes), overlay.Blocks().Select(b => b.Offset));
        Assert.All(overlay.Blocks(), b => Assert.Equal(ImageBlock.Of(b.Offset, Block(model.Bytes, b.Offset)), b));
        Assert.Equal(ImageOutcome.Done, overlay.Flush());
    }

    private static List<ulong> Changed(byte[] before, Span<byte> after)
    {
        List<ulong> offsets = [];
        for (ulong at = 0; at < Length; at += DiskImage.ContentBlock)
        {
            if (!Block(before, at).SequenceEqual(Block(after, at))) offsets.Add(at);
        }
        return offsets;
    }

    private static Span<byte> Block(Span<byte> bytes, ulong offset)
        => bytes[(int)offset..Math.Min(Length, (int)offset + DiskImage.ContentBlock)];

    [Fact]
    public void MayBeReadOnly()
    {
        using var inner = Filled(1);
        using var overlay = new OverlayImage(inner, isReadOnly: true);
        Assert.Equal(ImageOutcome.ReadOnly, overlay.Write(0, [1]));
        Assert.Empty(overlay.Blocks());
    }

    /// <summary>What was put back is no change.</summary>
    [Fact]
    public void TellsChangesOnly()
    {
        using var inner = Filled(1);
        using var overlay = new OverlayImage(inner);
        var old = inner.Bytes[7];
        overlay.Write(7, [(byte)~old]);
        Assert.Equal([0UL], overlay.Blocks().Select(b => b.Offset));
        overlay.Write(7, [old]);
        Assert.Empty(overlay.Blocks());
    }

    /// <summary>An image of its own: all that is not zero, by content.</summary>
    [Fact]
    public void BlocksOfAnImageAreThoseWithData()
    {
        using var image = Filled(1);
        Assert.Equal([0UL, 2, 3, 4, 5], image.Blocks().Select(b => b.Offset / DiskImage.ContentBlock));
        using var other = Filled(1);
        Assert.Equal(image.Blocks(), other.Blocks());
        other.Write(Length - 1, [(byte)~other.Bytes[^1]]);
        Assert.Equal([5UL], image.Blocks().Except(other.Blocks()).Select(b => b.Offset / DiskImage.ContentBlock));
    }
}
