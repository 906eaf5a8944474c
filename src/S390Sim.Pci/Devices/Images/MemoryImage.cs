namespace S390Sim.Pci;

/// <summary>An image in the simulator's memory, zero at first and gone with it.</summary>
/// <param name="length">Bytes.</param>
/// <param name="isReadOnly">Whether it may not be changed.</param>
public sealed class MemoryImage(int length, bool isReadOnly = false) : DiskImage((ulong)length, isReadOnly)
{
    private readonly byte[] _bytes = new byte[length];

    /// <summary>The bytes, whether or not the image may be changed.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>Flushes that were asked for.</summary>
    public int Flushes { get; private set; }

    /// <inheritdoc/>
    public override ImageOutcome Flush()
    {
        Flushes++;
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes)
    {
        _bytes.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan((int)offset));
        return ImageOutcome.Done;
    }

    /// <inheritdoc/>
    protected override ImageOutcome OnDiscard(ulong offset, ulong length) => OnWriteZeroes(offset, length, true);

    /// <inheritdoc/>
    protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard)
    {
        _bytes.AsSpan((int)offset, (int)length).Clear();
        return ImageOutcome.Done;
    }
}
