using S390Sim.Cpu;

namespace S390Sim.Iommu.Tests;

public sealed class HostIommuTests : IDisposable
{
    private const uint Device = 7;
    private const ulong Page = TableStorage.Iova & ~0xFFFUL;

    private readonly TableStorage _t = new();
    private readonly HostIommu _iommu;

    public HostIommuTests()
    {
        _t.Build();
        _iommu = new HostIommu(_t.Storage, iotlbEntries: 16);
        _iommu.Register(Device, TableStorage.Space());
    }

    public void Dispose() => _t.Dispose();

    [Fact]
    public void A_translation_is_kept_until_it_is_flushed()
    {
        Assert.Equal(IoError.None, Translate(Page, out var absolute));
        Assert.Equal(TableStorage.Frame, absolute);
        _t.Storage.Write64(TableStorage.PageEntry, 0x400);
        Assert.True(_iommu.IotlbContains(Device, Page));
        Assert.Equal(IoError.None, Translate(Page, out _));
        Assert.Equal(1, _iommu.Flush(Device, Page, 4096));
        Assert.False(_iommu.IotlbContains(Device, Page));
        Assert.Equal(IoError.InvalidEntry, Translate(Page, out _));
        var counters = _iommu.Counters;
        Assert.Equal((2UL, 1UL, 2UL, 1UL), (counters.Walks, counters.Hits, counters.Misses, counters.FlushedEntries));
    }

    [Fact]
    public void A_refusal_is_not_kept()
    {
        _t.Storage.Write64(TableStorage.PageEntry, 0x400);
        Assert.Equal(IoError.InvalidEntry, Translate(Page, out _));
        Assert.Empty(_iommu.IotlbContents());
        _t.Storage.Write64(TableStorage.PageEntry, TableStorage.Frame);
        Assert.Equal(IoError.None, Translate(Page, out _));
    }

    [Fact]
    public void A_store_through_a_read_only_translation_walks_and_is_refused()
    {
        _t.Storage.Write64(TableStorage.PageEntry, TableStorage.Frame | 0x200);
        Assert.Equal(IoError.None, _iommu.Translate(Device, Page, 4, IoAccess.Read, out _));
        Assert.Equal(IoError.TableProtection, Translate(Page, out _));
    }

    [Fact]
    public void An_alias_shares_the_translation_and_its_flush()
    {
        _iommu.Register(Device, TableStorage.Space(pal: ulong.MaxValue));
        const ulong alias = Page | (3UL << 42);
        Assert.Equal(IoError.None, Translate(Page, out _));
        Assert.True(_iommu.IotlbContains(Device, alias));
        Assert.Equal(1, _iommu.Flush(Device, alias, 4096));
        Assert.False(_iommu.IotlbContains(Device, Page));
    }

    [Theory]
    [InlineData(Page + 0x1000, 0x1000UL, 0)]
    [InlineData(Page - 0x1000, 0x1000UL, 0)]
    [InlineData(Page + 0xFFF, 1UL, 1)]
    [InlineData(Page - 0x1000, 0x1001UL, 1)]
    [InlineData(0UL, ulong.MaxValue, 1)]
    [InlineData(Page - 0x4000_0000, 0x8000_0000UL, 1)]
    [InlineData(Page, 0UL, 0)]
    public void A_flush_drops_what_the_range_touches(ulong start, ulong length, int dropped)
    {
        Translate(Page, out _);
        Assert.Equal(dropped, _iommu.Flush(Device, start, length));
        Assert.Equal(dropped == 0, _iommu.IotlbContains(Device, Page));
    }

    [Fact]
    public void The_iotlb_is_bounded_and_devices_do_not_share_it()
    {
        for (var n = 0UL; n < 256; n++) _t.Storage.Write64(TableStorage.Page + n * 8, n << 12);
        for (var n = 0UL; n < 256; n++) Translate(0x1_2340_0000 + (n << 12), out _);
        Assert.Equal(16, _iommu.IotlbContents().Count());
        Assert.Equal(IoError.NoTranslation, _iommu.Translate(8, Page, 4, IoAccess.Read, out _));
        _iommu.Register(8, TableStorage.Space());
        _iommu.Translate(8, Page, 4, IoAccess.Read, out _);
        _iommu.Deregister(Device);
        Assert.All(_iommu.IotlbContents(), e => Assert.Equal(8u, e.DeviceId));
        _iommu.Deregister(Device);
    }

    [Theory]
    [InlineData(0xFFFF_FFFFUL, IoError.OutOfRange)]
    [InlineData(0x4_0000_0000UL, IoError.OutOfRange)]
    [InlineData(Page + 0x1000, IoError.InvalidEntry)]
    public void Refusals_give_their_code(ulong iova, IoError error) => Assert.Equal(error, Translate(iova, out _));

    [Fact]
    public void A_blocked_device_and_one_without_a_space_reach_nothing()
    {
        _iommu.SetBlocked(Device, true);
        Assert.Equal(IoError.Blocked, Translate(Page, out _));
        _iommu.SetBlocked(Device, false);
        _iommu.Deregister(Device);
        Assert.Equal(IoError.NoTranslation, Translate(Page, out _));
    }

