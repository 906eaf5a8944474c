using S390Sim.Iommu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Designs;

/// <summary>Nesting in software: a domain for each anchor, made of the guest's tables and the parent's translations.</summary>
public sealed class NestedDesignTests : IDisposable
{
    private const ulong Pba = 0x1_0000_0000;

    private readonly HypervisorBench _bench = new(new("nested") { Functions = 2 });

    public NestedDesignTests()
    {
        TraceLayout.InitializeEmpty(_bench);
        Assert.Equal(0, _bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
    }

    public void Dispose() => _bench.Dispose();

    private ParentDomain Parent => ((ParentedDesign)_bench.Machine.Design).Parent;

    private RefreshResult Map(int page, ulong entry)
    {
        _bench.Write64(TraceLayout.PageTable(0) + (ulong)page * 8, entry);
        return _bench.Refresh(Pba + (ulong)page * 4096, 4096);
    }

    /// <summary>24 and 28: nobody maps, unmaps or borrows a nested domain, and it stays nested.</summary>
    [Fact]
    public void TheDomainIsNobodysToMap()
    {
        Assert.Equal(new RefreshResult(0, 0, true), Map(0, TraceLayout.Frame(0)));
        var domain = _bench.Domain!;
        var written = domain.Tables.EntriesWritten;
        Assert.Same(Parent, domain.Parent);
        Assert.Equal((DomainStatus.NotSupported, DomainStatus.NotSupported, DomainStatus.NotSupported),
            (domain.Map(Pba + 0x1000, 0x20_0000, writable: true), domain.Unmap(Pba), domain.Lend(this)));
        Assert.Equal((written, 1UL, LoanState.Normal), (domain.Tables.EntriesWritten, domain.Tables.ValidEntries, domain.Loan));
        Assert.True(domain.TryIovaToPhys(Pba, out var frame));
        Assert.True(Parent.TryFind(TraceLayout.Frame(0), out var expected, out _));
        Assert.Equal(expected, frame);
    }

    /// <summary>A page that is mapped elsewhere is one store, with no entry gone in between, and one flush.</summary>
    [Fact]
    public void AnExchangeIsOneStore()
    {
        Map(0, TraceLayout.Frame(0));
        Assert.True(_bench.Function.Write(Pba, [1]));
        var counters = _bench.Machine.Counters;
        var before = (counters.HostEntriesWritten, counters.HostEntriesCleared, counters.Flushes);
        Map(0, TraceLayout.Frame(1));
        Assert.Equal((before.HostEntriesWritten + 1, before.HostEntriesCleared, before.Flushes + 1),
            (counters.HostEntriesWritten, counters.HostEntriesCleared, counters.Flushes));
        Assert.True(_bench.Function.Write(Pba, [2]));
        Assert.Equal((1UL << 56, 2UL << 56), (_bench.Read64(TraceLayout.Frame(0)), _bench.Read64(TraceLayout.Frame(1))));
    }

    /// <summary>38: what is new, or as it was, needs no flush of the host's; what is changed or gone needs one.</summary>
    [Fact]
    public void OnlyChangesAreFlushed()
    {
        var counters = _bench.Machine.Counters;
        Map(0, TraceLayout.Frame(0));
        Map(1, TraceLayout.Frame(1));
        Map(1, TraceLayout.Frame(1));
        Assert.Equal(0UL, counters.Flushes);
        Map(1, TraceLayout.Frame(1) | 0x200);
        Map(0, 0x400);
        Assert.Equal(2UL, counters.Flushes);
    }

    /// <summary>A host that is a guest itself announces new pages, too, once for an RPCIT.</summary>
    [Fact]
    public void AGuestAsHostAnnouncesNewPages()
    {
        using var bench = new HypervisorBench(new("nested") { HostRequiresRefresh = true });
        TraceLayout.InitializeEmpty(bench);
        bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal);
        for (var n = 0UL; n < 8; n++) bench.Write64(TraceLayout.PageTable(0) + n * 8, TraceLayout.Frame((int)n));
        bench.Refresh(Pba, 1 << 20);
        Assert.Equal(1UL, bench.Machine.Counters.Flushes);
        bench.Refresh(Pba, 1 << 20);
        Assert.Equal(1UL, bench.Machine.Counters.Flushes);
    }

    /// <summary>7: each function has a domain of its own, with tables of its own; they end with their anchors.</summary>
    [Fact]
    public void EachAnchorHasADomain()
    {
        Map(0, TraceLayout.Frame(0));
        var used = _bench.Machine.Tables.Used;
        _bench.Focus = 1;
        Assert.Null(_bench.Domain);
        Assert.Equal(0, _bench.Modify(4, TraceLayout.Iota(1, protect: false), Pba, TraceLayout.Pal));
        Assert.True(_bench.Machine.Tables.Used > used);
        Assert.Equal(0UL, _bench.Domain!.Tables.ValidEntries);
        Assert.Equal(0, _bench.Modify(5));
        Assert.Equal((used, null), (_bench.Machine.Tables.Used, _bench.Domain));
        _bench.Focus = 0;
        Assert.True(_bench.Function.Write(Pba, [1]));
        Assert.Equal(0, _bench.Modify(5));
        Assert.Equal(0UL, _bench.Machine.Tables.Used);
    }

    /// <summary>A frame that the guest has not is status 16; what was mapped there is gone, and flushed.</summary>
    [Fact]
    public void WhatTheParentHasNotIsNotMapped()
    {
        Map(0, TraceLayout.Frame(0));
        Assert.True(_bench.Function.Write(Pba, [1]));
        Assert.Equal(new RefreshResult(1, 16, true), Map(0, TraceLayout.Nowhere));
        Assert.Equal(0UL, _bench.Domain!.Tables.ValidEntries);
        Assert.Empty(_bench.Iommu.IotlbContents());
        Assert.Equal(new RefreshResult(0, 0, true), Map(0, TraceLayout.Frame(1)));
    }

    /// <summary>Slots of any number and place, against a list.</summary>
    [Fact]
    public void TheParentFindsWhatThereIs()
    {
        var random = new Random(0x5390);
        HashSet<ulong> pages = [.. Enumerable.Range(0, (int)(_bench.Memory.Size / 4096)).Select(n => (ulong)n)];
        var slots = new Dictionary<int, (ulong First, ulong Count)>();
        for (var round = 0; round < 200; round++)
        {
            var id = random.Next(1, 20);
            if (slots.Remove(id, out var gone))
            {
                Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(id, 0, 0));
                for (var n = 0UL; n < gone.Count; n++) pages.Remove(gone.First + n);
            }
            else
            {
                var (first, count) = ((ulong)random.Next(0x400, 0x500), (ulong)random.Next(1, 9));
                if (_bench.Memory.SetSlot(id, first * 4096, count * 4096) != SlotStatus.Ok) continue;
                slots.Add(id, (first, count));
                for (var n = 0UL; n < count; n++) Assert.True(pages.Add(first + n));
            }
            for (var n = 0; n < 50; n++)
            {
                var page = (ulong)random.Next(0x3F0, 0x520);
                Assert.Equal(pages.Contains(page), Parent.TryFind(page * 4096 + 8, out var frame, out var writable));
                if (!writable) continue;
                Assert.True(_bench.Memory.TryResolve(page * 4096, out var expected));
                Assert.Equal((expected, 1), (frame, _bench.Frames.Pins(frame)));
            }
            Assert.Equal((ulong)pages.Count, Parent.Pages);
        }
        Assert.False(((IStageTwo)Parent).TryTranslate(ulong.MaxValue, store: false, out _));
    }
}
