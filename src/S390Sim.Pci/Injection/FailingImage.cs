namespace S390Sim.Pci;

/// <summary>A disk image some of whose requests end in an I/O error, with nothing done, as a plan says.</summary>
/// <param name="inner">The image with the data.</param>
/// <param name="failures">The plan.</param>
/// <param name="fid">The function that the image belongs to.</param>
public sealed class FailingImage(DiskImage inner, FailureInjection failures, uint fid) : DiskImage(inner.Length, inner.IsReadOnly)
{
    /// <inheritdoc/>
    public override ImageOutcome Flush() => Fails(InjectionPoint.ImageFlush) ? ImageOutcome.IoError : inner.Flush();

    /// <summary>Looking at the data is no occasion.</summary>
    public override IEnumerable<ImageBlock> Blocks() => inner.Blocks();

    /// <inheritdoc/>
    protected override ImageOutcome OnRead(ulong offset, Span<byte> bytes)
        => Fails(InjectionPoint.ImageRead) ? ImageOutcome.IoError : inner.Read(offset, bytes);

    /// <inheritdoc/>
    protected override ImageOutcome OnWrite(ulong offset, ReadOnlySpan<byte> bytes)
        => Fails(InjectionPoint.ImageWrite) ? ImageOutcome.IoError : inner.Write(offset, bytes);

    /// <inheritdoc/>
    protected override ImageOutcome OnDiscard(ulong offset, ulong length)
        => Fails(InjectionPoint.ImageWrite) ? ImageOutcome.IoError : inner.Discard(offset, length);

    /// <inheritdoc/>
    protected override ImageOutcome OnWriteZeroes(ulong offset, ulong length, bool mayDiscard)
        => Fails(InjectionPoint.ImageWrite) ? ImageOutcome.IoError : inner.WriteZeroes(offset, length, mayDiscard);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private bool Fails(InjectionPoint point) => failures.Next(point, fid) is not null;
}
