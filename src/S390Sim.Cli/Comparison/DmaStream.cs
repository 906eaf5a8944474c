using System.Buffers.Binary;
using System.Numerics;
using S390Sim.Iommu;

namespace S390Sim.Cli.Comparison;

/// <summary>
/// The accesses of one function to storage, in order: counts, a digest of all, and one of each for the first ones.
/// </summary>
/// <param name="fid">Function identifier.</param>
internal sealed class DmaStream(uint fid)
{
    /// <summary>
    /// Accesses that are told apart one by one: 2^20 of them take 8 MB. Of later ones only the digest of all tells.
    /// </summary>
    private const int Kept = 1 << 20;

    private const ulong Refusal = 0x9E37_79B9_7F4A_7C15, Store = 0xD1B5_4A32_D192_ED03;

    private readonly List<ulong> _each = [];

    public uint Fid => fid;
    /// <summary>Accesses, a piece for each page, refused ones included.</summary>
    public ulong Accesses { get; private set; }
    public ulong BytesRead { get; private set; }
    public ulong BytesWritten { get; private set; }
    public ulong Refused { get; private set; }
    /// <summary>Digest of all accesses.</summary>
    public ulong Digest { get; private set; }

    public void Add(IoAccess access, ReadOnlySpan<byte> bytes)
    {
        if (access == IoAccess.Read) BytesRead += (ulong)bytes.Length;
        else BytesWritten += (ulong)bytes.Length;
        Add(Mix(bytes, access == IoAccess.Read ? 0 : Store));
    }

    public void Refuse(IoAccess access)
    {
        Refused++;
        Add(Mix([], Refusal ^ (access == IoAccess.Read ? 0 : Store)));
    }

    /// <summary>
    /// The first access, from 1, in which two streams differ; null when they are alike. Beyond the ones kept it is the next.
    /// </summary>
    public static ulong? FirstDifference(DmaStream one, DmaStream other)
    {
        if (one.Accesses == other.Accesses && one.Digest == other.Digest) return null;
        var common = Math.Min(one._each.Count, other._each.Count);
        for (var n = 0; n < common; n++)
        {
            if (one._each[n] != other._each[n]) return (ulong)n + 1;
        }
        return (ulong)common + 1;
    }

    private void Add(ulong access)
    {
        Accesses++;
        if (_each.Count < Kept) _each.Add(access);
        Digest = (BitOperations.RotateLeft(Digest, 23) ^ access) * Refusal;
    }

    // Eight bytes at a time; not meant to withstand somebody who wants two to be alike.
    private static ulong Mix(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = seed ^ (ulong)bytes.Length * Store;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = (BitOperations.RotateLeft(hash, 29) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Refusal;
        foreach (var one in bytes) hash = (BitOperations.RotateLeft(hash, 29) ^ one) * Store;
        return hash ^ (hash >> 31);
    }
}
