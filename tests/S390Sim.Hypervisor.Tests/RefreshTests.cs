using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>RPCIT from the guest's instruction to the host's tables: resources, limits, ends of every kind.</summary>
public sealed class RefreshTests
{
    private const ulong Pba = 0x1_0000_0000, Segment = 1 << 20;
    private static readonly ulong s_iota = TraceLayout.Iota(0, protect: false);

    public static TheoryData<string> Designs => [.. DomainDesigns.Names];

    /// <summary>Designs whose host tables shadow the guest's.</summary>
    public static TheoryData<string> ShadowingDesigns
        => [.. DomainDesigns.Names.Where(d => !DomainDesigns.ContractOf(d).FollowsGuestTables)];

    private static HypervisorBench Bench(string design, ulong limit = ulong.MaxValue, ulong host = 24 << 20, ulong pal = TraceLayout.Pal)
    {
        var bench = new HypervisorBench(new(design, MemlockLimit: limit, HostSize: host));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(0, bench.Modify(4, s_iota, Pba, pal));
        return bench;
    }

    private static void Map(HypervisorBench bench, ulong page, int frame)
        => bench.Write64(TraceLayout.PageTable(0) + page * 8, frame < 0 ? 0x400 : TraceLayout.Frame(frame));

    private static void IsConsistent(HypervisorBench bench)
    {
        var isEach = bench.Machine.Design.Contract.Pins == PinPolicy.EachEntry;
        var pins = isEach ? bench.Domain?.Tables.ValidEntries ?? 0 : bench.Memory.Size / 4096;
        Assert.Equal((pins, pins, pins), (bench.Frames.TotalPins(), bench.Machine.Account.Charged, bench.Machine.Pinner.Held));
    }

    // Where the machine follows the guest's tables the host has no entries.
    private static void HasEntries(HypervisorBench bench, ulong entries)
        => Assert.Equal(bench.Machine.Design.Contract.FollowsGuestTables ? null : entries, bench.Domain?.Tables.ValidEntries);

    private static void IsGone(HypervisorBench bench)
    {
        Assert.Equal(0UL, bench.Domain?.Tables.ValidEntries ?? 0);
        Assert.Empty(bench.Iommu.IotlbContents());
        IsConsistent(bench);
    }

