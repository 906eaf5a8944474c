namespace S390Sim.Iommu.Tests;

/// <summary>Anchors of every designation type, and frames of every size.</summary>
public sealed class DesignationTests : IDisposable
{
    private const ulong Table = 0x40000;
    private static readonly IoCapabilities s_all = new(IoCapabilities.All, AllowsRegionFrames: true);

    private readonly TableStorage _t = new();

    public DesignationTests() => _t.Build();

    public void Dispose() => _t.Dispose();

    private static IoAddressSpace Space(ulong iota, IoCapabilities? capabilities = null)
        => new(new Iota(iota), 0, ulong.MaxValue, capabilities ?? s_all);

    [Theory]
    [InlineData(0x810UL, 4096UL, 0x5_5000UL)]
    [InlineData(0x811UL, 1UL << 20, 0x50_0000UL)]
    [InlineData(0x812UL, 1UL << 31, 0x8000_0000UL)]
    public void An_anchor_may_be_a_frame(ulong flags, ulong size, ulong frame)
    {
        var space = Space(frame | flags);
        foreach (var iova in new[] { 0UL, 0x123UL, size - 1, size + 5, 0xFFFF_FFFF_FFFF_FFFFUL })
        {
            var result = _t.Translate(space, iova);
            Assert.Equal((IoError.None, size, true), (result.Error, result.FrameSize, result.Writable));
            Assert.Equal(frame | (iova & (size - 1)), result.AddressOf(iova));
        }
        Assert.Equal(IoError.AnchorProtection, _t.Translate(Space(frame | flags | 0x200), 0).Error);
        Assert.False(_t.Translate(Space(frame | flags | 0x200), 0, IoAccess.Read).Writable);
    }

    [Theory]
    [InlineData(0x81CUL, 12)]
    [InlineData(0x81DUL, 20)]
    [InlineData(0x81EUL, 31)]
    public void An_io_page_table_has_frames_of_the_size_that_the_anchor_says(ulong flags, int shift)
    {
        for (var n = 0UL; n < 2048; n++) _t.Storage.Write64(Table + n * 8, 0x400);
        _t.Storage.Write64(Table + 7 * 8, 5UL << shift);
        _t.Storage.Write64(Table + 8 * 8, 6UL << shift | 0x200);
        var space = Space(Table | flags);
        var iova = 7UL << shift | 0xABC;
        var result = _t.Translate(space, iova);
        Assert.Equal((IoError.None, 5UL << shift | 0xABC, true), (result.Error, result.AddressOf(iova), result.Writable));
        Assert.Equal(result, _t.Translate(space, iova | 1UL << (shift + 11)));
        Assert.Equal(IoError.TableProtection, _t.Translate(space, 8UL << shift).Error);
        Assert.Equal((IoError.None, false), Outcome(_t.Translate(space, 8UL << shift, IoAccess.Read)));
        Assert.Equal(IoError.InvalidEntry, _t.Translate(space, 9UL << shift).Error);
        Assert.Equal(IoError.InvalidMemory, _t.Translate(Space(0x7FFF_0000_0000 | flags), 0).Error);
        Assert.Equal((IoError.None, false), Outcome(_t.Translate(Space(Table | flags | 0x200), iova, IoAccess.Read)));

        static (IoError, bool) Outcome(in IoWalkResult result) => (result.Error, result.Writable);
    }

    [Theory]
    [InlineData(0x813UL)]       // no such frame size
    [InlineData(0x81FUL)]
    [InlineData(0x814UL)]       // IOPFAA
    [InlineData(0x818UL)]       // not assigned
    [InlineData(0x000UL)]       // direct, which has a capability of its own
    public void Other_anchors_are_refused_whatever_is_allowed(ulong flags)
    {
        Assert.Equal(IoError.AnchorFormat, _t.Translate(Space(Table | flags), 0).Error);
        Assert.Equal(IoError.AnchorFormat, _t.Translate(Space(Table | flags, new IoCapabilities(0xFF)), 0).Error);
    }