    [Fact]
    public void A_frame_outside_storage_is_an_addressing_error()
    {
        _t.Storage.Write64(TableStorage.PageEntry, 0x7FFF_0000);
        Assert.Equal(IoError.InvalidMemory, Translate(Page, out _));
    }

    [Fact]
    public void Dma_goes_page_by_page_to_frames_in_any_order()
    {
        _t.Storage.Write64(TableStorage.PageEntry + 8, 0x6000);
        byte[] data = [.. Enumerable.Range(0, 64).Select(n => (byte)(n + 1))];
        Assert.Equal(IoError.None, _iommu.Write(Device, Page + 0xFE0, data, out _));
        Assert.Equal(data[..32], _t.Storage.Read(TableStorage.Frame + 0xFE0, 32).ToArray());
        Assert.Equal(data[32..], _t.Storage.Read(0x6000, 32).ToArray());
        Assert.Equal(0x06, _t.Storage.Key(0x6000) & 0x06);
        var back = new byte[64];
        Assert.Equal(IoError.None, _iommu.Read(Device, Page + 0xFE0, back, out _));
        Assert.Equal(data, back);
    }

    [Fact]
    public void Dma_that_fails_half_way_moves_nothing_and_says_where()
    {
        byte[] data = [.. Enumerable.Repeat((byte)9, 64)];
        Assert.Equal(IoError.InvalidEntry, _iommu.Write(Device, Page + 0xFE0, data, out var failing));
        Assert.Equal(Page + 0x1000, failing);
        Assert.Equal(0, _t.Storage.Read(TableStorage.Frame + 0xFE0, 1)[0]);
        Assert.Equal(0, _t.Storage.Key(TableStorage.Frame) & 0x06);
    }

    [Fact]
    public void Reading_sets_the_reference_bit_only()
    {
        _iommu.Read(Device, Page, new byte[4], out _);
        Assert.Equal(0x04, _t.Storage.Key(TableStorage.Frame) & 0x06);
    }

    [Fact]
    public void Storing_over_code_is_told()
    {
        var told = 0;
        _t.Storage.CodeStored += (_, _) => told++;
        _t.Storage.MarkCode(TableStorage.Frame, true);
        _iommu.Write(Device, Page, new byte[4], out _);
        Assert.Equal(1, told);
    }

    [Fact]
    public void Two_stages_translate_tables_and_frames()
    {
        // The device's tables are at guest absolute addresses, 1 MB below where the host put them.
        var guest = new Offset(0x10_0000);
        using var host = new TableStorage();
        for (var at = TableStorage.Region; at < TableStorage.Page + 0x1000; at += 8)
            host.Storage.Write64(at + 0x10_0000, _t.Storage.Read64(at));
        var iommu = new HostIommu(host.Storage);
        iommu.Register(Device, TableStorage.Space(), guest);
        Assert.Equal(IoError.None, iommu.Translate(Device, Page, 8, IoAccess.Write, out var absolute));
        Assert.Equal(TableStorage.Frame + 0x10_0000, absolute);
        guest.IsGone = true;
        iommu.Flush(Device, Page, 4096);
        Assert.Equal(IoError.InvalidMemory, iommu.Translate(Device, Page, 8, IoAccess.Write, out _));
    }

    [Fact]
    public void Translating_and_moving_data_allocates_nothing()
    {
        var data = new byte[0x40];
        Exercise(data);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 100; n++) Exercise(data);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Stages_tell_the_walk_and_the_access()
    {
        var log = new StageLog();
        var iommu = new HostIommu(_t.Storage) { Stages = new StageReporter { Listener = log } };
        iommu.Register(Device, TableStorage.Space());
        iommu.Read(Device, Page, new byte[4], out _);
        iommu.Write(Device, Page + 0x1000, new byte[4], out _);
        iommu.Flush(Device, Page, 4096);
        Assert.Equal(
            ["RegionEntryRead", "SegmentEntryRead", "PageEntryRead", "DmaTranslated", "RegionEntryRead", "SegmentEntryRead",
                "PageEntryRead", "DmaRefused", "IotlbFlushed"], log.Names);
    }

    private void Exercise(byte[] data)
    {
        _iommu.Write(Device, Page + 0x10, data, out _);
        _iommu.Read(Device, Page + 0x10, data, out _);
        _iommu.Read(Device, Page + 0xFF0, data, out _);
        _iommu.Flush(Device, Page, 0x1000);
        _iommu.Flush(Device, 0, ulong.MaxValue);
    }

    private IoError Translate(ulong iova, out ulong absolute) => _iommu.Translate(Device, iova, 4, IoAccess.Write, out absolute);

    private sealed class Offset(ulong by) : IStageTwo
    {
        public bool IsGone { get; set; }

        public bool TryTranslate(ulong guestAbsolute, bool store, out ulong hostAbsolute)
        {
            hostAbsolute = guestAbsolute + by;
            return !IsGone;
        }
    }

    private sealed class StageLog : IStageListener
    {
        public List<string> Names { get; } = [];

        public void OnStage(in Stage stage) => Names.Add(stage.Kind.Name);
    }
}
