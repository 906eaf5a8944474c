using System.Buffers.Binary;
using System.Numerics;

namespace S390Sim.Pci;

/// <summary>A namespace: an image seen as logical blocks.</summary>
/// <param name="image">The bytes; a rest that is no whole block is out of reach. The namespace disposes of it.</param>
/// <param name="blockSize">Bytes of a block, a power of two from 512 to 4096.</param>
public sealed class NvmeNamespace(DiskImage image, int blockSize) : IDisposable
{
    /// <summary>The bytes.</summary>
    public DiskImage Image => image;
    /// <summary>Bytes of a block.</summary>
    public int BlockSize => blockSize;
    /// <summary>Blocks.</summary>
    public ulong Blocks => image.Length / (ulong)blockSize;

    /// <inheritdoc/>
    public void Dispose() => image.Dispose();

    /// <summary>Whether a range of blocks is inside.</summary>
    internal bool Contains(ulong start, ulong blocks) => start <= Blocks && blocks <= Blocks - start;

    /// <summary>Offset of a block in the image.</summary>
    internal ulong OffsetOf(ulong block) => block * (ulong)blockSize;

    /// <summary>The Identify Namespace data structure (NVMe 1.4, figure 245); the bytes are zero.</summary>
    internal void Describe(Span<byte> bytes)
    {
        const byte canZeroByDeallocating = 0x08, writeProtected = 0x01;
        foreach (var at in (ReadOnlySpan<int>)[0, 8, 16])          // size, capacity, utilization
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], Blocks);
        bytes[33] = canZeroByDeallocating;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], image.Length);
        bytes[99] = image.IsReadOnly ? writeProtected : (byte)0;
        bytes[130] = (byte)BitOperations.Log2((uint)blockSize);    // LBA format 0, no metadata
    }
}
