using Microsoft.Extensions.ObjectPool;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// Frames whose host entries were removed but which are still pinned, and the range that must be flushed before they are
/// unpinned. Bounded, pooled, and reused without allocating.
/// </summary>
public sealed class RefreshBatch : IResettable
{
    /// <summary>Frames in a batch: one flush for so many pages.</summary>
    public const int Capacity = 256;

    private const ulong Dirty = 1;      // frames are aligned: bit 63 is free to say that the device could store

    private readonly ulong[] _frames = new ulong[Capacity];
    private ulong _first, _last;

    /// <summary>Frames held.</summary>
    public int Count { get; private set; }
    /// <summary>Whether anything must be flushed.</summary>
    public bool HasRange { get; private set; }
    /// <summary>Whether the batch must be completed before more is added.</summary>
    public bool IsFull => Count == Capacity;
    /// <summary>First I/O virtual address to flush.</summary>
    public ulong Start => _first;
    /// <summary>Bytes to flush.</summary>
    public ulong Length => _last - _first + Storage.PageSize;

    /// <summary>A frame's host absolute address.</summary>
    public ulong Frame(int index) => _frames[index] & ~Dirty;
    /// <summary>Whether the device could store into a frame.</summary>
    public bool IsDirty(int index) => (_frames[index] & Dirty) != 0;

    /// <summary>Adds a frame whose entry at an I/O virtual address was removed.</summary>
    public void Add(ulong iova, ulong frame, bool isDirty)
    {
        Extend(iova);
        _frames[Count++] = frame | (isDirty ? Dirty : 0);
    }

    /// <summary>Adds an I/O virtual address to what must be flushed.</summary>
    public void Extend(ulong iova)
    {
        _first = HasRange ? Math.Min(_first, iova) : iova;
        _last = HasRange ? Math.Max(_last, iova) : iova;
        HasRange = true;
    }

    /// <summary>Empties the batch.</summary>
    public void Reset() => (Count, HasRange) = (0, false);

    /// <inheritdoc/>
    public bool TryReset()
    {
        Reset();
        return true;
    }
}
