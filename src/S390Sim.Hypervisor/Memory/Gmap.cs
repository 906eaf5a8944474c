using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// The host's map of one guest's absolute storage: region-third, segment and page tables in real DAT format in host storage,
/// which SIE translates through. Its ASCE goes into the host's control register 1. Behind each page table are the PGSTEs of its
/// pages (<see cref="PageStatus"/>), which stay when a page loses its frame.
/// </summary>
public sealed partial class Gmap : IDisposable
{
    private const ulong RegionTableSize = 0x4000;
    private const ulong PageTableSize = 0x800;
    private const ulong RegionThirdType = 0x4;
    private const ulong FullTable = 0x3;

    private readonly Storage _storage;
    private readonly HostFrames _frames;
    private readonly List<(ulong Absolute, ulong Size)> _tables = [];
    private readonly ulong _root;
    // Page tables found before, by segment: tables stay where they are until the map goes.
    private readonly (ulong Segment, ulong Pages)[] _found = new (ulong, ulong)[FoundTables];
    private const int FoundTables = 64;

    /// <summary>Makes an empty map of up to 4 TB.</summary>
    /// <exception cref="ConfigurationLimitException">The host has no storage for the root table.</exception>
    public Gmap(Storage storage, HostFrames frames)
    {
        _storage = storage;
        _frames = frames;
        ForgetTables();
        if (!TryTable(Dat.EntryInvalid, out _root))
            throw new ConfigurationLimitException("the host has no storage left for a guest's translation tables");
    }

    /// <summary>Address-space-control element: a full region-third table.</summary>
    public ulong Asce => _root | RegionThirdType | FullTable;

    /// <summary>Raised after a mapping was taken away: translations through it must be forgotten.</summary>
    public event Action? Unmapped;

    /// <summary>Maps a guest page to a host frame; false when the host has no storage for a table.</summary>
    /// <param name="guest">Guest absolute address.</param>
    /// <param name="frame">Host absolute address of the frame.</param>
    public bool TryMap(ulong guest, ulong frame)
    {
        if (!TryPageEntry(guest, allocate: true, out var entry)) return false;
        _storage.Write64(entry, frame & ~0xFFFUL);
        return true;
    }

    /// <summary>Takes a mapping away; the frame it had, or null when there was none.</summary>
    public ulong? Unmap(ulong guest)
    {
        if (!TryPageEntry(guest, allocate: false, out var entry)) return null;
        var old = _storage.Read64(entry);
        if ((old & Dat.PageInvalid) != 0) return null;
        _storage.Write64(entry, Dat.PageInvalid);
        Unmapped?.Invoke();
        return old & ~0xFFFUL;
    }

    /// <summary>Takes a mapping away without a word: <see cref="Announce"/> must follow before the guest goes on.</summary>
    /// <param name="guest">Guest absolute address.</param>
    /// <param name="frame">The frame it had.</param>
    /// <param name="span">Bytes from there on that the answer holds for: more than a page where there is no table.</param>
    internal bool TryTake(ulong guest, out ulong frame, out ulong span)
    {
        if (!TryTranslate(guest, out frame, out span) || !TryPageEntry(guest, allocate: false, out var entry)) return false;
        _storage.Write64(entry, Dat.PageInvalid);
        return true;
    }

    /// <summary>Makes translations through what was taken away, or protected, forgotten.</summary>
    internal void Announce() => Unmapped?.Invoke();

    /// <summary>
    /// Protects the mapping of a page that is there against storing, or opens it; <see cref="Announce"/> must follow before the
    /// guest goes on when it is protected.
    /// </summary>
    internal void Protect(ulong guest, bool isProtected)
    {
        if (!TryPageEntry(guest, allocate: false, out var entry)) return;
        var page = _storage.Read64(entry) & ~Dat.EntryProtect;
        _storage.Write64(entry, isProtected ? page | Dat.EntryProtect : page);
    }

    /// <summary>Takes every mapping away and gives the frames back to the host.</summary>
    /// <returns>Number of frames.</returns>
    public ulong Release()
    {
        ulong released = 0;
        for (ulong guest = 0; guest < 1UL << 42;)
        {
            if (TryPageEntry(guest, allocate: false, out var entry, out var span)) released += ReleaseTable(entry);
            guest += span;
        }
        Unmapped?.Invoke();
        return released;
    }

