using S390Sim.Cpu;

namespace S390Sim.Iommu.Tests;

public sealed class IoPageTablesTests : IDisposable
{
    private readonly TableStorage _t = new();
    private readonly IoPageTables _tables;

    public IoPageTablesTests() => Assert.True(IoPageTables.TryCreate(_t.Storage, _t, null, out _tables!));

    public void Dispose() => _t.Dispose();

    private IoAddressSpace Space => new(_tables.Iota, 0, ulong.MaxValue);

    [Fact]
    public void What_is_set_is_what_the_iommu_finds()
    {
        var random = new Random(3);
        var model = new SortedDictionary<ulong, (ulong Frame, bool Writable)>();
        for (var n = 0; n < 2000; n++)
        {
            var iova = ((ulong)random.Next(3) << 31) | ((ulong)random.Next(3) << 20) | ((ulong)random.Next(32) << 12);
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(iova), _tables.Clear(iova));
                continue;
            }
            var (frame, writable) = ((ulong)random.Next(4096) << 12, random.Next(2) == 0);
            Assert.True(_tables.TrySet(iova, frame, writable));
            model[iova] = (frame, writable);
        }
        Assert.Equal((ulong)model.Count, _tables.ValidEntries);
        Assert.Equal(model.Select(m => new IoMapping(m.Key, m.Value.Frame, m.Value.Writable)), _tables.Mappings());
        foreach (var (iova, to) in model)
        {
            var walked = _t.Translate(Space, iova, IoAccess.Read);
            Assert.Equal((IoError.None, to.Frame, to.Writable), (walked.Error, walked.Frame, walked.Writable));
            Assert.True(_tables.TryGet(iova, out var frame, out var writable));
            Assert.Equal(to, (frame, writable));
        }
    }

    [Fact]
    public void Unmapped_pages_are_invalid_at_every_level()
    {
        Assert.Equal(IoTableLevel.RegionThird, _t.Translate(Space).Level);
        Assert.True(_tables.TrySet(TableStorage.Iova, 0x5000, true));
        Assert.Equal(IoError.InvalidEntry, _t.Translate(Space, TableStorage.Iova + 0x1000).Error);
        Assert.Equal(IoTableLevel.Segment, _t.Translate(Space, TableStorage.Iova + 0x10_0000).Level);
        Assert.True(_tables.Clear(TableStorage.Iova));
        Assert.False(_tables.Clear(TableStorage.Iova));
        Assert.Equal(IoError.InvalidEntry, _t.Translate(Space).Error);
    }

    [Fact]
    public void Without_storage_for_a_table_nothing_is_mapped()
    {
        _t.Limit = 0x20_0000 + IoTableLevels.RegionTableSize * 2;
        Assert.False(_tables.TrySet(TableStorage.Iova, 0x5000, true));
        Assert.False(_tables.TryGet(TableStorage.Iova, out _, out _));
        _t.Limit = 16 << 20;
        Assert.True(_tables.TrySet(TableStorage.Iova, 0x5000, true));
        Assert.Equal(_tables.TableBytes, _t.Allocated);
    }

    [Fact]
    public void Disposing_gives_all_storage_back_once()
    {
        for (var n = 0UL; n < 8; n++) _tables.TrySet((n << 31) | (n << 20), 0x1000, true);
        _tables.Dispose();
        _tables.Dispose();
        Assert.Equal(0UL, _t.Allocated);
    }

    [Theory]
    [InlineData(0UL, ulong.MaxValue, 0x8000_3000UL)]
    [InlineData(0x8000_3000UL, 1UL, 0x8000_3000UL)]
    [InlineData(0x8000_3FFFUL, 1UL, 0x8000_3000UL)]
    [InlineData(0x8000_4000UL, ulong.MaxValue, 0x1_0010_0000UL)]
    public void The_next_mapping_is_found(ulong start, ulong length, ulong iova)
    {
        _tables.TrySet(0x8000_3000, 0x1000, true);
        _tables.TrySet(0x1_0010_0000, 0x2000, true);
        Assert.True(_tables.TryFindNext(start, length, out var mapping));
        Assert.Equal(iova, mapping.Iova);
        Assert.False(_tables.TryFindNext(0x8000_4000, 0x8000_0000, out _));
        Assert.False(_tables.TryFindNext(0x1_0010_1000, ulong.MaxValue, out _));
    }

    [Fact]
    public void Entries_written_are_reported()
    {
        var log = new List<Stage>();
        var stages = new StageReporter { Listener = new Log(log) };
        Assert.True(IoPageTables.TryCreate(_t.Storage, _t, stages, out var tables));
        tables.TrySet(0x1_0000_3000, 0x0A5B_C000, writable: false);
        Assert.Equal(3UL, tables.EntriesWritten);
        Assert.All(log, s => Assert.Same(IommuStages.HostEntryWritten, s.Kind));
        Assert.Equal(0x0A5B_C200UL, log[^1].C);
    }

    private sealed class Log(List<Stage> stages) : IStageListener
    {
        public void OnStage(in Stage stage) => stages.Add(stage);
    }
}
