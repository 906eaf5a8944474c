using System.Numerics;
using System.Runtime.CompilerServices;

namespace S390Sim.Pci;

/// <summary>What a base address register opens, or a part of it: loaded from and stored to, values little-endian.</summary>
public interface IPciRegion
{
    /// <summary>Bytes; behind a BAR a power of two of at least 16.</summary>
    ulong Size { get; }

    /// <summary>Whether an access of this length, 1 to 8 bytes within a doubleword, is possible at an offset.</summary>
    bool Accepts(ulong offset, int length);

    /// <summary>Loads; the access was accepted.</summary>
    ulong Load(ulong offset, int length);

    /// <summary>Stores; the access was accepted.</summary>
    void Store(ulong offset, int length, ulong value);

    /// <summary>Back to what a reset leaves.</summary>
    void Reset()
    {
    }
}

/// <summary>Accesses to regions.</summary>
internal static class PciAccess
{
    /// <summary>Whether an access is of a power of two of bytes and naturally aligned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAligned(ulong offset, int length)
        => (offset & (ulong)(length - 1)) == 0 && BitOperations.IsPow2(length);
}

/// <summary>Several regions in one BAR. Between them is nothing: an access there is not accepted.</summary>
/// <param name="size">Bytes, a power of two.</param>
public sealed class RegionMap(ulong size) : IPciRegion
{
    private readonly record struct Part(ulong Start, ulong Size, IPciRegion Region);

    private Part[] _parts = [];
    private int _last;

    /// <inheritdoc/>
    public ulong Size => size;

    /// <summary>Places a region.</summary>
    /// <exception cref="ArgumentException">It leaves the BAR or overlaps another one.</exception>
    public RegionMap Add(ulong offset, IPciRegion region)
    {
        if (offset > size || region.Size > size - offset)
            throw new ArgumentException("the region leaves the BAR", nameof(offset));
        if (_parts.Any(p => offset < p.Start + p.Size && p.Start < offset + region.Size))
            throw new ArgumentException("the region overlaps another one", nameof(offset));
        _parts = [.. _parts, new Part(offset, region.Size, region)];
        return this;
    }

    /// <inheritdoc/>
    public bool Accepts(ulong offset, int length)
        => Find(ref offset) is { } region && (ulong)length <= region.Size - offset && region.Accepts(offset, length);

    /// <inheritdoc/>
    public ulong Load(ulong offset, int length) => Find(ref offset)!.Load(offset, length);

    /// <inheritdoc/>
    public void Store(ulong offset, int length, ulong value) => Find(ref offset)!.Store(offset, length, value);

    /// <inheritdoc/>
    public void Reset()
    {
        foreach (var part in _parts) part.Region.Reset();
    }

    // The offset becomes that in the region. What is asked whether it accepts an access is then accessed: it is found at once.
    private IPciRegion? Find(ref ulong offset)
    {
        for (var n = 0; n < _parts.Length; n++)
        {
            ref var part = ref _parts[_last];
            if (offset - part.Start < part.Size)
            {
                offset -= part.Start;
                return part.Region;
            }
            _last = _last + 1 < _parts.Length ? _last + 1 : 0;
        }
        return null;
    }
}