    [Theory]
    [InlineData(0x80, 0x800UL)]
    [InlineData(0x40, 0x804UL)]
    [InlineData(0x20, 0x808UL)]
    [InlineData(0x10, 0x80CUL)]
    [InlineData(0x08, 0x810UL)]
    [InlineData(0x01, 0x81CUL)]
    public void A_type_is_accepted_by_its_bit_and_no_other(byte bit, ulong flags)
    {
        Assert.NotEqual(IoError.AnchorFormat, _t.Translate(Space(Table | flags, new IoCapabilities(bit)), 0).Error);
        Assert.Equal(IoError.AnchorFormat, _t.Translate(Space(Table | flags, new IoCapabilities((byte)~bit)), 0).Error);
    }

    [Fact]
    public void A_region_may_map_a_frame_where_that_is_allowed()
    {
        _t.Storage.Write64(TableStorage.RegionEntry, 0x1_8000_0000 | 0x404);
        var space = Space(TableStorage.Region | 0x804);
        var result = _t.Translate(space);
        Assert.Equal((IoError.None, 1UL << 31, IoTableLevel.RegionThird), (result.Error, result.FrameSize, result.Level));
        Assert.Equal(0x1_8000_0000UL | 0x2345_6789, result.AddressOf(TableStorage.Iova));
        Assert.Equal(IoError.TableLength, _t.Translate(Space(TableStorage.Region | 0x804, IoCapabilities.RegionThirdOnly)).Error);
        _t.Storage.Write64(TableStorage.RegionEntry, 0x1_8000_0000 | 0x604);
        Assert.Equal(IoError.TableProtection, _t.Translate(space).Error);
        _t.Storage.Write64(TableStorage.RegionEntry, 0x1_8000_0000 | 0x408);
        Assert.Equal(IoError.TableType, _t.Translate(space).Error);
        _t.Storage.Write64(TableStorage.RegionEntry, 0x1_8000_0000 | 0x424);
        Assert.Equal(IoError.InvalidEntry, _t.Translate(space).Error);
    }

    [Fact]
    public void Spans_are_of_the_frames()
    {
        _t.Storage.Write64(TableStorage.RegionEntry, 0x1_8000_0000 | 0x404);
        var spans = _t.Spans(Space(TableStorage.Region | 0x804), 0xFFFF_F000, (1UL << 31) + 0x2000);
        Assert.Equal([(0xFFFF_F000UL, 0x1000UL, IoSpanState.None), (0x1_0000_0000UL, 1UL << 31, IoSpanState.Frame),
            (0x1_8000_0000UL, 0x1000UL, IoSpanState.None)], spans.Select(s => (s.Iova, s.Size, s.State)));
        for (var n = 0UL; n < 2048; n++) _t.Storage.Write64(Table + n * 8, n == 3 ? 5UL << 20 : 0x400);
        spans = _t.Spans(Space(Table | 0x81D), 0x2F_F000, 0x10_3000);
        Assert.Equal([(0x2F_F000UL, 0x1000UL, 0UL), (0x30_0000UL, 0x10_0000UL, 5UL << 20), (0x40_0000UL, 0x2000UL, 0UL)],
            spans.Select(s => (s.Iova, s.Size, s.Frame)));
        spans = _t.Spans(Space(0x50_0000 | 0x811), 0x1_0000_0000, 0x40_0000);
        Assert.Equal([(0x1_0000_0000UL, 0x10_0000UL, 0x50_0000UL)], spans.Select(s => (s.Iova, s.Size, s.Frame)));
    }

