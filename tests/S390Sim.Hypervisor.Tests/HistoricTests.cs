using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>The RPCIT handlers of v3 and v4 do what they were meant to, and are wrong where they were (kvm-pci-design.md 4, 5 and 7).</summary>
public sealed class HistoricTests
{
    private const ulong Pba = 0x1_0000_0000, Segment = 1 << 20;

    public static TheoryData<string> Designs => [.. DomainDesigns.Historic];

    private static HypervisorBench Bench(string design)
    {
        var bench = new HypervisorBench(new(design));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        Map(bench, TraceLayout.Frame(0));
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, 0x1000));
        return bench;
    }

    private static void Map(HypervisorBench bench, ulong entry) => bench.Write64(TraceLayout.PageTable(0), entry);

    private static (bool IsMapped, bool Writable) Entry(HypervisorBench bench)
        => (bench.Domain!.Tables.TryGet(Pba, out _, out var writable), writable);

    [Theory]
    [MemberData(nameof(Designs))]
    public void APageIsMappedAndTakenAway(string design)
    {
        using var bench = Bench(design);
        Assert.Equal((true, true), Entry(bench));
        Map(bench, 0x400);
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, 0x1000));
        Assert.False(Entry(bench).IsMapped);
    }

    /// <summary>Section 4.7: the guest's protection is ignored (invariant 4).</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AProtectedPageCanBeStoredInto(string design)
    {
        using var bench = Bench(design);
        Map(bench, TraceLayout.Frame(1) | 0x200);
        bench.Refresh(Pba, 0x1000);
        Assert.Equal((true, true), Entry(bench));
    }

    /// <summary>Sections 4.5 and 4.6: a table that was met once is believed; what the guest took away above it stays (5).</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AClearedSegmentStaysMapped(string design)
    {
        using var bench = Bench(design);
        bench.Write64(TraceLayout.Segment(0), 0x20);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.True(Entry(bench).IsMapped);
    }

    /// <summary>Section 4.8: v3 leaves everything when the anchor goes (16); v4 empties the domain. Neither charges pins (17).</summary>
    [Theory]
    [InlineData("v3", true)]
    [InlineData("v4", false)]
    public void WhatDeregistrationLeaves(string design, bool isLeft)
    {
        using var bench = Bench(design);
        Assert.Equal((true, 0UL), (bench.Frames.TotalPins() > 0, bench.Machine.Account.Charged));
        bench.Modify(5);
        Assert.Equal(isLeft, Entry(bench).IsMapped);
        Assert.True(bench.Frames.TotalPins() > 0);      // the pages of cached tables, released by their addresses
    }

    /// <summary>Section 4.9: what an unaligned start and a length of zero end in.</summary>
    [Theory]
    [InlineData("v3", 0x800UL, 0x1000UL, 0, 0)]
    [InlineData("v4", 0x800UL, 0x1000UL, 3, 0)]
    [InlineData("v3", 0UL, 0UL, 1, 16)]
    [InlineData("v4", 0UL, 0UL, 3, 0)]
    public void AnswersThatDiffer(string design, ulong offset, ulong length, int conditionCode, byte status)
    {
        using var bench = Bench(design);
        Assert.Equal(new RefreshResult(conditionCode, status, true), bench.Refresh(Pba + offset, length));
    }

    /// <summary>Section 4.6: a segment table of which only a part could be pinned stops the host's kernel at the missing part.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void APartlyPinnedTableStopsTheHost(string design)
    {
        const ulong size = (4 << 20) + 0x2000;
        using var bench = new HypervisorBench(new(design, GuestSize: size));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        // Region 3 has a table whose second half lies behind the guest's storage.
        bench.Write64(TraceLayout.Root(0) + 3 * 8, 4 << 20 | 0x4);
        const ulong address = (3UL << 31) + 1024 * Segment;
        bench.Refresh(address, 0x1000);
        Assert.Null(bench.Machine.Design.HostFailure);
        bench.Refresh(address, 0x1000);
        Assert.Contains("null pointer", bench.Machine.Design.HostFailure, StringComparison.Ordinal);
    }
}
