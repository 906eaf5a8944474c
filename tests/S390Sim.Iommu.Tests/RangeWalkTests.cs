using S390Sim.Cpu;

namespace S390Sim.Iommu.Tests;

public sealed class RangeWalkTests : IDisposable
{
    private const ulong Page = TableStorage.Iova & ~0xFFFUL;
    private readonly TableStorage _t = new();

    public RangeWalkTests() => _t.Build();

    public void Dispose() => _t.Dispose();

    [Fact]
    public void An_invalid_region_is_one_span_to_its_boundary_and_no_further()
    {
        // From inside region 3, which is invalid, into region 4 whose first page is mapped.
        _t.Storage.Write64(TableStorage.Region + 4 * 8, TableStorage.Segment | 7);
        _t.Storage.Write64(TableStorage.Segment, TableStorage.Page);
        _t.Storage.Write64(TableStorage.Page, 0x5000);
        var spans = _t.Spans(TableStorage.Space(), 0x1_FFFF_3000, 0x1000_0000);
        Assert.Equal(new IoSpan(0x1_FFFF_3000, 0xD000, IoSpanState.None, 0, false, 0, IoTableLevel.RegionThird), spans[0]);
        Assert.Equal(new IoSpan(0x2_0000_0000, 0x1000, IoSpanState.Frame, 0x5000, true, 0, IoTableLevel.Page), spans[1]);
    }

    [Fact]
    public void An_invalid_segment_is_one_span_to_its_boundary()
    {
        var spans = _t.Spans(TableStorage.Space(), Page - 0x10_0000, 0x20_0000);
        Assert.Equal((0x1_2335_6000UL, 0xA_A000UL, IoSpanState.None), (spans[0].Iova, spans[0].Size, spans[0].State));
        Assert.Equal(0x1_2340_0000UL, spans[1].Iova);
        Assert.Single(spans, s => s.State == IoSpanState.Frame);
        Assert.Equal(0x20_0000UL, spans.Aggregate(0UL, (sum, s) => sum + s.Size));
    }

    [Fact]
    public void Upper_entries_are_loaded_once_for_all_pages_below_them()
    {
        var tables = new AbsoluteTables(_t.Storage);
        var counter = new Counter(new int[5]);
        var walk = new IoRangeWalk(TableStorage.Space(), 0x1_2340_0000, 0x10_0000);
        while (walk.MoveNext(ref tables, ref counter, out _)) { }
        Assert.Equal([256, 1, 1, 0, 0], counter.Loads);
    }

    [Fact]
    public void A_large_frame_is_cut_at_the_ends_of_the_range()
    {
        _t.Storage.Write64(TableStorage.SegmentEntry, 0x50_0000 | 0x600);
        var span = Assert.Single(_t.Spans(TableStorage.Space(), Page, 0x2000));
        Assert.Equal(new IoSpan(Page, 0x2000, IoSpanState.Frame, 0x55_6000, false, IoError.None, IoTableLevel.Segment), span);
    }

    [Fact]
    public void Errors_are_spans_with_their_code()
    {
        _t.Storage.Write64(TableStorage.SegmentEntry, TableStorage.Page | 4);
        var spans = _t.Spans(TableStorage.Space(), Page, 0x1000);
        Assert.Equal((IoSpanState.Error, IoError.TableType), (spans[0].State, spans[0].Error));
    }

    [Theory]
    [InlineData(0x1_2345_6123UL, 1UL, 0x1000UL)]
    [InlineData(0x1_2345_6FFFUL, 2UL, 0x2000UL)]
    [InlineData(0x1_2345_6000UL, 0UL, 0UL)]
    public void Ranges_are_widened_to_pages(ulong start, ulong length, ulong covered)
        => Assert.Equal(covered, _t.Spans(TableStorage.Space(), start, length).Aggregate(0UL, (sum, s) => sum + s.Size));

    [Fact]
    public void Everything_agrees_with_single_translations()
    {
        var random = new Random(7);
        for (var n = 0UL; n < 256; n++)
            _t.Storage.Write64(TableStorage.Page + n * 8, ((ulong)random.Next(4096) << 12) | ((ulong)random.Next(4) << 9));
        var space = TableStorage.Space();
        foreach (var span in _t.Spans(space, 0x1_2330_0000, 0x30_0000))
        {
            var one = _t.Translate(space, span.Iova, IoAccess.Read);
            Assert.Equal(span.State == IoSpanState.Frame, one.Error == IoError.None);
            if (one.Error == IoError.None) Assert.Equal((span.Frame, span.Writable), (one.AddressOf(span.Iova), one.Writable));
        }
    }

    [Theory]
    [InlineData(0x000UL, IoError.None)]
    [InlineData(0x01CUL, IoError.None)]
    [InlineData(0x81CUL, IoError.AnchorFormat)]
    [InlineData(0x80CUL, IoError.AnchorFormat)]
    public void Any_anchor_is_walked_safely(ulong flags, IoError error)
    {
        var space = new IoAddressSpace(new Iota(flags), 0x1_0000_0000, ulong.MaxValue, new IoCapabilities(0x40, true, 0x1_0000_0000));
        var span = Assert.Single(_t.Spans(space, 0x1_0000_3000, 0x4000));
        Assert.Equal((error, error == IoError.None ? 0x3000UL : 0, 0x4000UL), (span.Error, span.Frame, span.Size));
        Assert.Equal(error, _t.Translate(space, 0x1_0000_3000).Error);
    }

    [Fact]
    public void Clipping_survives_overflow()
    {
        var space = TableStorage.Space();
        Assert.Equal((0x1_0000_0000UL, 0x3_0000_0000UL), space.Clip(0, ulong.MaxValue));
        Assert.Equal((0x3_FFFF_F000UL, 0x1000UL), space.Clip(0x3_FFFF_F000, ulong.MaxValue));
        Assert.Equal(0UL, space.Clip(0x4_0000_0000, 0x1000).Length);
        Assert.Equal(0UL, space.Clip(0, 0x1_0000_0000).Length);
    }

    private readonly record struct Counter(int[] Loads) : IIoWalkObserver
    {
        public void EntryRead(IoTableLevel level, ulong address, ulong value) => Loads[(int)level]++;
    }
}