    /// <summary>Nothing on the managed heap, whatever the RPCIT has to do.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AllocatesNothing(string design)
    {
        using var bench = Bench(design);
        for (var n = 0UL; n < 16; n++) Round(n);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0UL; n < 2000; n++) Round(n);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2 * 2016UL, bench.Machine.Refreshes);

        void Round(ulong n)
        {
            // Maps, repoints, protects and takes away, a page at a time and the whole table.
            bench.Write64(TraceLayout.PageTable(0) + n % 8 * 8, n % 3 == 0 ? 0x400 : TraceLayout.Frame((int)(n % 5)) | (n % 4 == 0 ? 0x200UL : 0));
            if (bench.Refresh(Pba + n % 8 * 4096, 4096).ConditionCode != 0) throw new InvalidOperationException("not refreshed");
            bench.Write64(TraceLayout.Segment(0), n % 7 == 0 ? 0x20 : TraceLayout.PageTable(0));
            if (bench.Refresh(Pba, 2 * Segment).ConditionCode != 0) throw new InvalidOperationException("not refreshed");
        }
    }

    /// <summary>35: after status 16 the guest frees something, wherever it is, and its global refresh converges.</summary>
    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void ConvergesAfterThePinsRanOut(string design)
    {
        using var bench = Bench(design, limit: 2);
        Map(bench, 10, 0);
        Map(bench, 20, 1);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Map(bench, 5, 2);
        Assert.Equal(new RefreshResult(1, 16, true), bench.Refresh(Pba + 5 * 4096, 4096));
        IsConsistent(bench);
        Map(bench, 20, -1);     // behind what it made room for
        Assert.Equal(new RefreshResult(0, 0, true), bench.Refresh(Pba, TraceLayout.Pal - Pba + 1));
        Assert.Equal([Pba + 5 * 4096, Pba + 10 * 4096], bench.Domain!.Tables.Mappings().Select(m => m.Iova));
        IsConsistent(bench);

        Map(bench, 30, 3);
        Assert.Equal(16, bench.Refresh(Pba, Segment).Status);
        bench.Machine.Account.Limit = 3;
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal(3UL, bench.Domain.Tables.ValidEntries);
    }

    /// <summary>At the limit a page may still be exchanged for another one, and its protection changed.</summary>
    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void ReplacesAtTheLimit(string design)
    {
        using var bench = Bench(design, limit: 1);
        Map(bench, 0, 0);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Map(bench, 0, 1);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        bench.Write64(TraceLayout.PageTable(0), TraceLayout.Frame(1) | 0x200);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.True(bench.Domain!.Tables.TryGet(Pba, out _, out var writable));
        Assert.False(writable);
        IsConsistent(bench);
    }

    /// <summary>vfio's dma_entry_limit: 65535 mappings, then status 16; other domains have no such limit.</summary>
    [Theory]
    [MemberData(nameof(ShadowingDesigns))]
    public void MappingsOfAContainerAreLimited(string design)
    {
        using var bench = Bench(design);
        var mapped = bench.Machine.Design.Contract.EntryLimit is null ? 65536UL : 65535;
        var status = (byte)(mapped < 65536 ? 16 : 0);
        for (var n = 0UL; n < 256; n++) bench.Write64(TraceLayout.Segment(0) + n * 8, TraceLayout.LargeFrame(0) | 0x400);
        Assert.Equal(status, bench.Refresh(Pba, 256 * Segment).Status);
        Assert.Equal(mapped, bench.Domain!.Tables.ValidEntries);
        IsConsistent(bench);
        bench.Write64(TraceLayout.Segment(0), 0x20);
        Assert.Equal(0, bench.Refresh(Pba, 256 * Segment).ConditionCode);
        Assert.Equal(255UL * 256, bench.Domain.Tables.ValidEntries);
        bench.Modify(5);
        IsGone(bench);
    }

    /// <summary>Above 4 TB addresses alias, as the tables ignore those bits: the same entries, once.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void AddressesBeyondTheTablesAlias(string design)
    {
        const ulong alias = 3UL << 42;
        using var bench = Bench(design, pal: 0x01FF_FFFF_FFFF_FFFF);
        for (var n = 0; n < 4; n++) Map(bench, (ulong)n, n);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.Equal(0, bench.Refresh(alias + Pba, Segment).ConditionCode);
        HasEntries(bench, 4);
        IsConsistent(bench);
        Assert.True(bench.Function.Write(alias + Pba, [0x5A]));
        Assert.Equal(0x5AUL << 56, bench.Read64(TraceLayout.Frame(0)));
        bench.Write64(TraceLayout.Segment(0), 0x20);
        Assert.Equal(0, bench.Refresh(alias + Pba, Segment).ConditionCode);
        IsGone(bench);
        bench.Write64(TraceLayout.Segment(0), TraceLayout.PageTable(0));
        Assert.Equal(0, bench.Refresh(0, ulong.MaxValue).ConditionCode);
        HasEntries(bench, 4);
        IsConsistent(bench);
    }

    /// <summary>A host without storage for tables: status 16 in the middle of a range, at any place, and nothing leaks.</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void SurvivesAFullHost(string design)
    {
        using var bench = Bench(design);
        for (var n = 0UL; n < 4; n++) bench.Write64(TraceLayout.Segment(0) + n * 8, TraceLayout.LargeFrame(0) | 0x400);
        bench.Memory.TryWrite(TraceLayout.LargeFrame(0), new byte[1 << 20]);
        for (var left = 0; left < 8; left++)
        {
            List<ulong> taken = [];
            while (bench.Frames.TryAllocate(4096, 4096, out var frame)) taken.Add(frame);
            foreach (var frame in taken[^left..]) bench.Frames.Free(frame, 4096);
            var result = bench.Refresh(Pba, 4 * Segment);
            Assert.Contains(result.Status, new byte[] { 0, 16 });
            IsConsistent(bench);
            foreach (var frame in taken[..^left]) bench.Frames.Free(frame, 4096);
        }
        Assert.Equal(0, bench.Refresh(Pba, 4 * Segment).ConditionCode);
        HasEntries(bench, 1024);
    }

    [Theory]
    [MemberData(nameof(ShadowingDesigns))]
    public void ARegistrationThatTheHostCannotServeIsRefused(string design)
    {
        using var bench = new HypervisorBench(new(design));
        TraceLayout.InitializeEmpty(bench);
        Assert.Equal(1, bench.Modify(5));       // the guest has its pages
        List<ulong> taken = [];
        while (bench.Frames.TryAllocate(4096, 4096, out var frame)) taken.Add(frame);
        Assert.Equal(1, bench.Modify(4, s_iota, Pba, TraceLayout.Pal));
        Assert.Equal(16UL, bench.Cpu.GetGr(4) >> 24 & 0xFF);
        Assert.Null(bench.Function.AddressSpace);
        foreach (var frame in taken) bench.Frames.Free(frame, 4096);
        Assert.Equal(0, bench.Modify(4, s_iota, Pba, TraceLayout.Pal));
    }

    public static TheoryData<string, string> Ends
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var design in DomainDesigns.Names)
            {
                foreach (var end in new[] { "deregister", "register again", "disable", "deconfigure", "withdraw", "remove", "reset", "error",
                    "permanent error", "end" })
                    data.Add(design, end);
            }
            return data;
        }
    }

    /// <summary>16: however an anchor goes away, in whatever state, no pin, no entry and no cached translation is left.</summary>
    [Theory]
    [MemberData(nameof(Ends))]
    public void EveryEndReleasesEverything(string design, string end)
    {
        using var bench = Bench(design);
        var (frames, function) = (bench.Frames.InUse, bench.Function);
        for (var n = 0; n < 4; n++) Map(bench, (ulong)n, n);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        Assert.True(function.Write(Pba, [1]));
        Assert.NotEmpty(bench.Iommu.IotlbContents());
        switch (end)
        {
            case "deregister": Assert.Equal((0, 1), (bench.Modify(5), bench.Modify(5))); break;
            case "register again": Assert.Equal(0, bench.Modify(6, TraceLayout.Iota(1, false), Pba, TraceLayout.Pal)); break;
            case "disable": function.Disable(); break;
            case "deconfigure": Assert.Equal(SclpResponse.Done, bench.Machine.Pci.DeconfigureAdapter(SclpResponse.PciAdapter, function.Fid)); break;
            case "withdraw": function.Withdraw(); break;
            case "remove": bench.Machine.Pci.Remove(function); break;
            case "reset": bench.Machine.Pci.Reset(); break;
            case "error":
                Assert.False(function.Write(Pba + 0x8_0000, [1]));
                Assert.Equal(FunctionState.Error, function.State);
                Assert.Equal(0, bench.Modify(5));
                break;
            case "permanent error":
                function.FailPermanently();
                bench.Machine.Pci.Reset();
                break;
            case "end":
                bench.Machine.Dispose();
                Assert.Equal((0UL, 0UL), (bench.Frames.InUse, bench.Frames.TotalPins()));
                Assert.Equal(0UL, bench.Machine.Account.Charged);
                return;
        }
        IsGone(bench);
        Assert.False(function.Write(Pba, [1]));
        // An ordinary domain keeps its tables until the virtual machine ends; a nested one goes with its anchor.
        if (bench.Machine.Design.Contract.Pins == PinPolicy.EachEntry) Assert.True(bench.Frames.InUse >= frames);
        else Assert.Equal(bench.Domain?.Tables.TableBytes ?? 0, bench.Machine.Tables.Used);
        bench.Restart();
    }

    /// <summary>22: what the device could store into is changed when it is released; what it could only read is not.</summary>
    [Theory]
    [MemberData(nameof(DesignSets.PinningEach), MemberType = typeof(DesignSets))]
    public void WritablePagesAreDirtyAfterwards(string design)
    {
        using var bench = Bench(design);
        Map(bench, 0, 0);
        bench.Write64(TraceLayout.PageTable(0) + 8, TraceLayout.Frame(1) | 0x200);
        Assert.Equal(0, bench.Refresh(Pba, Segment).ConditionCode);
        bench.Memory.TryResolve(TraceLayout.Frame(0), out var stored);
        bench.Memory.TryResolve(TraceLayout.Frame(1), out var read);
        bench.Storage.Key(stored) = bench.Storage.Key(read) = 0;
        bench.Modify(5);
        Assert.Equal((0x02, 0x00), (bench.Storage.Key(stored) & 2, bench.Storage.Key(read) & 2));
    }

    [Fact]
    public void AVirtualMachineThatCannotBeLeavesNothing()
    {
        using var bench = new HypervisorBench(new("lent"));
        var frames = bench.Frames.InUse;
        var host = new VirtualMachineHost(bench.Processor, bench.Frames, bench.Iommu, new PciClock(() => 0, new()), bench.Services);
        Assert.Throws<ConfigurationLimitException>(() => new VirtualMachine(host, new(1 << 20, "other")));
        Assert.Throws<ConfigurationLimitException>(() => new VirtualMachine(host, new(4096, "lent")));
        Assert.Throws<ConfigurationLimitException>(() => new VirtualMachine(host, new(12345, "lent")));
        Assert.Equal(frames, bench.Frames.InUse);
    }
}
