namespace S390Sim.Pci;

/// <summary>How a request to a disk image ended.</summary>
public enum ImageOutcome
{
    /// <summary>As asked.</summary>
    Done,
    /// <summary>Some of the range lies beyond the end; nothing was done.</summary>
    OutOfRange,
    /// <summary>The image may not be changed; nothing was done.</summary>
    ReadOnly,
    /// <summary>The host has no room for the data; what the range holds is undefined.</summary>
    NoSpace,
    /// <summary>The host failed; what the range holds is undefined.</summary>
    IoError,
}

/// <summary>
/// What a block device keeps its data in: a row of bytes of fixed length. The cache is write-back: a write that is done can be
/// read by everybody and survives the end of the simulator, however it comes; what was done before a flush that is done
/// survives the host's end too. Nothing here throws.
/// </summary>
public abstract class DiskImage : IDisposable
{
    /// <summary>Makes an image.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="isReadOnly">Whether it may not be changed.</param>
    protected DiskImage(ulong length, bool isReadOnly)
    {
        Length = length;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>Whether it may not be changed.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Reads bytes.</summary>
    public ImageOutcome Read(ulong offset, Span<byte> bytes)
        => Contains(offset, (ulong)bytes.Length) ? OnRead(offset, bytes) : ImageOutcome.OutOfRange;

    /// <summary>Writes bytes.</summary>
    public ImageOutcome Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        var outcome = AdmitChange(offset, (ulong)bytes.Length);
        return outcome == ImageOutcome.Done ? OnWrite(offset, bytes) : outcome;
    }

    /// <summary>
    /// Makes durable what was written. Once this failed it fails for good: the host may have dropped what it could not write.
    /// </summary>
    public abstract ImageOutcome Flush();

    /// <summary>Gives the room of a range back where the host can: a hint, after which the bytes are as before or zero.</summary>
    public ImageOutcome Discard(ulong offset, ulong length)
    {
        var outcome = AdmitChange(offset, length);
        return outcome == ImageOutcome.Done && length != 0 ? OnDiscard(offset, length) : outcome;
    }

    /// <summary>Makes a range zero.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="mayDiscard">Whether the host may give the room back.</param>
    public ImageOutcome WriteZeroes(ulong offset, ulong length, bool mayDiscard)
    {
        var outcome = AdmitChange(offset, length);
        return outcome == ImageOutcome.Done && length != 0 ? OnWriteZeroes(offset, length, mayDiscard) : outcome;
    }

    /// <summary>Bytes of a block of <see cref="Blocks"/>.</summary>
    public const int ContentBlock = 4096;

    /// <summary>
    /// The blocks of 4 KB that hold data, in order of offset, each with a digest: what tells two images apart, and where. Blocks
    /// of zeros are left out, and so are those that cannot be read.
    /// </summary>
    public virtual IEnumerable<ImageBlock> Blocks()
    {
        var bytes = new byte[ContentBlock];
        for (ulong offset = 0; offset < Length; offset += ContentBlock)
        {
            var length = (int)Math.Min(ContentBlock, Length - offset);
            if (OnRead(offset, bytes.AsSpan(0, length)) == ImageOutcome.Done
                && bytes.AsSpan(0, length).ContainsAnyExcept((byte)0))
                yield return ImageBlock.Of(offset, bytes.AsSpan(0, length));
        }
    }

    /// <summary>Lets go of what is behind the image; does not flush.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads; the range is inside.</summary>
    protected abstract ImageOutcome OnRead(ulong offset, Span<byte> bytes);

    /// <summary>Writes; the range is inside and the image may be changed.</summary>
    protected abstract ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes);

    /// <summary>Discards at least one byte; admitted as for writing.</summary>
    protected abstract ImageOutcome OnDiscard(ulong offset, ulong length);

    /// <summary>Makes at least one byte zero; admitted as for writing.</summary>
    protected abstract ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard);

    /// <summary>Lets go of what the host keeps open.</summary>
    protected virtual void Dispose(bool disposing) { }

    private ImageOutcome AdmitChange(ulong offset, ulong length)
        => IsReadOnly ? ImageOutcome.ReadOnly : Contains(offset, length) ? ImageOutcome.Done : ImageOutcome.OutOfRange;

    private bool Contains(ulong offset, ulong length) => offset <= Length && length <= Length - offset;
}
