using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Designs;

/// <summary>Anchors without translation: all of the guest's storage at a fixed distance, in one domain for all functions.</summary>
public sealed class IdentityDesignTests : IDisposable
{
    private const ulong Sdma = 0x1_0000_0000, GuestSize = 1 << 20, Pages = GuestSize / 4096, Far = 1UL << 32, SlotSize = 0x8000;
    private const ulong Direct = 0, Protected = 0x200;

    private readonly HypervisorBench _bench = new(new("identity", GuestSize) { Functions = 3 });

    public void Dispose() => _bench.Dispose();

    private int Register(int function, ulong iota)
    {
        _bench.Focus = function;
        return _bench.Modify(4, iota, Sdma, Sdma + (1UL << 40) - 1);
    }

    private bool Store(int function, ulong guest, byte value) => _bench.Functions[function].Write(Sdma + guest, [value]);

    /// <summary>A device reaches all storage and nothing else, and nothing was ever refreshed.</summary>
    [Fact]
    public void AllStorageIsThere()
    {
        Assert.Equal(0, Register(0, Direct));
        for (var guest = 0x6_0000UL; guest < GuestSize; guest += 0x1_1000) Assert.True(Store(0, guest, (byte)(guest >> 12)));
        for (var guest = 0x6_0000UL; guest < GuestSize; guest += 0x1_1000) Assert.Equal((guest >> 12 & 0xFF) << 56, _bench.Read64(guest));
        Assert.Equal(0UL, _bench.Machine.Counters.Refreshes);
        Assert.Equal(Pages, _bench.Domain!.Tables.ValidEntries);
        Assert.False(Store(0, GuestSize, 1));
        Assert.Equal(FunctionState.Error, _bench.Function.State);
        Assert.False(_bench.Functions[1].Write(Sdma, [1]));
    }

    /// <summary>An RPCIT is an exit with nothing to do.</summary>
    [Fact]
    public void ThereIsNothingToRefresh()
    {
        Assert.Equal(0, Register(0, Direct));
        var counters = _bench.Machine.Counters;
        var before = (counters.HostEntriesWritten, counters.Flushes);
        Assert.Equal(new RefreshResult(0, 0, true), _bench.Refresh(Sdma, GuestSize));
        Assert.Equal((before.HostEntriesWritten, before.Flushes), (counters.HostEntriesWritten, counters.Flushes));
        Assert.Equal((1UL, 0UL, 0UL), (counters.RefreshesInKernel, counters.RefreshesInUserSpace, counters.GuestEntriesRead));
        Assert.Equal(new RefreshResult(1, 8, true), _bench.Refresh(0, 4096));
        Assert.Equal(new RefreshResult(1, 40, true), _bench.Refresh(0, 4096));      // in the error state now
    }

    /// <summary>Functions share the domain; one with a protected anchor has another; the last one to leave ends it (47).</summary>
    [Fact]
    public void FunctionsShareIt()
    {
        Assert.Equal((0, 0), (Register(0, Direct), Register(1, Direct)));
        var used = _bench.Machine.Tables.Used;
        Assert.Equal((0, 2 * used), (Register(2, Protected), _bench.Machine.Tables.Used));
        var design = _bench.Machine.Design;
        var domains = _bench.Functions.Select(design.FindDomain).ToList();
        Assert.Same(domains[0], domains[1]);
        Assert.NotSame(domains[0], domains[2]);
        Assert.Equal((2, 1, 2), (domains[0]!.Devices, domains[2]!.Devices, design.Domains.Count()));
        Assert.Equal((Pages, Pages), (_bench.Frames.TotalPins(), _bench.Machine.Account.Charged));
        Assert.True(Store(0, 0x6_0000, 1) && Store(1, 0x6_0000, 2));
        Assert.False(Store(2, 0x6_0000, 3));
        Assert.Equal((FunctionState.Error, 2UL << 56), (_bench.Functions[2].State, _bench.Read64(0x6_0000)));

        _bench.Functions[0].Disable();
        Assert.DoesNotContain(_bench.Iommu.IotlbContents(), t => t.DeviceId == _bench.Functions[0].DeviceId);
        Assert.False(Store(0, 0x6_0000, 4));
        Assert.True(Store(1, 0x6_0000, 5));
        _bench.Functions[1].Disable();
        _bench.Functions[2].Disable();
        Assert.Equal((0UL, 0), (_bench.Machine.Tables.Used, design.Domains.Count()));
        Assert.Empty(_bench.Iommu.IotlbContents());
    }

