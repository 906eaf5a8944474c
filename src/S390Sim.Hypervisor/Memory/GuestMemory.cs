using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// A guest's absolute storage as its hypervisor sees it: memory slots backed by host frames that are provided when first
/// touched. Guest memory is host memory; there is no second copy.
/// </summary>
public sealed partial class GuestMemory : IAbsoluteStorage, IDisposable
{
    private const ulong InPage = Storage.PageSize - 1;

    private readonly Storage _storage;
    private readonly HostFrames _frames;
    private readonly Gmap _gmap;
    private readonly ulong[] _guestOf;      // guest page of a frame; Nobody for all others
    private const ulong Nobody = ulong.MaxValue;

    /// <summary>Makes a guest's storage: one memory slot from 0.</summary>
    /// <param name="storage">Host absolute storage.</param>
    /// <param name="frames">Where its frames come from.</param>
    /// <param name="size">Bytes; a positive multiple of 4096.</param>
    public GuestMemory(Storage storage, HostFrames frames, ulong size)
    {
        _storage = storage;
        _frames = frames;
        _gmap = new Gmap(storage, frames);
        _guestOf = new ulong[storage.Size / Storage.PageSize];
        Array.Fill(_guestOf, Nobody);
        if (_slots.Add(0, 0, size, SlotFlags.None) != SlotStatus.Ok)
            throw new ArgumentOutOfRangeException(nameof(size), size, "storage is a positive multiple of 4096 bytes, at most 4 TB");
    }

    /// <summary>First address behind all storage; there may be none at lower addresses, too.</summary>
    public ulong Size => _slots.End;

    /// <summary>The translation tables that SIE uses.</summary>
    public Gmap Map => _gmap;

    /// <summary>Pages that have a frame.</summary>
    public ulong ResidentPages { get; private set; }

    /// <summary>Increases whenever a page loses its frame: what was found of it before is no longer true.</summary>
    internal ulong Generation { get; private set; }

    /// <summary>Finds the host absolute address of a guest byte to be fetched, providing the frame if need be.</summary>
    /// <returns>False when the guest has no storage there, or the host none left.</returns>
    public bool TryResolve(ulong guest, out ulong absolute)
        => _gmap.TryTranslate(guest, out absolute) || TryProvide(guest, store: false, out absolute);

    /// <summary>The same for a byte that is going to be stored: false for read-only storage, too.</summary>
    public bool TryResolveStore(ulong guest, out ulong absolute)
        => _gmap.TryTranslate(guest, store: true, out absolute) || TryProvide(guest, store: true, out absolute);

    /// <summary>Provides what a host fault of the guest's asked for; false where the guest has no storage for it.</summary>
    public bool TryResolve(in HostFault fault) => fault.IsStore
        ? TryResolveStore(fault.Address, out _) : TryResolve(fault.Address, out _);

    private bool TryProvide(ulong guest, bool store, out ulong absolute)
    {
        absolute = 0;
        if (!_slots.TryFind(guest, out var slot) || (store && slot.IsReadOnly)) return false;
        if (store) slot.Mark(guest);
        var isProtected = slot.IsReadOnly || (slot.Dirty is not null && !store);
        if (_gmap.TryTranslate(guest, out absolute))
        {
            _gmap.Protect(guest, isProtected);
            return true;
        }
        if (!TryProvideFrame(guest & ~InPage, out var frame)) return false;
        if (isProtected) _gmap.Protect(guest, true);
        absolute = frame | (guest & InPage);
        return true;
    }

    private bool TryProvideFrame(ulong page, out ulong frame)
    {
        if (!TryTakeFrame(out frame)) return false;
        if (!TryMap(page, frame))
        {
            _frames.Free(frame, Storage.PageSize);
            return false;
        }
        Restore(page, frame);
        _guestOf[frame / Storage.PageSize] = page;
        ResidentPages++;
        NoteResident(page);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        if (!_slots.Contains(address, (ulong)bytes.Length, store: false)) return false;
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
        if (!_slots.Contains(address, (ulong)bytes.Length, store: true)) return false;
        for (var done = 0; done < bytes.Length;)
        {
            var piece = Piece(address + (ulong)done, bytes.Length - done);
            if (!TryResolveStore(address + (ulong)done, out var absolute)) return false;
            _storage.Write(absolute, bytes.Slice(done, piece));
            done += piece;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool TryOr(ulong address, byte bits, out byte old)
    {
        old = 0;
        return TryResolveStore(address, out var absolute) && _storage.TryOr(absolute, bits, out old);
    }

    /// <inheritdoc/>
    public bool TryReadKey(ulong address, out byte key)
    {
        key = 0;
        if (!TryResolve(address, out var absolute) || !_storage.TryReadKey(absolute, out key)) return false;
        key |= PageStatus.StatusOf(_gmap.Status(address));
        return true;
    }

    private static int Piece(ulong address, int rest) => Math.Min(rest, (int)(Storage.PageSize - (address & InPage)));

    /// <summary>Returns every frame and table to the host; no page may be pinned any more.</summary>
    public void Dispose()
    {
        ResidentPages -= _gmap.Release();
        _gmap.Dispose();
    }
}
