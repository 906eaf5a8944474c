using S390Sim.Cpu;

namespace S390Sim.Iommu.Tests;

public sealed class WalkTests : IDisposable
{
    private const IoAccess Read = IoAccess.Read, Write = IoAccess.Write;
    private readonly TableStorage _t = new();

    public WalkTests() => _t.Build();

    public void Dispose() => _t.Dispose();

    [Fact]
    public void Finds_the_frame_through_three_tables()
    {
        var result = _t.Translate(TableStorage.Space());
        Assert.Equal(new IoWalkResult(IoError.None, TableStorage.Frame, true, 4096, IoTableLevel.Page), result);
        Assert.Equal(0x1F_F789UL, result.AddressOf(TableStorage.Iova));
    }

    [Theory]
    [InlineData(0, 0x14027UL, IoError.InvalidEntry, IoTableLevel.RegionThird)]
    [InlineData(0, 0x14006UL, IoError.TableLength, IoTableLevel.RegionThird)]
    [InlineData(0, 0x14047UL, IoError.TableLength, IoTableLevel.RegionThird)]
    [InlineData(0, 0x00000UL, IoError.TableLength, IoTableLevel.RegionThird)]
    [InlineData(0, 0x1400BUL, IoError.TableType, IoTableLevel.RegionThird)]
    [InlineData(0, 0x14003UL, IoError.TableType, IoTableLevel.RegionThird)]
    [InlineData(0, 0x1400AUL, IoError.TableLength, IoTableLevel.RegionThird)]
    [InlineData(0, 0x7FFF_0000_4007UL, IoError.InvalidMemory, IoTableLevel.Segment)]
    [InlineData(1, 0x18020UL, IoError.InvalidEntry, IoTableLevel.Segment)]
    [InlineData(1, 0x1802CUL, IoError.InvalidEntry, IoTableLevel.Segment)]
    [InlineData(1, 0x18004UL, IoError.TableType, IoTableLevel.Segment)]
    [InlineData(1, 0x7FFF_0000_4000UL, IoError.InvalidMemory, IoTableLevel.Page)]
    [InlineData(2, 0x1FF400UL, IoError.InvalidEntry, IoTableLevel.Page)]
    public void Bad_entries_give_their_code_in_the_order_of_the_checks(int level, ulong value, IoError error, IoTableLevel at)
    {
        Patch(level, value);
        var result = _t.Translate(TableStorage.Space(), access: Read);
        Assert.Equal((error, at), (result.Error, result.Level));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Protection_at_any_level_refuses_stores_only(int level)
    {
        ulong[] entry = [TableStorage.Segment | 7 | 0x200, TableStorage.Page | 0x200, TableStorage.Frame | 0x200];
        Patch(level, entry[level]);
        Assert.Equal(IoError.TableProtection, _t.Translate(TableStorage.Space()).Error);
        var read = _t.Translate(TableStorage.Space(), access: Read);
        Assert.Equal((IoError.None, false), (read.Error, read.Writable));
    }

    [Fact]
    public void Protection_by_the_anchor_comes_before_the_tables()
    {
        Patch(0, 0x20);
        Assert.Equal(IoError.AnchorProtection, _t.Translate(TableStorage.Space(flags: 0x200)).Error);
        Assert.Equal(IoError.InvalidEntry, _t.Translate(TableStorage.Space(flags: 0x200), access: Read).Error);
    }

    [Theory]
    [InlineData(0x1_0000_0000UL - 1, IoError.OutOfRange)]
    [InlineData(0x1_0000_0000UL, IoError.InvalidEntry)]
    [InlineData(0x3_FFFF_FFFFUL, IoError.InvalidEntry)]
    [InlineData(0x4_0000_0000UL, IoError.OutOfRange)]
    public void Range_is_checked_first(ulong iova, IoError error)
        => Assert.Equal(error, _t.Translate(TableStorage.Space(), iova).Error);

    [Theory]
    [InlineData(0x004UL)]       // T = 0
    [InlineData(0x800UL)]       // segment table
    [InlineData(0x808UL)]       // region-second table
    [InlineData(0x80CUL)]       // region-first table
    [InlineData(0x812UL)]       // 2 GB frame
    public void Anchors_that_are_not_supported_are_refused(ulong flags)
        => Assert.Equal(IoError.AnchorFormat, _t.Translate(new(new Iota(TableStorage.Region | flags), 0, ulong.MaxValue)).Error);

    [Fact]
    public void A_page_entry_of_zero_maps_page_zero()
    {
        Patch(2, 0);
        var result = _t.Translate(TableStorage.Space());
        Assert.Equal((IoError.None, 0x789UL), (result.Error, result.AddressOf(TableStorage.Iova)));
    }

    [Fact]
    public void A_segment_may_map_a_frame()
    {
        Patch(1, 0x50_0000 | 0x400);
        var result = _t.Translate(TableStorage.Space());
        Assert.Equal((IoError.None, 1UL << 20, IoTableLevel.Segment), (result.Error, result.FrameSize, result.Level));
        Assert.Equal(0x55_6789UL, result.AddressOf(TableStorage.Iova));
    }

    [Fact]
    public void Address_bits_above_the_tables_are_ignored()
    {
        var space = TableStorage.Space(pal: ulong.MaxValue);
        Assert.Equal(TableStorage.Frame, _t.Translate(space, TableStorage.Iova | (5UL << 42)).Frame);
    }

    [Fact]
    public void Wider_anchors_walk_more_tables_when_they_are_allowed()
    {
        const ulong second = 0x30000, first = 0x34000;
        _t.Storage.Write64(second, TableStorage.Region | 0xB);
        _t.Storage.Write64(first, second | 0xF);
        _t.Storage.Write64(first + 8, second | 0xB);
        var capabilities = new IoCapabilities(0xF0);
        var rs = new IoAddressSpace(Iota.Table(IoDesignation.RegionSecondTable, second), 0, ulong.MaxValue, capabilities);
        var rf = new IoAddressSpace(Iota.Table(IoDesignation.RegionFirstTable, first), 0, ulong.MaxValue, capabilities);
        var st = new IoAddressSpace(Iota.Table(IoDesignation.SegmentTable, TableStorage.Segment), 0, uint.MaxValue, capabilities);
        Assert.Equal(TableStorage.Frame, _t.Translate(rs).Frame);
        Assert.Equal(TableStorage.Frame, _t.Translate(rf).Frame);
        Assert.Equal(TableStorage.Frame, _t.Translate(st, TableStorage.Iova & 0x7FFF_FFFF).Frame);
        Assert.Equal(IoError.TableType, _t.Translate(rf, TableStorage.Iova | (1UL << 53)).Error);
    }

    [Fact]
    public void Direct_translation_counts_from_its_origin()
    {
        var space = new IoAddressSpace(new Iota(0), 0x1_0000_0000, 0x1_FFFF_FFFF, new IoCapabilities(0x40, true, 0x1_0000_0000));
        Assert.Equal(0x1234UL, _t.Translate(space, 0x1_0000_1234).AddressOf(0x1_0000_1234));
    }

    [Fact]
    public void Each_entry_is_loaded_once_and_seen()
    {
        var tables = new AbsoluteTables(_t.Storage);
        var seen = new Recorder([]);
        IoWalk.Translate(ref tables, TableStorage.Space(), TableStorage.Iova, Read, ref seen);
        Assert.Equal(
            [
                (IoTableLevel.RegionThird, TableStorage.RegionEntry, TableStorage.Segment | 7),
                (IoTableLevel.Segment, TableStorage.SegmentEntry, TableStorage.Page),
                (IoTableLevel.Page, TableStorage.PageEntry, TableStorage.Frame),
            ], seen.Entries);
    }

    [Fact]
    public void Entries_say_what_they_are()
    {
        Assert.Equal("Page 0000000000001200: frame 0x1000, protected", new IoTableEntry(IoTableLevel.Page, 0x1200).ToString());
        Assert.Equal("Segment 0000000000000020: invalid", IoTableEntry.Empty(IoTableLevel.Segment).ToString());
        Assert.Equal("RegionThird 0000000000014007: table 0x14000", IoTableEntry.Table(IoTableLevel.RegionThird, 0x14000).ToString());
        Assert.Equal("RegionThird 0000000000014006: TableLength", new IoTableEntry(IoTableLevel.RegionThird, 0x14006).ToString());
        Assert.Equal("RegionThirdTable at 0x10000, protected", new Iota(0x10A04).ToString());
    }

    private void Patch(int level, ulong value)
    {
        ulong[] at = [TableStorage.RegionEntry, TableStorage.SegmentEntry, TableStorage.PageEntry];
        _t.Storage.Write64(at[level], value);
    }

    private readonly record struct Recorder(List<(IoTableLevel, ulong, ulong)> Entries) : IIoWalkObserver
    {
        public void EntryRead(IoTableLevel level, ulong address, ulong value) => Entries.Add((level, address, value));
    }
}