    /// <summary>The mapping follows the memory slots.</summary>
    [Fact]
    public void SlotsComeAndGo()
    {
        Assert.Equal((0, 0), (Register(0, Direct), Register(2, Protected)));
        Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(1, Far, SlotSize));
        Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(2, 2 * Far, SlotSize, SlotFlags.ReadOnly));
        Assert.True(Store(0, Far + SlotSize - 1, 1));
        Assert.True(_bench.Functions[2].Read(Sdma + Far, new byte[8]) && _bench.Functions[0].Read(Sdma + 2 * Far, new byte[8]));
        Assert.Equal(1UL, _bench.Read64(Far + SlotSize - 8));
        Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(1, 0, 0));
        Assert.All(_bench.Iommu.IotlbContents(), t => Assert.NotEqual(Far, t.Iova - Sdma & ~(SlotSize - 1)));
        Assert.All(_bench.Machine.Design.Domains, d => Assert.Equal(Pages + 8, d.Tables.ValidEntries));
        Assert.False(Store(0, Far, 1));
        Assert.False(_bench.Functions[2].Read(Sdma + Far, new byte[8]));
    }

    /// <summary>Read-only storage stays so behind an anchor without translation.</summary>
    [Fact]
    public void ReadOnlySlotsStaySo()
    {
        Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(1, Far, SlotSize, SlotFlags.ReadOnly));
        Assert.Equal(0, Register(0, Direct));
        Assert.True(_bench.Functions[0].Read(Sdma + Far, new byte[8]));
        Assert.False(Store(0, Far, 1));
        Assert.Equal((FunctionState.Error, 0UL), (_bench.Functions[0].State, _bench.Read64(Far)));
    }

    /// <summary>Tables are all that it may lack: the anchor is refused, or the slot, and nothing is left of either.</summary>
    [Fact]
    public void WithoutRoomForTablesItIsRefused()
    {
        using var bench = new HypervisorBench(new("identity", GuestSize) { TableLimit = 20 << 12 });
        var used = bench.Frames.InUse;
        Assert.Equal(0, bench.Modify(4, Direct, Sdma, Sdma + (1UL << 41)));
        Assert.Equal(SlotStatus.NoMemory, bench.Memory.SetSlot(1, 2 * Far, SlotSize));
        Assert.Equal((1, Pages, Pages), (bench.Memory.Slots.Count, bench.Frames.TotalPins(), bench.Domain!.Tables.ValidEntries));
        Assert.True(bench.Function.Write(Sdma + 0x6_0000, [1]));
        Assert.Equal(0, bench.Modify(5));

        using var poor = new HypervisorBench(new("identity", GuestSize) { TableLimit = 4 << 12 });
        Assert.Equal(1, poor.Modify(4, Direct, Sdma, Sdma + (1UL << 41)));
        Assert.Equal(16UL, poor.Cpu.GetGr(4) >> 24 & 0xFF);
        Assert.Equal(0UL, poor.Machine.Tables.Used);
        Assert.Empty(poor.Iommu.IotlbContents());
        Assert.Null(poor.Function.AddressSpace);
    }

    /// <summary>A function may change to tables of its own and back; nothing of the one is left in the other (44).</summary>
    [Fact]
    public void AnOrdinaryAnchorIsShadowed()
    {
        TraceLayout.InitializeEmpty(_bench);
        _bench.Write64(TraceLayout.PageTable(0), TraceLayout.Frame(0));
        Assert.Equal(0, Register(0, Direct));
        Assert.True(Store(0, 0x9_0000, 1));
        Assert.Equal(0, _bench.Modify(6, TraceLayout.Iota(0, protect: false), Sdma, TraceLayout.Pal));
        Assert.Equal(0UL, _bench.Domain!.Tables.ValidEntries);
        Assert.Empty(_bench.Iommu.IotlbContents());
        Assert.Equal(new RefreshResult(0, 0, true), _bench.Refresh(Sdma, 1 << 20));
        Assert.True(Store(0, 0, 2));
        Assert.Equal(2UL << 56, _bench.Read64(TraceLayout.Frame(0)));
        Assert.Equal(0, _bench.Modify(6, Direct, Sdma, TraceLayout.Pal));
        Assert.True(Store(0, 0x9_0000, 3));
        Assert.Equal(3UL << 56, _bench.Read64(0x9_0000));
        _bench.Machine.Dispose();
        Assert.Equal((0UL, 0UL), (_bench.Frames.InUse, _bench.Frames.TotalPins()));
        _bench.Restart();
    }
}
