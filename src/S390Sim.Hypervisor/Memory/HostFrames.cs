using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The host's allocator of 4 KB frames of its own absolute storage: guest memory, translation tables, state descriptions.
/// It hands out the lowest free place, so that a run is reproducible, and keeps the pin count of every frame.
/// </summary>
public sealed class HostFrames : ITableMemory
{
    private const ulong FrameSize = Storage.PageSize;

    private readonly Storage _storage;
    private readonly ulong _first;
    private readonly bool[] _used;
    private readonly bool[] _given;     // ever: all others are zeros as the storage came
    private readonly ushort[] _pins;
    private ulong _lowestFree;

    /// <summary>Manages a storage from an address up; below it lies what the host has fixed, such as its lowcore.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="start">First managed absolute address; a multiple of 4096.</param>
    public HostFrames(Storage storage, ulong start)
    {
        _storage = storage;
        _first = start / FrameSize;
        _lowestFree = _first;
        _used = new bool[storage.Size / FrameSize];
        _given = new bool[storage.Size / FrameSize];
        _pins = new ushort[storage.Size / FrameSize];
    }

    /// <summary>Frames in use.</summary>
    public ulong InUse { get; private set; }

    /// <summary>Allocates zeroed contiguous storage.</summary>
    /// <param name="size">Bytes; rounded up to whole frames.</param>
    /// <param name="alignment">A power of two of at least 4096.</param>
    /// <param name="absolute">Host absolute address.</param>
    /// <returns>False when no free place is large enough.</returns>
    public bool TryAllocate(ulong size, ulong alignment, out ulong absolute)
    {
        var frames = (size + FrameSize - 1) / FrameSize;
        var step = Math.Max(alignment / FrameSize, 1);
        for (var start = RoundUp(_lowestFree, step); start + frames <= (ulong)_used.Length; start += step)
        {
            if (!IsFree(start, frames)) continue;
            Take(start, frames);
            absolute = start * FrameSize;
            return true;
        }
        absolute = 0;
        return false;
    }

    /// <summary>Returns storage that <see cref="TryAllocate"/> gave.</summary>
    /// <exception cref="InvalidOperationException">A frame is free already, or still pinned.</exception>
    public void Free(ulong absolute, ulong size)
    {
        var start = absolute / FrameSize;
        var frames = (size + FrameSize - 1) / FrameSize;
        for (var frame = start; frame < start + frames; frame++)
        {
            if (!_used[frame] || _pins[frame] != 0)
                throw new InvalidOperationException($"frame 0x{frame * FrameSize:x} is freed while {(_used[frame] ? "pinned" : "free")}");
            _used[frame] = false;
        }
        InUse -= frames;
        _lowestFree = Math.Min(_lowestFree, start);
    }

    /// <summary>How often the frame at an absolute address is pinned.</summary>
    public int Pins(ulong absolute) => _pins[absolute / FrameSize];

    /// <summary>Whether the frame at an absolute address is allocated.</summary>
    public bool IsAllocated(ulong absolute) => _used[absolute / FrameSize];

    /// <summary>Counts one more pin on a frame; false when the count is at its maximum.</summary>
    public bool TryPin(ulong absolute)
    {
        ref var pins = ref _pins[absolute / FrameSize];
        if (pins == ushort.MaxValue) return false;
        pins++;
        return true;
    }

    /// <summary>Takes one pin off a frame.</summary>
    /// <exception cref="InvalidOperationException">The frame is not pinned.</exception>
    public void Unpin(ulong absolute)
    {
        ref var pins = ref _pins[absolute / FrameSize];
        if (pins == 0) throw new InvalidOperationException($"frame 0x{absolute:x} is unpinned once too often");
        pins--;
    }

    /// <summary>Sum of all pins, for the audit of a run's end.</summary>
    public ulong TotalPins()
    {
        ulong total = 0;
        foreach (var pins in _pins) total += pins;
        return total;
    }

    private bool IsFree(ulong start, ulong frames)
    {
        for (var frame = start; frame < start + frames; frame++)
        {
            if (_used[frame]) return false;
        }
        return true;
    }

    private void Take(ulong start, ulong frames)
    {
        for (var frame = start; frame < start + frames; frame++) _used[frame] = true;
        InUse += frames;
        while (_lowestFree < (ulong)_used.Length && _used[_lowestFree]) _lowestFree++;
        for (var frame = start; frame < start + frames; frame++) Clear(frame);
    }

    // What was never given is not touched: a guest that is pinned whole takes no memory before it is used.
    private unsafe void Clear(ulong frame)
    {
        if (!_given[frame])
        {
            _given[frame] = true;
            return;
        }
        new Span<byte>(_storage.Base + frame * FrameSize, (int)FrameSize).Clear();
        _storage.Written(frame * FrameSize, (int)FrameSize);
    }

    private static ulong RoundUp(ulong value, ulong step) => (value + step - 1) / step * step;
}
