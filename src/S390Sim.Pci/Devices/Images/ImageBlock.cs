using System.Buffers.Binary;
using System.Security.Cryptography;

namespace S390Sim.Pci;

/// <summary>A block of a disk image by its digest.</summary>
/// <param name="Offset">Where it is, in bytes.</param>
/// <param name="Digest">First half of the SHA-256 of its bytes.</param>
public readonly record struct ImageBlock(ulong Offset, UInt128 Digest)
{
    /// <summary>The block of some bytes.</summary>
    public static ImageBlock Of(ulong offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return new(offset, BinaryPrimitives.ReadUInt128BigEndian(digest));
    }
}