    private ulong ReleaseTable(ulong table)
    {
        ulong released = 0;
        for (var entry = table; entry < table + PageTableSize; entry += 8)
        {
            var page = _storage.Read64(entry);
            if ((page & Dat.PageInvalid) != 0) continue;
            _storage.Write64(entry, Dat.PageInvalid);
            _frames.Free(page & ~0xFFFUL, Storage.PageSize);
            released++;
        }
        return released;
    }

    /// <summary>Translates a guest absolute address; false when it is not mapped.</summary>
    public bool TryTranslate(ulong guest, out ulong absolute) => TryTranslate(guest, store: false, out absolute);

    /// <summary>Finds the frame of a page, and for how many bytes from there on the answer holds.</summary>
    internal bool TryTranslate(ulong guest, out ulong frame, out ulong span)
    {
        frame = 0;
        if (!TryPageEntry(guest, allocate: false, out var entry, out span))
        {
            span -= guest & (span - 1);
            return false;
        }
        span = Storage.PageSize;
        var page = _storage.Read64(entry);
        frame = page & ~0xFFFUL;
        return (page & Dat.PageInvalid) == 0;
    }

    /// <summary>Translates a guest absolute address; false when it is not mapped, or protected and to be stored into.</summary>
    public bool TryTranslate(ulong guest, bool store, out ulong absolute)
    {
        absolute = 0;
        if (!TryPageEntry(guest, allocate: false, out var entry)) return false;
        var page = _storage.Read64(entry);
        absolute = (page & ~0xFFFUL) | (guest & 0xFFF);
        return (page & (store ? Dat.PageInvalid | Dat.EntryProtect : Dat.PageInvalid)) == 0;
    }

    // Host absolute address of the page-table entry of a guest page.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPageEntry(ulong guest, bool allocate, out ulong place)
    {
        var found = _found[guest >> 20 & (FoundTables - 1)];
        place = found.Pages + ((guest >> 12) & 0xFF) * 8;
        return guest >> 20 == found.Segment || TryPageEntry(guest, allocate, out place, out _);
    }

    // With the bytes that the page's table covers, or would cover if it were there.
    private bool TryPageEntry(ulong guest, bool allocate, out ulong place, out ulong span)
    {
        place = 0;
        span = 1UL << 31;
        if (guest >> 42 != 0) return false;
        var region = _root + ((guest >> 31) & 0x7FF) * 8;
        if (!TryNext(region, allocate, isRegion: true, out var segments)) return false;
        span = 1UL << 20;
        var segment = segments + ((guest >> 20) & 0x7FF) * 8;
        if (!TryNext(segment, allocate, isRegion: false, out var pages)) return false;
        place = pages + ((guest >> 12) & 0xFF) * 8;
        _found[guest >> 20 & (FoundTables - 1)] = (guest >> 20, pages);
        return true;
    }

    private bool TryNext(ulong place, bool allocate, bool isRegion, out ulong origin)
    {
        var entry = _storage.Read64(place);
        origin = entry & (isRegion ? Dat.TableOrigin : Dat.PageTableOrigin);
        if ((entry & Dat.EntryInvalid) == 0) return true;
        if (!allocate) return false;
        if (!(isRegion ? TryTable(Dat.EntryInvalid, out origin) : TryPageTable(out origin))) return false;
        _storage.Write64(place, isRegion ? origin | RegionThirdType | FullTable : origin);
        return true;
    }

    private bool TryTable(ulong empty, out ulong origin)
    {
        if (!_frames.TryAllocate(RegionTableSize, RegionTableSize, out origin)) return false;
        _tables.Add((origin, RegionTableSize));
        for (ulong offset = 0; offset < RegionTableSize; offset += 8) _storage.Write64(origin + offset, empty);
        return true;
    }

    // The other half of the frame holds the PGSTEs, all zero.
    private bool TryPageTable(out ulong origin)
    {
        if (!_frames.TryAllocate(Storage.PageSize, Storage.PageSize, out origin)) return false;
        _tables.Add((origin, Storage.PageSize));
        for (ulong offset = 0; offset < PageTableSize; offset += 8) _storage.Write64(origin + offset, Dat.PageInvalid);
        return true;
    }

    private void ForgetTables() => Array.Fill(_found, (ulong.MaxValue, 0UL));

    /// <summary>Returns the tables' storage; what was mapped is the owner's to free.</summary>
    public void Dispose()
    {
        ForgetTables();
        foreach (var (absolute, size) in _tables) _frames.Free(absolute, size);
        _tables.Clear();
    }
}
