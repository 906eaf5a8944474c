using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using S390Sim.Cpu;

namespace S390Sim.Iommu;

/// <summary>Where translation tables get their storage.</summary>
public interface ITableMemory
{
    /// <summary>Allocates storage; false when there is none left.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="alignment">A power of two.</param>
    /// <param name="absolute">Absolute address.</param>
    bool TryAllocate(ulong size, ulong alignment, out ulong absolute);

    /// <summary>Gives storage back.</summary>
    void Free(ulong absolute, ulong size);
}

/// <summary>A page that is mapped.</summary>
/// <param name="Iova">I/O virtual address of the page.</param>
/// <param name="Frame">Absolute address of its frame.</param>
/// <param name="Writable">Whether the device may store.</param>
public readonly record struct IoMapping(ulong Iova, ulong Frame, bool Writable);

/// <summary>
/// The software side of translation: real-format region, segment and page tables in storage that a <see cref="HostIommu"/> reads.
/// Addresses count in the bits that the designated tables look at. Tables grow and are freed together.
/// </summary>
public sealed class IoPageTables : IDisposable
{
    private readonly Storage _storage;
    private readonly ITableMemory _memory;
    private readonly StageReporter? _stages;
    private readonly IoTableCounters _counters;
    private readonly ulong _root;
    private readonly IoTableLevel _top;
    private readonly ulong _addressMask;
    // The page table found last: tables stay where they are until all go.
    private ulong _lastSegment = ulong.MaxValue, _lastPages;
    private bool _disposed;

    private IoPageTables(Storage storage, ITableMemory memory, StageReporter? stages, Iota iota, IoTableCounters counters)
    {
        _counters = counters;
        (_storage, _memory, _stages, _root) = (storage, memory, stages, iota.Origin);
        (Iota, _top, _addressMask) = (iota, iota.TopLevel, iota.AddressMask);
        TableBytes = _top.TableSize();
        Fill(_root, _top);
    }

    /// <summary>Makes empty tables; false when there is no storage for the first one.</summary>
    /// <param name="storage">Where the tables are.</param>
    /// <param name="memory">Gives them room.</param>
    /// <param name="stages">Where stores are reported; null for nowhere.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="designation">What the anchor designates: a segment table or a region table.</param>
    /// <param name="counters">Where work is counted, besides here; null for nowhere.</param>
    public static bool TryCreate(Storage storage, ITableMemory memory, StageReporter? stages,
        [NotNullWhen(true)] out IoPageTables? tables, IoDesignation designation = IoDesignation.RegionThirdTable,
        IoTableCounters? counters = null)
    {
        const ulong size = IoTableLevels.RegionTableSize;
        tables = memory.TryAllocate(size, size, out var root)
            ? new IoPageTables(storage, memory, stages, Iota.Table(designation, root), counters ?? new IoTableCounters()) : null;
        return tables is not null;
    }

    /// <summary>The anchor to register.</summary>
    public Iota Iota { get; }
    /// <summary>Bytes that addresses count, at most 2^64 - 1.</summary>
    public ulong Span => Rest(0);
    /// <summary>Pages mapped.</summary>
    public ulong ValidEntries { get; private set; }
    /// <summary>Entries stored at any level since the tables were made, without the filling of new tables.</summary>
    public ulong EntriesWritten { get; private set; }
    /// <summary>Bytes of storage that the tables take.</summary>
    public ulong TableBytes { get; private set; }

    /// <summary>Maps a page; false, with nothing changed, when there is no storage for a table.</summary>
    public bool TrySet(ulong iova, ulong frame, bool writable)
    {
        if (!TryFind(iova, out var address, out _) && !TryMake(iova, out address)) return false;
        if (Entry(address, IoTableLevel.Page).IsInvalid) ValidEntries++;
        _counters.Written++;
        Write(iova, address, IoTableEntry.Page(frame, writable));
        return true;
    }

    /// <summary>
    /// Maps a page in place of what was there, by one store, unless it is mapped so already; false, with nothing changed, when
    /// there is no storage for a table.
    /// </summary>
    /// <param name="iova">Page address.</param>
    /// <param name="frame">Frame, a multiple of 4096.</param>
    /// <param name="writable">Whether the device may store.</param>
    /// <param name="before">The entry that was there; the same as now when nothing was stored.</param>
    /// <param name="isChanged">Whether the entry was stored.</param>
    public bool TryUpdate(ulong iova, ulong frame, bool writable, out IoTableEntry before, out bool isChanged)
    {
        isChanged = false;
        before = default;
        if (!TryFind(iova, out var address, out _) && !TryMake(iova, out address)) return false;
        before = Entry(address, IoTableLevel.Page);
        var entry = IoTableEntry.Page(frame, writable);
        if (before.Value == entry.Value) return true;
        isChanged = true;
        if (before.IsInvalid) ValidEntries++;
        _counters.Written++;
        Write(iova, address, entry);
        return true;
    }

    /// <summary>Makes the tables for a page without mapping it; false when there is no storage for one.</summary>
    public bool TryReserve(ulong iova) => TryFind(iova, out _, out _) || TryMake(iova, out _);

    /// <summary>Unmaps a page; false when it was not mapped.</summary>
    public bool Clear(ulong iova) => TryTake(iova, out _, out _);

