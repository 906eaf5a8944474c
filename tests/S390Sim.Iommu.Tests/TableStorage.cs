using S390Sim.Cpu;

namespace S390Sim.Iommu.Tests;

/// <summary>Storage with a bump allocator, and an aperture of region-third tables made by hand.</summary>
internal sealed class TableStorage : ITableMemory, IDisposable
{
    public const ulong Iova = 0x1_2345_6789;        // RTX 2, SX 0x234, PX 0x56
    public const ulong Region = 0x10000, Segment = 0x14000, Page = 0x18000, Frame = 0x1F_F000;

    private ulong _next = 0x20_0000;

    public Storage Storage { get; } = new(16 << 20);
    public ulong Limit { get; set; } = 16 << 20;
    public ulong Allocated { get; private set; }

    public bool TryAllocate(ulong size, ulong alignment, out ulong absolute)
    {
        absolute = (_next + alignment - 1) & ~(alignment - 1);
        if (absolute + size > Limit) return false;
        _next = absolute + size;
        Allocated += size;
        return true;
    }

    public void Free(ulong absolute, ulong size) => Allocated -= size;

    /// <summary>Valid tables down to <see cref="Frame"/> for <see cref="Iova"/>; everything else is invalid.</summary>
    public void Build()
    {
        for (var n = 0UL; n < 2048; n++)
        {
            Storage.Write64(Region + n * 8, 0x20);
            Storage.Write64(Segment + n * 8, 0x20);
            if (n < 256) Storage.Write64(Page + n * 8, 0x400);
        }
        Storage.Write64(RegionEntry, Segment | 7);
        Storage.Write64(SegmentEntry, Page);
        Storage.Write64(PageEntry, Frame);
    }

    public static ulong RegionEntry => Region + 2 * 8;
    public static ulong SegmentEntry => Segment + 0x234 * 8;
    public static ulong PageEntry => Page + 0x56 * 8;

    public static IoAddressSpace Space(ulong flags = 0, ulong pba = 0x1_0000_0000, ulong pal = 0x3_FFFF_FFFF)
        => new(new Iota(Region | 0x804 | flags), pba, pal);

    public IoWalkResult Translate(IoAddressSpace space, ulong iova = Iova, IoAccess access = IoAccess.Write)
    {
        var tables = new AbsoluteTables(Storage);
        var observer = new NoObserver();
        return IoWalk.Translate(ref tables, space, iova, access, ref observer);
    }

    public List<IoSpan> Spans(IoAddressSpace space, ulong start, ulong length)
    {
        var tables = new AbsoluteTables(Storage);
        var observer = new NoObserver();
        var walk = new IoRangeWalk(space, start, length);
        var spans = new List<IoSpan>();
        while (walk.MoveNext(ref tables, ref observer, out var span)) spans.Add(span);
        return spans;
    }

    public void Dispose() => Storage.Dispose();
}
