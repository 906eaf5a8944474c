using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// What is shared: several functions of a guest, functions of one container, several guests behind one IOMMU, frames of the
/// host.
/// </summary>
public sealed class SharedHostTests
{
    private const ulong Pba = 0x1_0000_0000, Segment = 1 << 20;

    public static TheoryData<string> Designs => [.. DomainDesigns.Names.Where(n => n != "identity")];

    private static void Map(HypervisorBench bench, int table, ulong page, int frame)
        => bench.Write64(TraceLayout.PageTable(table) + page * 8, frame < 0 ? 0x400 : TraceLayout.Frame(frame));

    // Two functions with tables of their own: root and page table 0, root and page table 1.
    private static HypervisorBench Two(HypervisorBenchOptions options)
    {
        var bench = new HypervisorBench(options with { Functions = 2 });
        TraceLayout.InitializeEmpty(bench);
        bench.Write64(TraceLayout.Root(1) + 2 * 8, TraceLayout.Segment(1) | 7);
        bench.Write64(TraceLayout.Segment(1), TraceLayout.PageTable(1));
        for (bench.Focus = 0; bench.Focus < 2; bench.Focus++)
        {
            if (bench.Focus == 1 && options.EntryLimit != Type1Container.DefaultEntryLimit)
                bench.Machine.Design.ShareContainer(bench.Functions[1], bench.Functions[0]);
            Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(bench.Focus, protect: false), Pba, TraceLayout.Pal));
        }
        bench.Focus = 0;
        return bench;
    }

    private static RefreshResult Refresh(HypervisorBench bench, int function)
    {
        bench.Focus = function;
        return bench.Refresh(Pba, Segment);
    }

    /// <summary>Each function has its own anchor, and what is done to one leaves the other alone.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void FunctionsHaveAnchorsOfTheirOwn(string design)
    {
        using var bench = Two(new(design));
        Map(bench, 0, 0, 1);
        Map(bench, 1, 0, 2);
        Assert.Equal((0, 0), (Refresh(bench, 0).ConditionCode, Refresh(bench, 1).ConditionCode));
        Assert.True(bench.Functions[0].Write(Pba, [0xA0]) && bench.Functions[1].Write(Pba, [0xB1]));
        Assert.Equal((0xA0UL << 56, 0xB1UL << 56), (bench.Read64(TraceLayout.Frame(1)), bench.Read64(TraceLayout.Frame(2))));
        bench.Focus = 0;
        Assert.Equal(0, bench.Modify(5));
        Assert.False(bench.Functions[0].Write(Pba, [1]));
        Assert.True(bench.Functions[1].Write(Pba, [0xC2]));
        Assert.Equal(0xC2UL << 56, bench.Read64(TraceLayout.Frame(2)));
        Assert.Equal((FunctionState.Error, FunctionState.Enabled), (bench.Functions[0].State, bench.Functions[1].State));
    }

    /// <summary>
    /// Functions of one container have one limit together; what one gives up, the other may have after status 16.
    /// </summary>
    [Fact]
    public void AContainersLimitIsThatOfItsFunctions()
    {
        using var bench = Two(new("type1") { EntryLimit = 3 });
        var container = bench.Machine.Design.ContainerOf(bench.Functions[0]);
        Assert.Same(container, bench.Machine.Design.ContainerOf(bench.Functions[1]));
        Map(bench, 0, 0, 0);
        Map(bench, 0, 1, 1);
        Map(bench, 1, 0, 2);
        Assert.Equal((0, 0), (Refresh(bench, 0).ConditionCode, Refresh(bench, 1).ConditionCode));
        Map(bench, 1, 1, 3);
        Assert.Equal((16, 3), (Refresh(bench, 1).Status, container.Entries));
        Map(bench, 0, 1, -1);
        Assert.Equal(0, Refresh(bench, 0).ConditionCode);
        Assert.Equal((0, 3), (Refresh(bench, 1).ConditionCode, container.Entries));
        bench.Focus = 0;
        bench.Modify(5);
        Assert.Equal((2, 2UL), (container.Entries, bench.Frames.TotalPins()));
        bench.Focus = 1;
        bench.Modify(5);
        Assert.Equal((0, 0UL), (container.Entries, bench.Frames.TotalPins()));
    }

    /// <summary>The locked-memory limit is the process's: it counts the pins of all functions.</summary>
    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void TheMemlockLimitIsThatOfTheMachine(string design)
    {
        using var bench = Two(new(design, MemlockLimit: 2));
        Map(bench, 0, 0, 0);
        Map(bench, 1, 0, 0);
        Map(bench, 1, 1, 1);
        Assert.Equal((0, 16), (Refresh(bench, 0).ConditionCode, Refresh(bench, 1).Status));
        Assert.Equal((2UL, 2UL), (bench.Machine.Account.Charged, bench.Frames.TotalPins()));
        Map(bench, 0, 0, -1);
        Assert.Equal((0, 0), (Refresh(bench, 0).ConditionCode, Refresh(bench, 1).ConditionCode));
        Assert.Equal(2UL, bench.Machine.Account.Charged);
    }

    /// <summary>
    /// Two guests whose functions have the same index, and so the same handle: one IOMMU, two devices, no way across.
    /// </summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void GuestsWithTheSameHandlesAreApart(string design)
    {
        using var bench = new HypervisorBench(new(design) { HasNeighbour = true, NeighbourIndex = 0 });
        var (neighbour, its) = (bench.Neighbour!, bench.NeighbourFunction!);
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        Assert.Equal(its.Handle, bench.Function.Handle);
        Assert.NotEqual(its.DeviceId, bench.Function.DeviceId);
        Map(bench, 0, 2, 0);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.True(its.Write(TraceLayout.Pba, [0x11]));
        Assert.True(bench.Function.Write(TraceLayout.Pba, [0x22]));
        Span<byte> byteOfIts = stackalloc byte[1];
        Assert.True(neighbour.Memory.TryRead(TraceLayout.Frame(0), byteOfIts));
        Assert.Equal((0x11, 0x22UL << 56), (byteOfIts[0], bench.Read64(TraceLayout.Frame(0))));
        bench.Machine.Dispose();
        Assert.True(its.Write(TraceLayout.Pba, [0x33]));
        Assert.True(neighbour.Memory.TryRead(TraceLayout.Frame(0), byteOfIts));
        Assert.Equal(0x33, byteOfIts[0]);
        Assert.Equal(bench.PinsBefore, bench.Frames.TotalPins());
        bench.Restart();
        Assert.NotEqual(its.DeviceId, bench.Function.DeviceId);
        Assert.False(bench.Function.Write(TraceLayout.Pba, [0x44]));
    }

    /// <summary>
    /// All handles that there are but its own: a guest learns nothing of another one's functions, whatever index they have
    /// (invariant 32).
    /// </summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void NoOtherHandleIsKnown(string design)
    {
        using var bench = new HypervisorBench(new(design) { HasNeighbour = true });
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        var own = bench.Function.Handle;
        uint[] instances = [0, 1U << 24, FunctionHandle.InstanceMask];
        foreach (var index in Enumerable.Range(0, 70).Append(0xFFFF))
        {
            foreach (var instance in instances)
            {
                var handle = FunctionHandle.Enabled | instance | (own & FunctionHandle.SimulationMask) | (uint)index;
                if (handle != own) Assert.Equal(new RefreshResult(3, 0, true), bench.Refresh(handle, Pba, Segment));
            }
        }
        Assert.Equal(new RefreshResult(3, 0, true), bench.Refresh(own & ~FunctionHandle.Enabled, Pba, Segment));
    }

    /// <summary>
    /// A paged guest may not pin the frames that it needs to run: status 16, the guest goes on, makes room, and its global
    /// refresh converges. What a device stored meanwhile is there.
    /// </summary>
    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void APagedGuestKeepsTheFramesItNeeds(string design)
    {
        const ulong first = 0x10_0000, most = GuestMemory.MinimumFrames - GuestMemory.ReservedFrames;
        using var bench = new HypervisorBench(new(design) { FrameLimit = GuestMemory.MinimumFrames });
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        for (var n = 0UL; n < 60; n++) bench.Write64(TraceLayout.PageTable(0) + n * 8, first + n * 4096);
        Assert.Equal(new RefreshResult(1, 16, true), bench.Refresh(Pba, Segment));
        Assert.Equal((most, most, most), (bench.Frames.TotalPins(), bench.Memory.PinnedPages, bench.Domain!.Tables.ValidEntries));
        for (var n = 2UL; n < most; n++) Assert.True(bench.Function.Write(Pba + n * 4096, [(byte)n]));
        // The guest still runs, over many pages.
        for (var n = 0UL; n < 100; n++) bench.Write64(0x20_0000 + n * 4096, n);
        Assert.Equal(Cpu.StopReason.Wait, bench.Execute(Op.LR));
        Assert.Equal(Cpu.ProgramCode.None, bench.Interruption);
        for (var n = 0UL; n < 50; n++) bench.Write64(TraceLayout.PageTable(0) + n * 8, 0x400);
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, TraceLayout.Pal - Pba + 1));
        Assert.Equal((10UL, 10UL, 10UL), (bench.Frames.TotalPins(), bench.Memory.PinnedPages, bench.Domain.Tables.ValidEntries));
        for (var n = 0UL; n < 100; n++) Assert.Equal(n, bench.Read64(0x20_0000 + n * 4096));
        for (var n = 2UL; n < most; n++) Assert.Equal(n << 56, bench.Read64(first + n * 4096));
        Assert.True(bench.Memory.Paged is { Out: > 100, In: > 50 });
        bench.Modify(5);
        Assert.Equal((0UL, 0UL), (bench.Frames.TotalPins(), bench.Memory.PinnedPages));
    }

    /// <summary>The count of pinned pages, when storage goes while it is pinned.</summary>
    [Fact]
    public void StorageThatGoesIsPinnedNoMore()
    {
        using var bench = new HypervisorBench(new("lent") { FrameLimit = GuestMemory.MinimumFrames });
        var (memory, pinner) = (bench.Memory, bench.Machine.Pinner);
        memory.SetSlot(1, 1UL << 32, 0x2000);
        Assert.True(pinner.TryPin(1UL << 32, out var frame));
        Assert.True(pinner.TryPin(1UL << 32, out _));
        Assert.True(pinner.TryPin(0x5000, out var other));
        Assert.Equal(2UL, memory.PinnedPages);
        memory.SetSlot(1, 0, 0);
        Assert.Equal((1UL, 1), (memory.PinnedPages, memory.OrphanFrames));
        pinner.Unpin(frame, isDirty: false);
        pinner.Unpin(frame, isDirty: false);
        pinner.Unpin(other, isDirty: false);
        Assert.Equal((0UL, 0), (memory.PinnedPages, memory.OrphanFrames));
    }

    /// <summary>
    /// A host that is a guest itself tells its own hypervisor of new mappings, once for a batch; another one need not.
    /// </summary>
    [Theory]
    [InlineData("type1", true, 3)]
    [InlineData("type1", false, 0)]
    [InlineData("lent", true, 1)]
    [InlineData("lent", false, 0)]
    public void ANestedHostAnnouncesNewMappings(string design, bool isNested, int flushes)
    {
        using var bench = new HypervisorBench(new(design) { HostRequiresRefresh = isNested });
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        for (var n = 0; n < 3; n++) Map(bench, 0, (ulong)n, n);
        var before = bench.Machine.Counters.Flushes;
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal((ulong)flushes, bench.Machine.Counters.Flushes - before);
    }
}
