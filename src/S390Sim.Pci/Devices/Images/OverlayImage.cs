namespace S390Sim.Pci;

/// <summary>
/// An image over another one, which stays as it is: what is changed is kept in the simulator's memory, in blocks of 4 KB, and is
/// gone with it.
/// </summary>
/// <param name="inner">The image below; the overlay owns it.</param>
/// <param name="isReadOnly">Whether the overlay may not be changed.</param>
public sealed class OverlayImage(DiskImage inner, bool isReadOnly = false) : DiskImage(inner.Length, isReadOnly)
{
    private readonly Dictionary<ulong, byte[]> _changed = [];

    /// <inheritdoc/>
    public override ImageOutcome Flush() => ImageOutcome.Done;

    /// <summary>Only blocks that hold something else than the image below: those of zeros too.</summary>
    public override IEnumerable<ImageBlock> Blocks()
    {
        var below = new byte[ContentBlock];
        foreach (var (offset, block) in _changed.OrderBy(b => b.Key))
        {
            if (inner.Read(offset, below.AsSpan(0, block.Length)) != ImageOutcome.Done
                || !block.AsSpan().SequenceEqual(below.AsSpan(0, block.Length)))
                yield return ImageBlock.Of(offset, block);
        }
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (start, at, length) = Piece(offset, (ulong)bytes.Length);
            var outcome = ImageOutcome.Done;
            if (_changed.TryGetValue(start, out var block)) block.AsSpan(at, length).CopyTo(bytes);
            else outcome = inner.Read(offset, bytes[..length]);
            if (outcome != ImageOutcome.Done) return outcome;
            bytes = bytes[length..];
            offset += (ulong)length;
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (start, at, length) = Piece(offset, (ulong)bytes.Length);
            var outcome = Provide(start, length, out var block);
            if (outcome != ImageOutcome.Done) return outcome;
            bytes[..length].CopyTo(block.AsSpan(at));
            bytes = bytes[length..];
            offset += (ulong)length;
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnDiscard(ulong offset, ulong length) => OnWriteZeroes(offset, length, true);

    /// <inheritdoc/>
    protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard)
    {
        while (length != 0)
        {
            var (start, at, piece) = Piece(offset, length);
            if (piece == ContentBlock) _changed[start] = s_zeros;
            else
            {
                var outcome = Provide(start, piece, out var block);
                if (outcome != ImageOutcome.Done) return outcome;
                block.AsSpan(at, piece).Clear();
            }
            length -= (ulong)piece;
            offset += (ulong)piece;
        }
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    // Stands for each block that was cleared whole: a guest may discard more than there is memory.
    private static readonly byte[] s_zeros = new byte[ContentBlock];

    private static (ulong Start, int At, int Length) Piece(ulong offset, ulong rest)
    {
        var at = (int)(offset % ContentBlock);
        return (offset - (ulong)at, at, (int)Math.Min(rest, (ulong)(ContentBlock - at)));
    }

    // A block that is going to be changed whole need not be read.
    private ImageOutcome Provide(ulong start, int changed, out byte[] block)
    {
        if (_changed.TryGetValue(start, out block!))
        {
            if (block == s_zeros) _changed[start] = block = new byte[ContentBlock];
            return ImageOutcome.Done;
        }
        block = new byte[(int)Math.Min(ContentBlock, Length - start)];
        var outcome = changed == block.Length ? ImageOutcome.Done : inner.Read(start, block);
        if (outcome == ImageOutcome.Done) _changed.Add(start, block);
        return outcome;
    }
}
