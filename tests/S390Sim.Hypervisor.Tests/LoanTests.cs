using S390Sim.Iommu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// The loan between its ends: recalls at every moment, storage that goes, and what user space does with a domain it took back.
/// </summary>
public sealed class LoanTests
{
    private const ulong Pba = 0x1_0000_0000, Segment = 1 << 20, Far = 1UL << 32, Size = 0x4_0000;
    private static readonly ulong s_iota = TraceLayout.Iota(0, protect: false);

    private static HypervisorBench Bench(string design, ulong limit = ulong.MaxValue)
    {
        var bench = new HypervisorBench(new(design, MemlockLimit: limit));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, s_iota, Pba, TraceLayout.Pal));
        return bench;
    }

    private static LentDesign Design(HypervisorBench bench) => (LentDesign)bench.Machine.Design;

    private static void MapLarge(HypervisorBench bench, int segments)
    {
        for (var n = 0UL; n < (ulong)segments; n++) bench.Write64(TraceLayout.Segment(0) + n * 8,
            TraceLayout.LargeFrame(0) | 0x400);
    }

    private static void IsConsistent(HypervisorBench bench, ulong entries)
        => Assert.Equal((entries, entries, entries, entries), (bench.Domain!.Tables.ValidEntries, bench.Frames.TotalPins(),
            bench.Machine.Account.Charged, bench.Machine.Pinner.Held));

    /// <summary>
    /// A refresh lets go of its domain after so many pages, whether they are mapped, replaced, taken away or not there.
    /// </summary>
    [Fact]
    public void ALongRefreshComesInChunks()
    {
        using var bench = Bench("lent");
        List<(LoanState Loan, ulong Entries, ulong Pins)> seen = [];
        Design(bench).BetweenChunks = d => seen.Add((d.Loan, d.Tables.ValidEntries, bench.Frames.TotalPins()));
        MapLarge(bench, 4);
        Assert.Equal(0, bench.Refresh(Pba, 4 * Segment).ConditionCode);
        Assert.Equal(4, seen.Count);
        Assert.All(seen, s => Assert.Equal((LoanState.Lent, s.Entries), (s.Loan, s.Pins)));
        seen.Clear();
        Assert.Equal(0, bench.Refresh(Pba, 4096).ConditionCode);
        Assert.Empty(seen);
        for (var n = 0UL; n < 4; n++) bench.Write64(TraceLayout.Segment(0) + n * 8, 0x20);
        Assert.Equal(0, bench.Refresh(Pba, 4 * Segment).ConditionCode);
        Assert.Equal(4, seen.Count);
        // What was taken out keeps its pin until it is flushed.
        Assert.All(seen, s => Assert.True(s.Pins >= s.Entries));
        IsConsistent(bench, 0);
    }

    /// <summary>
    /// Whoever takes the domain between two chunks has it: condition code 2, and nothing of the old loan is left or comes.
    /// </summary>
    [Theory]
    [InlineData("deregister", 1)]
    [InlineData("deregister", 3)]
    [InlineData("other anchor", 1)]
    [InlineData("other anchor", 2)]
    [InlineData("same anchor", 2)]
    [InlineData("disable", 2)]
    [InlineData("reset", 1)]
    [InlineData("recall", 2)]
    [InlineData("dispose", 2)]
    public void ARecallBetweenChunksIsSeen(string what, int chunk)
    {
        using var bench = Bench("lent");
        var (design, function, count) = (Design(bench), bench.Function, 0);
        MapLarge(bench, 4);
        bench.Write64(TraceLayout.Root(1) + 2 * 8, TraceLayout.Segment(1) | 7);
        design.BetweenChunks = domain =>
        {
            if (domain.Loan == LoanState.Draining)
            {
                // A recall comes in chunks, too: meanwhile nobody has the domain.
                Assert.Equal((DomainStatus.Busy, DomainStatus.Busy, DomainStatus.Invalid, 2), (domain.Map(Pba, 0x10_0000, true),
                    domain.Lend(design), domain.Recall(), design.Refresh(function, Pba, 4096).ConditionCode));
            }
            else if (++count == chunk) Take(domain);
        };
        Assert.True(function.AddressSpace is not null);
        Assert.Equal(2, design.Refresh(function, Pba, 4 * Segment).ConditionCode);
        Assert.Equal(chunk, count);
        Assert.Empty(bench.Iommu.IotlbContents());
        Assert.Equal((0UL, 0UL), (bench.Frames.TotalPins(), bench.Machine.Account.Charged));
        if (what == "dispose") return;
        IsConsistent(bench, 0);
        Assert.Equal(what is "other anchor" or "same anchor" ? LoanState.Lent : LoanState.Normal, bench.Domain!.Loan);
        if (what != "same anchor") return;
        // The new loan is as good as the first one.
        Assert.Equal(0, design.Refresh(function, Pba, 4 * Segment).ConditionCode);
        IsConsistent(bench, 1024);

        void Take(S390Domain domain)
        {
            var space = function.AddressSpace!;
            switch (what)
            {
                case "deregister": function.DeregisterAddressSpace(); break;
                case "disable": function.Disable(); break;
                case "reset": bench.Machine.Pci.Reset(); break;
                case "recall": Assert.Equal(DomainStatus.Ok, domain.Recall()); break;
                case "dispose": design.Dispose(); break;
                default:
                    function.DeregisterAddressSpace();
                    var iota = what == "same anchor" ? space.Iota : new Iota(TraceLayout.Iota(1, protect: false));
                    Assert.Equal(0, function.RegisterAddressSpace(new IoAddressSpace(iota, space.Pba, space.Pal,
                        space.Capabilities)).ConditionCode);
                    break;
            }
        }
    }

    /// <summary>The guest's instruction: condition code 2 leads it to try again, and it gets what holds then.</summary>
    [Fact]
    public void TheGuestTriesAgain()
    {
        using var bench = Bench("lent");
        var (function, done) = (bench.Function, false);
        MapLarge(bench, 2);
        Design(bench).BetweenChunks = _ =>
        {
            if (done) return;
            done = true;
            var space = function.AddressSpace!;
            function.DeregisterAddressSpace();
            function.RegisterAddressSpace(space);
        };
        var before = bench.Machine.Refreshes;
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, 2 * Segment));
        Assert.Equal(before + 2, bench.Machine.Refreshes);
        IsConsistent(bench, 512);
    }

    /// <summary>The same at the smallest steps: whatever stage of a refresh it is at which the domain is taken.</summary>
    [Fact]
    public void ARecallAtAnyStageIsSeen()
    {
        const int fewest = 20;      // stages of such a refresh
        var at = 1;
        for (; ; at++)
        {
            using var bench = Bench("lent");
            for (var n = 0; n < 4; n++) bench.Write64(TraceLayout.PageTable(0) + (ulong)n * 8, TraceLayout.Frame(n));
            Assert.Equal(0, bench.Refresh(Pba, 8 * 4096).ConditionCode);
            // One page is replaced, one goes, one comes, one stays; another is the first of its table.
            bench.Write64(TraceLayout.Segment(0) + 8, TraceLayout.PageTable(1));
            bench.Write64(TraceLayout.PageTable(1), TraceLayout.Frame(7));
            bench.Write64(TraceLayout.PageTable(0), TraceLayout.Frame(5));
            bench.Write64(TraceLayout.PageTable(0) + 8, 0x400);
            bench.Write64(TraceLayout.PageTable(0) + 4 * 8, TraceLayout.Frame(6));
            var interruption = new Interruption(at, bench.Function.DeregisterAddressSpace);
            bench.Stages.Listener = interruption;
            var outcome = bench.Machine.Design.Refresh(bench.Function, Pba, 5 * 4096);
            if (!interruption.Came) outcome = bench.Machine.Design.Refresh(bench.Function, Pba + Segment, 4096);
            bench.Stages.Listener = null;
            if (!interruption.Came) break;
            Assert.Contains(outcome.ConditionCode, new[] { 0, 2 });
            Assert.Empty(bench.Iommu.IotlbContents());
            IsConsistent(bench, 0);
            Assert.Equal(LoanState.Normal, bench.Domain!.Loan);
            Assert.True(at < 100);
        }
        Assert.True(at > fewest, $"{at} stages");
    }

    private sealed class Interruption(int at, Action action) : Cpu.IStageListener
    {
        private int _count;

        public bool Came { get; private set; }

        public void OnStage(in Cpu.Stage stage)
        {
            if (++_count != at) return;
            Came = true;
            action();
        }
    }

    /// <summary>Storage that goes takes its entries, their cached translations and pins along at once; the others stay.</summary>
    [Theory]
    [InlineData("type1")]
    [InlineData("lent")]
    [InlineData("lent, taken back")]
    public void DeletedStorageIsLetGoAtOnce(string way)
    {
        using var bench = Bench(way.Split(',')[0]);
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, Far, Size));
        for (var n = 0UL; n < 6; n++)
            bench.Write64(TraceLayout.PageTable(0) + n * 8, n % 2 == 0 ? Far + n * 4096 : TraceLayout.Frame((int)n));
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        if (way.EndsWith("back", StringComparison.Ordinal)) Assert.Equal(0, Design(bench).TakeBack(bench.Function).ConditionCode);
        for (var n = 0UL; n < 6; n++) Assert.True(bench.Function.Write(Pba + n * 4096, [(byte)n]));
        var used = bench.Frames.InUse;
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
        IsConsistent(bench, 3);
        Assert.Equal((used - 3, 0), (bench.Frames.InUse, bench.Memory.OrphanFrames));
        Assert.Equal([Pba + 4096, Pba + 3 * 4096, Pba + 5 * 4096], bench.Domain!.Tables.Mappings().Select(m => m.Iova));
        Assert.All(bench.Iommu.IotlbContents(), t => Assert.True(bench.Domain.Tables.TryGet(t.Iova, out _, out _)));
        Assert.True(bench.Function.Write(Pba + 4096, [7]));
        Assert.False(bench.Function.Write(Pba, [7]));
    }

    /// <summary>
    /// Storage that goes while a refresh maps it, between two chunks: what is left of the range is not mapped, status 16.
    /// </summary>
    [Fact]
    public void StorageMayGoBetweenChunks()
    {
        using var bench = Bench("lent");
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, Far, 2 * Segment));
        for (var n = 0UL; n < 2; n++) bench.Write64(TraceLayout.Segment(0) + n * 8, (Far + n * Segment) | 0x400);
        var done = false;
        Design(bench).BetweenChunks = _ =>
        {
            if (!done) Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
            done = true;
        };
        Assert.Equal(16, bench.Refresh(Pba, 2 * Segment).Status);
        Assert.True(done);
        IsConsistent(bench, 0);
        Assert.Equal(0, bench.Memory.OrphanFrames);
    }

    /// <summary>
    /// User space takes the domain back: DMA goes on as it was, RPCIT is user space's, and the next anchor is lent again.
    /// </summary>
    [Fact]
    public void UserSpaceMayTakeADomainBack()
    {
        using var bench = Bench("lent");
        for (var n = 0; n < 3; n++) bench.Write64(TraceLayout.PageTable(0) + (ulong)n * 8, TraceLayout.Frame(n));
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal(0, Design(bench).TakeBack(bench.Function).ConditionCode);
        Assert.Equal(LoanState.Normal, bench.Domain!.Loan);
        IsConsistent(bench, 3);
        Assert.True(bench.Function.Write(Pba + 2 * 4096, [0x77]));
        Assert.Equal(0x77UL << 56, bench.Read64(TraceLayout.Frame(2)));
        var exits = bench.Cpu.Exits.UserSpace;
        bench.Write64(TraceLayout.PageTable(0), 0x400);
        bench.Write64(TraceLayout.PageTable(0) + 3 * 8, TraceLayout.Frame(4));
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal(exits + 1, bench.Cpu.Exits.UserSpace);
        IsConsistent(bench, 3);
        Assert.Equal(2, Design(bench).TakeBack(bench.Function).ConditionCode);
        Assert.Equal(0, bench.Modify(6, s_iota, Pba, TraceLayout.Pal));
        Assert.Equal(LoanState.Lent, bench.Domain.Loan);
        IsConsistent(bench, 0);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        IsConsistent(bench, 3);
        bench.Modify(5);
        IsConsistent(bench, 0);
    }

    /// <summary>
    /// After a recall that nobody told it of, user space maps all that the guest has with the first RPCIT that reaches it.
    /// </summary>
    [Fact]
    public void ARecallAloneLeavesRpcitToUserSpace()
    {
        using var bench = Bench("lent");
        for (var n = 0; n < 3; n++) bench.Write64(TraceLayout.PageTable(0) + (ulong)n * 8, TraceLayout.Frame(n));
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal((DomainStatus.Ok, DomainStatus.Invalid), (bench.Domain!.Recall(), bench.Domain.Recall()));
        IsConsistent(bench, 0);
        Assert.False(bench.Machine.Design.HandlesInKernel(bench.Function));
        Assert.Equal(0, bench.Refresh(Pba, 4096).ConditionCode);
        IsConsistent(bench, 3);
    }

    /// <summary>An ordinary domain's ends: the last function, and the domain's own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ALoanIsRecalledBeforeADomainGoes(bool detaches)
    {
        using var bench = new HypervisorBench(new("type1"));
        Assert.True(S390Domain.TryCreate(bench.Storage, bench.Frames, bench.Iommu, bench.Stages, out var domain));
        var borrower = new Borrower();
        domain.Attach(100, Pba, TraceLayout.Pal);
        domain.Attach(101, Pba, TraceLayout.Pal);
        Assert.Equal(DomainStatus.Ok, domain.Lend(borrower));
        Assert.True(domain.IsLentTo(borrower) && !domain.IsLentTo(this));
        Assert.Equal(DomainStatus.Busy, domain.Lend(new Borrower()));
        Assert.True(domain.Tables.TrySet(Pba, 0x10_0000, writable: true));
        domain.Detach(100);
        Assert.Equal((LoanState.Lent, 0), (domain.Loan, borrower.Drained.Count));
        if (detaches) domain.Detach(101);
        else domain.Dispose();
        Assert.Equal([(LoanState.Draining, DomainStatus.Busy, DomainStatus.Busy)], borrower.Drained);
        Assert.Equal((LoanState.Normal, 0UL), (domain.Loan, domain.Tables.ValidEntries));
        domain.Dispose();
    }

    private sealed class Borrower : IDomainBorrower
    {
        public List<(LoanState, DomainStatus, DomainStatus)> Drained { get; } = [];

        public void Drain(S390Domain domain)
        {
            Drained.Add((domain.Loan, domain.Map(Pba, 0x20_0000, true), domain.Lend(this)));
            domain.Tables.Clear(Pba);
        }
    }
}