    /// <summary>What the tables ignore of an address the IOTLB ignores too, and without tables it ignores nothing.</summary>
    [Theory]
    [InlineData(0x810UL, 0x5000UL, 0x1000UL)]
    [InlineData(0x811UL, 0x10_0000UL, 0x20_0000UL)]
    public void The_iotlb_knows_aliases(ulong flags, ulong frame, ulong other)
    {
        var iommu = new HostIommu(_t.Storage);
        iommu.Register(1, Space(frame | flags));
        var bytes = new byte[4];
        _t.Storage.Write(frame + 8, [1, 2, 3, 4]);
        Assert.Equal(IoError.None, iommu.Read(1, other + 8, bytes, out _));
        Assert.Equal([1, 2, 3, 4], bytes);
        Assert.Equal(IoError.None, iommu.Read(1, 8, bytes, out _));
        Assert.Equal(1UL, iommu.Counters.Hits);
        Assert.Equal(1, iommu.Flush(1, other, 4096));
    }

    [Fact]
    public void Direct_addresses_far_apart_are_different_ones()
    {
        var iommu = new HostIommu(_t.Storage);
        iommu.Register(1, Space(0, new IoCapabilities(0, AllowsDirect: true, DirectOrigin: 1UL << 32)));
        var bytes = new byte[4];
        _t.Storage.Write(0x5000, [1, 2, 3, 4]);
        Assert.Equal(IoError.None, iommu.Read(1, (1UL << 32) + 0x5000, bytes, out _));
        Assert.Equal([1, 2, 3, 4], bytes);
        Assert.Equal(IoError.InvalidMemory, iommu.Read(1, (1UL << 32) + (1UL << 31) + 0x5000, bytes, out _));
        Assert.Equal(IoError.InvalidMemory, iommu.Read(1, (1UL << 32) + (1UL << 42) + 0x5000, bytes, out _));
        Assert.Equal(IoError.InvalidMemory, iommu.Read(1, 0x5000, bytes, out _));
    }

    public static TheoryData<IoDesignation, int> Designations => new()
    {
        { IoDesignation.SegmentTable, 31 },
        { IoDesignation.RegionThirdTable, 42 },
        { IoDesignation.RegionSecondTable, 53 },
        { IoDesignation.RegionFirstTable, 64 },
    };

    /// <summary>Tables of software against a dictionary and the walk, with the ends of the address range among the pages.</summary>
    [Theory]
    [MemberData(nameof(Designations))]
    public void Tables_of_each_type_hold_what_was_set(IoDesignation designation, int bits)
    {
        Assert.True(IoPageTables.TryCreate(_t.Storage, _t, null, out var tables, designation));
        var random = new Random(bits);
        var mask = ulong.MaxValue >> (64 - bits);
        var model = new SortedDictionary<ulong, ulong> { [0] = 0x7000, [mask & ~0xFFFUL] = 0x9000 };
        for (var n = 0; n < 20; n++) model[(ulong)random.NextInt64() & mask & ~0xFFFUL] = (ulong)random.Next(4096) << 12;
        foreach (var (iova, frame) in model) Assert.True(tables.TrySet(iova, frame, true));
        Assert.Equal(model, tables.Mappings().ToDictionary(m => m.Iova, m => m.Frame));
        var space = new IoAddressSpace(tables.Iota, 0, ulong.MaxValue, s_all);
        foreach (var (iova, frame) in model)
        {
            Assert.Equal(frame, _t.Translate(space, iova).Frame);
            Assert.Equal(frame, _t.Translate(space, iova | ~mask).Frame);
            Assert.True(tables.TryFindNext(iova, 1, out var found) && found.Iova == iova);
        }
        Assert.True(tables.TryFindNext(1UL << 12, tables.Span, out var second));
        Assert.Equal(model.Keys.ElementAt(1), second.Iova);
        foreach (var iova in model.Keys) Assert.True(tables.Clear(iova));
        Assert.False(tables.TryFindNext(0, tables.Span, out _));
        Assert.Equal(0UL, tables.ValidEntries);
        tables.Dispose();
        Assert.Equal(0UL, _t.Allocated);
    }
}