    /// <summary>Unmaps a page and tells what it was mapped to; false when it was not mapped.</summary>
    public bool TryTake(ulong iova, out ulong frame, out bool writable)
    {
        if (!TryGet(iova, out frame, out writable, out var address)) return false;
        ValidEntries--;
        _counters.Cleared++;
        Write(iova, address, IoTableEntry.Empty(IoTableLevel.Page));
        return true;
    }

    /// <summary>What a page is mapped to; false when it is not.</summary>
    public bool TryGet(ulong iova, out ulong frame, out bool writable) => TryGet(iova, out frame, out writable, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryGet(ulong iova, out ulong frame, out bool writable, out ulong address)
    {
        frame = 0;
        writable = false;
        if (!TryFind(iova, out address, out _)) return false;
        var entry = Entry(address, IoTableLevel.Page);
        if (entry.IsInvalid) return false;
        frame = entry.Frame;
        writable = !entry.IsProtected;
        return true;
    }

    /// <summary>The first mapped page in a range; tables that are not there are skipped whole.</summary>
    /// <param name="start">First address.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="mapping">The page.</param>
    public bool TryFindNext(ulong start, ulong length, out IoMapping mapping)
    {
        mapping = default;
        if (length == 0) return false;
        start &= _addressMask;
        var last = length - 1 > _addressMask - start ? _addressMask : start + (length - 1);
        for (var at = start & ~0xFFFUL; ;)
        {
            if (TryFind(at, out var address, out var span))
            {
                var entry = Entry(address, IoTableLevel.Page);
                if (!entry.IsInvalid)
                {
                    mapping = new(at, entry.Frame, !entry.IsProtected);
                    return true;
                }
            }
            at |= span - 1;
            if (at >= last) return false;
            at++;
        }
    }

    /// <summary>Every mapped page, in order of address.</summary>
    public IEnumerable<IoMapping> Mappings()
    {
        for (var at = 0UL; TryFindNext(at, Rest(at), out var mapping);)
        {
            yield return mapping;
            at = mapping.Iova + Storage.PageSize;
            if (at - 1 >= _addressMask) yield break;
        }
    }

    private ulong Rest(ulong from) => Math.Max(_addressMask - from, _addressMask - from + 1);

    /// <summary>Frees the tables. The anchor must not be registered any more.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _lastSegment = ulong.MaxValue;
        Free(_root, _top);
    }

    private void Free(ulong table, IoTableLevel level)
    {
        for (var address = table; level != IoTableLevel.Page && address < table + level.TableSize(); address += 8)
        {
            var entry = Entry(address, level);
            if (!entry.IsInvalid) Free(entry.NextTable, level - 1);
        }
        _memory.Free(table, level.TableSize());
    }

    // The address of the page's entry; else false with the bytes that the absent table covers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFind(ulong iova, out ulong address, out ulong span)
    {
        span = Storage.PageSize;
        address = EntryAddress(_lastPages, IoTableLevel.Page, iova);
        return SegmentOf(iova) == _lastSegment || TryFindBelow(iova, out address, out span);
    }

    private bool TryFindBelow(ulong iova, out ulong address, out ulong span)
    {
        span = Storage.PageSize;
        address = _root;
        for (var level = _top; level != IoTableLevel.Page; level--)
        {
            var entry = Entry(EntryAddress(address, level, iova), level);
            span = level.EntrySpan();
            if (entry.IsInvalid) return false;
            address = entry.NextTable;
        }
        (_lastSegment, _lastPages) = (SegmentOf(iova), address);
        span = Storage.PageSize;
        address = EntryAddress(address, IoTableLevel.Page, iova);
        return true;
    }

    // The address of the page's entry, with the tables above it made where they are not there.
    private bool TryMake(ulong iova, out ulong address)
    {
        address = _root;
        for (var level = _top; level != IoTableLevel.Page; level--)
        {
            if (!TryEnter(address, level, iova, out address)) return false;
        }
        address = EntryAddress(address, IoTableLevel.Page, iova);
        return true;
    }

    private ulong SegmentOf(ulong iova) => (iova & _addressMask) >> IoTableLevel.Segment.Shift();

    // The table below an entry, made when it is not there: filled first, then linked.
    private bool TryEnter(ulong table, IoTableLevel level, ulong iova, out ulong next)
    {
        var address = EntryAddress(table, level, iova);
        var entry = Entry(address, level);
        next = entry.NextTable;
        if (!entry.IsInvalid) return true;
        var size = (level - 1).TableSize();
        if (!_memory.TryAllocate(size, size, out next)) return false;
        TableBytes += size;
        Fill(next, level - 1);
        _counters.Written++;
        Write(iova, address, IoTableEntry.Table(level, next));
        return true;
    }

    private void Fill(ulong table, IoTableLevel level)
    {
        var empty = IoTableEntry.Empty(level).Value;
        for (var address = table; address < table + level.TableSize(); address += 8) _storage.Write64(address, empty);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EntryAddress(ulong table, IoTableLevel level, ulong iova) => table + level.Index(iova) * 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private IoTableEntry Entry(ulong address, IoTableLevel level) => new(level, _storage.Read64(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(ulong iova, ulong address, IoTableEntry entry)
    {
        _storage.Write64(address, entry.Value);
        EntriesWritten++;
        if (_stages is { IsActive: true }) _stages.Report(IommuStages.HostEntryWritten, iova, address, entry.Value);
    }
}
