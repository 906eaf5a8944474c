using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest's absolute storage as its hypervisor sees it: memory slots backed by host frames that are provided when first
/// touched. Guest memory is host memory; there is no second copy.
/// </summary>
public sealed class GuestMemory : IAbsoluteStorage, IDisposable
{
    private readonly Storage _storage;
    private readonly HostFrames _frames;
    private readonly Gmap _gmap;

    /// <summary>Makes a guest's storage: one memory slot from 0.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="frames">Where its frames come from.</param>
    /// <param name="size">Bytes; a positive multiple of 4096.</param>
    public GuestMemory(Storage storage, HostFrames frames, ulong size)
    {
        _storage = storage;
        _frames = frames;
        _gmap = new Gmap(storage, frames);
        Size = size;
    }

    /// <inheritdoc/>
    public ulong Size { get; }

    /// <summary>The translation tables that SIE uses.</summary>
    public Gmap Map => _gmap;

    /// <summary>Pages that have a frame.</summary>
    public ulong ResidentPages { get; private set; }

    /// <summary>Finds the host absolute address of a guest byte, providing the frame if need be.</summary>
    /// <returns>False when the guest has no storage there, or the host none left.</returns>
    public bool TryResolve(ulong guest, out ulong absolute)
    {
        absolute = 0;
        if (guest >= Size) return false;
        if (_gmap.TryTranslate(guest, out absolute)) return true;
        if (!_frames.TryAllocate(Storage.PageSize, Storage.PageSize, out var frame)) return false;
        if (!_gmap.TryMap(guest, frame))
        {
            _frames.Free(frame, Storage.PageSize);
            return false;
        }
        ResidentPages++;
        absolute = frame | (guest & 0xFFF);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        if (!IsInstalled(address, (ulong)bytes.Length)) return false;
        for (var done = 0; done < bytes.Length;)
        {
            var piece = Piece(address + (ulong)done, bytes.Length - done);
            if (!TryResolve(address + (ulong)done, out var absolute)) return false;
            _storage.Read(absolute, piece).CopyTo(bytes[done..]);
            done += piece;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!IsInstalled(address, (ulong)bytes.Length)) return false;
        for (var done = 0; done < bytes.Length;)
        {
            var piece = Piece(address + (ulong)done, bytes.Length - done);
            if (!TryResolve(address + (ulong)done, out var absolute)) return false;
            _storage.Write(absolute, bytes.Slice(done, piece));
            done += piece;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryOr(ulong address, byte bits, out byte old)
    {
        old = 0;
        return TryResolve(address, out var absolute) && _storage.TryOr(absolute, bits, out old);
    }

    /// <inheritdoc/>
    public bool TryReadKey(ulong address, out byte key)
    {
        key = 0;
        return TryResolve(address, out var absolute) && _storage.TryReadKey(absolute, out key);
    }

    private bool IsInstalled(ulong address, ulong length) => length <= Size && address <= Size - length;

    private static int Piece(ulong address, int rest) => Math.Min(rest, (int)(Storage.PageSize - (address & 0xFFF)));

    /// <summary>Returns every frame and table to the host; no page may be pinned any more.</summary>
    public void Dispose()
    {
        ResidentPages -= _gmap.Release();
        _gmap.Dispose();
    }
}
