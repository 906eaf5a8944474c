using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// What SIE translates a nested guest's addresses through: the tables of its host, a guest itself, combined with the map of that
/// guest, in real DAT format in host storage (sie.md section 11). Pages come on demand; what is here is what a TLB of the nested
/// guest's host may hold, and goes as a whole when that TLB would be purged.
/// </summary>
internal sealed class ShadowMap(Storage storage, HostFrames frames)
{
    /// <summary>
    /// Most bytes of tables. An instruction may need 44 pages at a time (<see cref="GuestMemory.MinimumFrames"/>), each in a
    /// region of its own: three tables of 16 KB and a frame for its page table, 44 * 52 KB = 2288 KB, below the root of 16 KB.
    /// </summary>
    public const ulong MaxBytes = 4 << 20;

    private const ulong TableSize = 0x4000;
    private const ulong PageTableSize = 0x800;
    private const ulong FullTable = 0x3;
    private const int RegionThird = 1;
    private const ulong NoTable = ulong.MaxValue;

    private readonly List<(ulong Absolute, ulong Size)> _tables = [];
    private ulong _root = NoTable, _bytes;
    // The second half of the last frame that was taken for page tables.
    private ulong _spare = NoTable;
    private int _level = RegionThird;

    /// <summary>Whether no page is mapped.</summary>
    public bool IsEmpty => _tables.Count == 0;

    /// <summary>Address-space-control element; false when the host has no storage for the highest table.</summary>
    public bool TryAsce(out ulong asce)
    {
        asce = 0;
        if (_root == NoTable)
        {
            if (!frames.TryAllocate(TableSize, TableSize, out _root))
            {
                _root = NoTable;
                return false;
            }
            Fill(_root, TableSize, Dat.EntryInvalid);
        }
        asce = _root | (ulong)_level << 2 | FullTable;
        return true;
    }

    /// <summary>Takes up the extent of a host's address space; the map must be empty when it changes.</summary>
    /// <param name="hostAsce">The host's address-space-control element. A real space needs what storage there can be: 4
    /// TB.</param>
    public void SetExtent(ulong hostAsce)
        => _level = (hostAsce & Dat.AsceRealSpace) != 0 ? RegionThird : (int)(hostAsce & Dat.TypeMask) >> 2;

    /// <summary>Whether a page is mapped so that it can be fetched, or stored.</summary>
    public bool Contains(ulong address, bool store)
    {
        if (_root == NoTable) return false;
        var tables = new AbsoluteTables(storage);
        var found = Dat.Translate(ref tables, _root | (ulong)_level << 2 | FullTable, address, false, false);
        return found.Exception == ProgramCode.None && !(store && found.IsProtected);
    }

    /// <summary>Maps a page; false when the limit or the host's storage is reached.</summary>
    /// <param name="address">Virtual address of the host, within its extent.</param>
    /// <param name="frame">Absolute address of the frame.</param>
    /// <param name="isProtected">Whether storing must fault.</param>
    public bool TryMap(ulong address, ulong frame, bool isProtected)
    {
        if (!TryAsce(out _)) return false;
        var table = _root;
        for (var level = _level; level >= 0; level--)
        {
            var place = table + ((address >> (20 + 11 * level)) & 0x7FF) * 8;
            var entry = storage.Read64(place);
            table = entry & (level == 0 ? Dat.PageTableOrigin : Dat.TableOrigin);
            if ((entry & Dat.EntryInvalid) == 0) continue;
            if (!(level == 0 ? TryPageTable(out table) : TryTable(TableSize, Dat.EntryInvalid, out table))) return false;
            storage.Write64(place, level == 0 ? table : table | (ulong)level << 2 | FullTable);
        }
        storage.Write64(table + ((address >> 12) & 0xFF) * 8, (frame & ~0xFFFUL) | (isProtected ? Dat.EntryProtect : 0));
        return true;
    }

    /// <summary>Forgets all pages; translations through them must be forgotten, too.</summary>
    public void Clear()
    {
        if (IsEmpty) return;
        Fill(_root, TableSize, Dat.EntryInvalid);
        foreach (var (absolute, size) in _tables) frames.Free(absolute, size);
        _tables.Clear();
        (_bytes, _spare) = (0, NoTable);
    }

    /// <summary>Returns all storage to the host.</summary>
    public void Release()
    {
        Clear();
        if (_root != NoTable) frames.Free(_root, TableSize);
        _root = NoTable;
    }

    // Two page tables fit into a frame.
    private bool TryPageTable(out ulong origin)
    {
        origin = _spare;
        _spare = NoTable;
        if (origin != NoTable) return true;
        if (!TryTable(Storage.PageSize, Dat.PageInvalid, out origin)) return false;
        _spare = origin + PageTableSize;
        return true;
    }

    private bool TryTable(ulong size, ulong empty, out ulong origin)
    {
        origin = 0;
        if (_bytes + size > MaxBytes - TableSize || !frames.TryAllocate(size, size, out origin)) return false;
        _tables.Add((origin, size));
        _bytes += size;
        Fill(origin, size, empty);
        return true;
    }

    private void Fill(ulong table, ulong size, ulong entry)
    {
        for (ulong offset = 0; offset < size; offset += 8) storage.Write64(table + offset, entry);
    }
}
