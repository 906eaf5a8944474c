using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>The counters that all designs fill, against what somebody sees who watches every stage.</summary>
public sealed class DesignCounterTests
{
    private const ulong Pba = 0x1_0000_0000, Segment = 1 << 20;

    public static TheoryData<string> Designs => [.. DomainDesigns.Names, .. DomainDesigns.Historic];

    /// <summary>Counts stages by themselves; host entries by whether they are valid.</summary>
    private sealed class Watcher : IStageListener
    {
        private readonly Dictionary<StageKind, ulong> _seen = [];

        public ulong UserSpace { get; private set; }
        public ulong Written { get; private set; }
        public ulong Cleared { get; private set; }

        public ulong this[StageKind kind] => _seen.GetValueOrDefault(kind);

        public void OnStage(in Stage stage)
        {
            _seen[stage.Kind] = this[stage.Kind] + 1;
            if (stage.Kind == HypervisorStages.HandlerEntered && stage.C == 0) UserSpace++;
            if (stage.Kind != IommuStages.HostEntryWritten) return;
            if (stage.C == 0x400) Cleared++;
            else Written++;
        }
    }

    // No device accesses storage: whoever loads a table's entry is the host.
    private static void Play(HypervisorBench bench)
    {
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), 0x1_0000_0000, TraceLayout.Pal));
        for (var n = 0UL; n < 200; n++)
        {
            bench.Write64(TraceLayout.PageTable(0) + n % 8 * 8, n % 3 == 0 ? 0x400 : TraceLayout.Frame((int)(n % 5)));
            bench.Refresh(Pba + n % 8 * 4096, n % 16 == 0 ? Segment : 4096);
        }
        bench.Write64(TraceLayout.PageTable(0), TraceLayout.Nowhere);
        bench.Refresh(Pba, 4096);
        Assert.Equal(0, bench.Modify(5));
    }

    private static ulong[] Values(HypervisorBench bench) => [.. DesignCounters.Figures.Select(f => f.Of(bench.Machine.Counters))];

    [Theory]
    [MemberData(nameof(Designs))]
    public void CountWhatTheStagesTell(string design)
    {
        using var bench = new HypervisorBench(new(design));
        var watcher = new Watcher();
        bench.Stages.Listener = watcher;
        var (counters, contract) = (bench.Machine.Counters, bench.Machine.Design.Contract);
        var pinned = counters.PinsMade;     // of a guest that is pinned whole
        Play(bench);
        Assert.Equal(watcher.UserSpace, counters.UserSpaceExits);
        Assert.Equal((watcher[HypervisorStages.PagePinned], watcher[HypervisorStages.PagePinned] - watcher[HypervisorStages.PageUnpinned]),
            (counters.PinsMade - pinned, counters.PinsHeld - counters.ParentPages));
        Assert.Equal(contract.Pins == PinPolicy.WholeGuest ? bench.Memory.Size / 4096 : 0, pinned);
        Assert.Equal(pinned, counters.ParentPages);
        Assert.Equal((watcher.Written, watcher.Cleared), (counters.HostEntriesWritten, counters.HostEntriesCleared));
        Assert.Equal(bench.Frames.TotalPins(), counters.PinsHeld);
        Assert.Equal(bench.Machine.Account.Charged, counters.LockedPages);
        Assert.Equal(201UL, counters.Refreshes);
        // The machine, where it follows the guest's tables, does not look for frames before it needs them.
        Assert.Equal(!contract.FollowsGuestTables, counters.InsufficientReplies >= 1);
        Assert.Equal(contract.FollowsGuestTables ? 201UL : 0, counters.RefreshesInMachine);
        Assert.True(counters.PinsPeak >= counters.PinsHeld && counters.PinsMade >= counters.PinsPeak);
        if (counters.RefreshesInMachine != 0) return;
        Assert.Equal(watcher[IommuStages.RegionEntryRead] + watcher[IommuStages.SegmentEntryRead] + watcher[IommuStages.PageEntryRead],
            counters.GuestEntriesRead);
    }

    /// <summary>Every exit is one, and the same exits are counted by reason.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void ExitsAreThoseOfTheVirtualCpus(string design)
    {
        using var bench = new HypervisorBench(new(design));
        Play(bench);
        var exits = ExitCounters.Sum(bench.Machine.Cpus.Select(c => c.Exits));
        var byCode = exits.All.Aggregate(0UL, (sum, e) => sum + e.Count);
        Assert.Equal((byCode + exits.HostFaults + exits.Interrupted, exits.UserSpace),
            (bench.Machine.Counters.Exits, bench.Machine.Counters.UserSpaceExits));
    }

    /// <summary>Looking changes nothing.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AreTheSameWhenNobodyLooks(string design)
    {
        using var watched = new HypervisorBench(new(design));
        watched.Stages.Listener = new Watcher();
        using var alone = new HypervisorBench(new(design));
        Play(watched);
        Play(alone);
        Assert.Equal(Values(watched), Values(alone));
    }

    /// <summary>What the designs are told apart by (kvm-pci-design.md section 11).</summary>
    [Fact]
    public void TellTheDesignsApart()
    {
        using var type1 = new HypervisorBench(new("type1"));
        using var lent = new HypervisorBench(new("lent"));
        Play(type1);
        Play(lent);
        var (user, kernel) = (type1.Machine.Counters, lent.Machine.Counters);
        Assert.Equal((201UL, 0UL), (user.RefreshesInUserSpace, user.RefreshesInKernel));
        Assert.Equal((0UL, 201UL), (kernel.RefreshesInUserSpace, kernel.RefreshesInKernel));
        Assert.Equal(user.UserSpaceExits, kernel.UserSpaceExits + 201);
        Assert.Equal(user.Exits, kernel.Exits);
        Assert.Equal(user.PinsMade + user.HostEntriesCleared + 1, user.Ioctls);     // one map was refused
        Assert.Equal(2UL, kernel.Ioctls);           // lent, and recalled
        Assert.Equal(user.LockedPagesPeak, kernel.LockedPagesPeak);
    }
}
