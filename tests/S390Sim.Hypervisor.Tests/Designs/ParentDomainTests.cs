using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Designs;

/// <summary>A guest that is pinned whole: what is charged, what is refused, and what becomes of its memory slots.</summary>
public sealed class ParentDomainTests
{
    private const ulong GuestSize = 1 << 20, Pages = GuestSize / 4096, Far = 1UL << 32, SlotSize = 0x8000, Pba = 0x1_0000_0000;

    public static TheoryData<string> Designs
        => [.. DomainDesigns.Names.Where(d => DomainDesigns.ContractOf(d).Pins == PinPolicy.WholeGuest)];

    private static (ulong Pins, ulong Charged, ulong Held) Pinned(HypervisorBench bench)
        => (bench.Frames.TotalPins(), bench.Machine.Account.Charged, bench.Machine.Pinner.Held);

    private static HypervisorBench Registered(string design, ulong limit = ulong.MaxValue)
    {
        var bench = new HypervisorBench(new(design, GuestSize, MemlockLimit: limit));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        return bench;
    }

    // Maps pages from the first usable address on.
    private static void Map(HypervisorBench bench, params ulong[] entries)
    {
        for (var n = 0; n < entries.Length; n++) bench.Write64(TraceLayout.PageTable(0) + (ulong)n * 8, entries[n]);
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, (ulong)entries.Length * 4096));
    }

    /// <summary>17 and 23: the charge is each page of the guest once, whatever and however often it is mapped.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void EachPageIsChargedOnce(string design)
    {
        using var bench = Registered(design, limit: Pages);
        Assert.Equal((Pages, Pages, Pages), Pinned(bench));
        Map(bench, TraceLayout.Frame(0), TraceLayout.Frame(0), TraceLayout.Frame(1));
        Assert.True(bench.Memory.TryResolve(TraceLayout.Frame(0), out var frame));
        Assert.Equal((1, (Pages, Pages, Pages)), (bench.Frames.Pins(frame), Pinned(bench)));
        bench.Modify(5);
        Assert.Equal((Pages, Pages, Pages), Pinned(bench));
        bench.Machine.Dispose();
        Assert.Equal((0UL, 0UL, 0UL), Pinned(bench));
        Assert.Equal(0UL, bench.Frames.InUse);
        bench.Restart();
    }

    /// <summary>A lowered limit takes nothing away, and stops nothing but more storage.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void TheLimitMattersOnce(string design)
    {
        using var bench = Registered(design);
        bench.Machine.Account.Limit = 0;
        Map(bench, TraceLayout.Frame(0), TraceLayout.Frame(1));
        Assert.True(bench.Function.Write(Pba + 0x1000, [0x5A]));
        Assert.Equal(0x5AUL << 56, bench.Read64(TraceLayout.Frame(1)));
        Assert.Equal(SlotStatus.NoMemory, bench.Memory.SetSlot(1, Far, SlotSize));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void AGuestThatCannotBePinnedIsNotMade(string design)
    {
        using var bench = new HypervisorBench(new("lent", HostSize: 4 << 20, GuestSize: GuestSize));
        var frames = bench.Frames.InUse;
        var failures = new FailureInjection([new InjectionRule(InjectionPoint.Pin, 200, Repeats: false)]);
        var host = new VirtualMachineHost(bench.Processor, bench.Frames, bench.Iommu, new PciClock(() => 0, new()), bench.Services);
        Assert.Contains($"pins the whole guest: {Pages} pages of 4 KB, and {Pages - 1} may be locked",
            Refusal(host, new(GuestSize, design, MemlockLimit: Pages - 1)), StringComparison.Ordinal);
        Assert.Contains("pins the whole guest: the host could not give all 16384 pages",
            Refusal(host, new(64 << 20, design)), StringComparison.Ordinal);
        Assert.Contains("pins the whole guest: the host could not give all 768 pages",
            Refusal(host, new(3 << 20, design)), StringComparison.Ordinal);
        Assert.Contains("could not give all",
            Refusal(host with { Failures = failures }, new(GuestSize, design)), StringComparison.Ordinal);
        Assert.Contains("it cannot be paged, with 255 frames",
            Refusal(host, new(GuestSize, design) { FrameLimit = Pages - 1 }), StringComparison.Ordinal);
        Assert.Equal((frames, 0UL), (bench.Frames.InUse, bench.Frames.TotalPins()));
        using var machine = new VirtualMachine(host, new(GuestSize, design, MemlockLimit: Pages) { FrameLimit = Pages });
        Assert.Equal(Pages, machine.Account.Charged);
    }

    private static string Refusal(VirtualMachineHost host, VirtualMachineOptions options)
    {
        var message = Assert.Throws<ConfigurationLimitException>(() => new VirtualMachine(host, options)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>A slot is pinned when it comes, or does not come; however large it is said to be.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void ASlotIsPinnedOrRefused(string design)
    {
        using var bench = Registered(design, limit: Pages + 8);
        var frames = bench.Frames.InUse;
        Assert.Equal(SlotStatus.NoMemory, bench.Memory.SetSlot(1, Far, SlotSize + 0x1000));
        Assert.Equal(SlotStatus.NoMemory, bench.Memory.SetSlot(1, Far, 1UL << 41));
        Assert.Equal((1, frames, (Pages, Pages, Pages)), (bench.Memory.Slots.Count, bench.Frames.InUse, Pinned(bench)));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, Far, SlotSize));
        Assert.Equal((Pages + 8, Pages + 8, Pages + 8), Pinned(bench));
        Map(bench, Far + SlotSize - 0x1000);
        Assert.True(bench.Function.Write(Pba + 8, [1]));
        Assert.Equal(1UL << 56, bench.Read64(Far + SlotSize - 0x1000 + 8));
        bench.Machine.Account.Limit = ulong.MaxValue;
        List<ulong> taken = [];
        while (bench.Frames.TryAllocate(4096, 4096, out var frame)) taken.Add(frame);
        bench.Frames.Free(taken[^1], 4096);     // one frame: the first page is pinned and given back
        frames = bench.Frames.InUse;
        Assert.Equal(SlotStatus.NoMemory, bench.Memory.SetSlot(2, 2 * Far, SlotSize));
        Assert.Equal((2, (Pages + 8, Pages + 8, Pages + 8)), (bench.Memory.Slots.Count, Pinned(bench)));
        foreach (var frame in taken[..^1]) bench.Frames.Free(frame, 4096);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(2, 2 * Far, SlotSize));
    }

    /// <summary>30 and 46: with a slot go its entries and all that is cached of it, at once, and nothing else.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void WithASlotGoesWhatLeadsThere(string design)
    {
        using var bench = Registered(design);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, Far, SlotSize));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(2, 2 * Far, SlotSize));
        Map(bench, Far, TraceLayout.Frame(0), Far + 0x3000, 2 * Far + 0x3000);
        for (var n = 0UL; n < 4; n++) Assert.True(bench.Function.Write(Pba + n * 0x1000, [(byte)(n + 1)]));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
        var left = bench.Iommu.IotlbContents().ToList();
        Assert.All(left, t => Assert.True(bench.Frames.Pins(t.Frame) > 0));
        if (!bench.Machine.Design.Contract.FollowsGuestTables)
        {
            Assert.Equal([Pba + 0x1000, Pba + 0x3000], bench.Domain!.Tables.Mappings().Select(m => m.Iova));
        }
        Assert.Equal((Pages + 8, Pages + 8, Pages + 8), Pinned(bench));
        Assert.Equal(0, bench.Memory.OrphanFrames);
        Assert.True(bench.Function.Write(Pba + 0x1000, [7]) && bench.Function.Write(Pba + 0x3000, [8]));
        Assert.Equal((7UL << 56, 8UL << 56), (bench.Read64(TraceLayout.Frame(0)), bench.Read64((2 * Far) + 0x3000)));
        Assert.False(bench.Function.Write(Pba, [1]));
        Assert.Equal(FunctionState.Error, bench.Function.State);
    }

    /// <summary>Read-only storage is a device's to read; what asks for more is not mapped.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void ReadOnlyStorageTakesNoStores(string design)
    {
        using var bench = Registered(design);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, Far, SlotSize, SlotFlags.ReadOnly));
        Map(bench, Far | 0x200);
        Assert.True(bench.Function.Read(Pba, new byte[1]));
        bench.Write64(TraceLayout.PageTable(0), Far);
        var follows = bench.Machine.Design.Contract.FollowsGuestTables;
        for (var n = 0; n < 2; n++)
            Assert.Equal(new RefreshResult(follows ? 0 : 1, (byte)(follows ? 0 : 16), true), bench.Refresh(Pba, 4096));
        Assert.False(bench.Function.Write(Pba, [1]));
        Assert.Equal((FunctionState.Error, 0UL), (bench.Function.State, bench.Read64(Far)));
    }

    /// <summary>Whatever devices might have stored into counts as changed: all of it.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AllPagesAreDirty(string design)
    {
        using var bench = Registered(design);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(0, 0, GuestSize, SlotFlags.DirtyLog));
        var log = new ulong[MemorySlot.LogWords(GuestSize)];
        for (var n = 0; n < 2; n++)
        {
            Assert.Equal(SlotStatus.Ok, bench.Memory.GetDirtyLog(0, log));
            Assert.All(log, word => Assert.Equal(ulong.MaxValue, word));
        }
    }

    /// <summary>What the guest gives back (DIAGNOSE 10) stays, since a device has it.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void NothingIsGivenBack(string design)
    {
        using var bench = Registered(design);
        bench.Write64(0x9_0000, 0x1234);
        bench.Memory.Release(0x9_0000, 0x1000);
        Assert.Equal((0x1234UL, (Pages, Pages, Pages)), (bench.Read64(0x9_0000), Pinned(bench)));
    }

    /// <summary>28: a parent does not end before those who use it, and then leaves nothing.</summary>
    [Fact]
    public void AParentOutlivesItsChildren()
    {
        using var bench = Registered("nested");
        var parent = ((ParentedDesign)bench.Machine.Design).Parent;
        Assert.Throws<InvalidOperationException>(parent.Dispose);
        Assert.Equal((Pages, (Pages, Pages, Pages)), (parent.Pages, Pinned(bench)));
    }
}
