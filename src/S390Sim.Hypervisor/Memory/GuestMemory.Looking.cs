using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>Looking at storage without touching it: nothing is provided, paged, marked or moved by it.</summary>
public sealed partial class GuestMemory
{
    /// <summary>The content of a guest page, wherever it is kept; empty when the page reads as zeros or is not there.</summary>
    /// <param name="page">Guest absolute address of the page.</param>
    public ReadOnlySpan<byte> Peek(ulong page)
    {
        if (_gmap.TryTranslate(page, out var frame)) return _storage.Read(frame, Storage.PageSize);
        return _swap is null ? default : _swap.Find(page);
    }

    /// <summary>The guest absolute address of a byte in a host frame; false when no guest page has the frame.</summary>
    public bool TryFindGuest(ulong absolute, out ulong guest)
    {
        var frame = absolute / Storage.PageSize;
        guest = frame < (ulong)_guestOf.Length ? _guestOf[frame] : Nobody;
        if (guest == Nobody) return false;
        guest |= absolute & InPage;
        return true;
    }
}
