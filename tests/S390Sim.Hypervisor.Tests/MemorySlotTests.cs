using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>Memory slots: what is refused, what the guest finds, and what becomes of pages that somebody uses.</summary>
public sealed class MemorySlotTests : IDisposable
{
    private const ulong GuestSize = 1 << 20, Far = 1UL << 32, Size = 0x4_0000, Pba = 0x1_0000_0000;

    private readonly HypervisorBench _bench = new(new("lent", GuestSize));

    private GuestMemory Memory => _bench.Memory;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(1, Far, 0x1800UL, SlotFlags.None, SlotStatus.Invalid)]
    [InlineData(1, Far + 8, 0x1000UL, SlotFlags.None, SlotStatus.Invalid)]
    [InlineData(1, 0xFFFF_FFFF_FFFF_F000UL, 0x2000UL, SlotFlags.None, SlotStatus.Invalid)]
    [InlineData(1, (1UL << 42) - 0x1000, 0x2000UL, SlotFlags.None, SlotStatus.Invalid)]
    [InlineData(1, Far, 0x1000UL, (SlotFlags)8, SlotStatus.Invalid)]
    [InlineData(1, GuestSize - 0x1000, 0x2000UL, SlotFlags.None, SlotStatus.Overlap)]
    [InlineData(1, 0UL, 0x1000UL, SlotFlags.None, SlotStatus.Overlap)]
    [InlineData(0, 0UL, GuestSize * 2, SlotFlags.None, SlotStatus.Invalid)]
    [InlineData(0, 0UL, GuestSize, SlotFlags.ReadOnly, SlotStatus.Invalid)]
    [InlineData(7, 0UL, 0UL, SlotFlags.None, SlotStatus.NoSlot)]
    [InlineData(1, GuestSize, 0x1000UL, SlotFlags.None, SlotStatus.Ok)]
    [InlineData(1, (1UL << 42) - 0x1000, 0x1000UL, SlotFlags.None, SlotStatus.Ok)]
    public void ASlotIsAddedOrRefused(int id, ulong start, ulong size, SlotFlags flags, SlotStatus expected)
    {
        var before = Memory.Slots.Count;
        Assert.Equal(expected, Memory.SetSlot(id, start, size, flags));
        Assert.Equal(expected == SlotStatus.Ok ? before + 1 : before, Memory.Slots.Count);
        Assert.Equal((0UL, GuestSize), (Memory.Slots[0].Start, Memory.Slots[0].Size));
    }

    [Fact]
    public void ThereIsAnEndToTheirNumber()
    {
        for (var n = 1; n < 512; n++) Assert.Equal(SlotStatus.Ok, Memory.SetSlot(n, Far + (ulong)n * 0x2000, 0x1000));
        Assert.Equal(SlotStatus.Invalid, Memory.SetSlot(512, Far * 2, 0x1000));
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(100, 0, 0));
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(512, Far * 2, 0x1000));
    }

    /// <summary>The guest reaches a slot far away, nothing between, and nothing of it when it is gone, whatever the TLB had.</summary>
    [Fact]
    public void TheGuestFindsWhatIsThere()
    {
        var cpu = _bench.Cpu;
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, Far, Size));
        cpu.SetGr(5, Far);
        cpu.SetGr(6, Far + Size - 8);
        cpu.SetGr(7, Far + Size);
        var store = HypervisorBench.Code((Op.STG, new() { R1 = 5, B2 = 5 }), (Op.STG, new() { R1 = 6, B2 = 6 }));
        _bench.Execute(store);
        Assert.Equal((ProgramCode.None, Far, Far + Size - 8), (_bench.Interruption, _bench.Read64(Far), _bench.Read64(Far + Size - 8)));
        _bench.Execute(Op.LG, new() { R1 = 1, B2 = 7 });
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
        cpu.SetGr(7, GuestSize);
        _bench.Execute(Op.LG, new() { R1 = 1, B2 = 7 });
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);

        var used = _bench.Frames.InUse;
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, 0, 0));
        Assert.Equal(used - 2, _bench.Frames.InUse);
        _bench.Execute(store);
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, Far, Size));
        _bench.Execute(Op.LG, new() { R1 = 1, B2 = 5 });
        Assert.Equal((ProgramCode.None, 0UL), (_bench.Interruption, cpu.GetGr(1)));
    }

    [Fact]
    public void ReadOnlyStorageTakesNoStores()
    {
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, Far, Size, SlotFlags.ReadOnly));
        _bench.Cpu.SetGr(5, Far);
        _bench.Execute(HypervisorBench.Code((Op.LG, new() { R1 = 1, B2 = 5 }), (Op.STG, new() { R1 = 5, B2 = 5 })));
        Assert.Equal((ProgramCode.Addressing, HypervisorBench.CodeAddress + 12), (_bench.Interruption, _bench.ProgramOld.Address));
        Assert.Equal((false, 0UL), (Memory.TryWrite(Far, [1]), _bench.Read64(Far)));
    }

    [Fact]
    public void APinKeepsTheFrameOfAPageThatIsGone()
    {
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, Far, Size));
        _bench.Write64(Far, 0x1234);
        Assert.True(_bench.Machine.Pinner.TryPin(Far, out var frame));
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, 0, 0));
        Assert.Equal((1, true, 0x1234UL), (Memory.OrphanFrames, _bench.Frames.IsAllocated(frame), _bench.Storage.Read64(frame)));
        Assert.False(_bench.Machine.Pinner.TryPin(Far, out _));
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, Far, Size));
        Assert.Equal(0UL, _bench.Read64(Far));
        _bench.Machine.Pinner.Unpin(frame, isDirty: true);
        Assert.Equal((0, false), (Memory.OrphanFrames, _bench.Frames.IsAllocated(frame)));
    }

    [Fact]
    public void UsersAreAskedAndToldFirst()
    {
        var user = new User(Memory);
        Memory.AddUser(user);
        Memory.SetSlot(1, Far, Size);
        _bench.Write64(Far, 1);
        user.Allows = false;
        Assert.Equal(SlotStatus.Busy, Memory.SetSlot(1, 0, 0));
        Assert.Equal((0, 1UL), (user.Told.Count, _bench.Read64(Far)));
        user.Allows = true;
        Assert.Equal(SlotStatus.Ok, Memory.SetSlot(1, 0, 0));
        Assert.Equal([(Far, Size, MemoryLoss.SlotDeleted, true)], user.Told);
        Memory.RemoveUser(user);
    }

    /// <summary>After a slot is gone, RPCIT of its pages finds no storage, and what was mapped to them is taken out (invariant 46).</summary>
    [Theory]
    [MemberData(nameof(Designs))]
    public void RefreshesAfterDeletionFindNoStorage(string design)
    {
        using var bench = new HypervisorBench(new(design, GuestSize));
        bench.Memory.SetSlot(1, Far, Size);
        TraceLayout.InitializeEmpty(bench);
        bench.Write64(TraceLayout.PageTable(0), Far);
        Assert.Equal(0, bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        Assert.Equal(0, bench.Refresh(Pba, 0x1000).ConditionCode);
        Assert.True(bench.Function.Write(Pba, [1]));
        var frame = bench.Iommu.IotlbContents().Single().Frame;
        var contract = bench.Machine.Design.Contract;
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
        // The machine, where it follows the guest's tables, does not look for frames before it needs them.
        Assert.Equal(contract.FollowsGuestTables ? 0 : 1, bench.Refresh(Pba, 0x1000).ConditionCode);
        Assert.Equal((0UL, 0), (bench.Domain?.Tables.ValidEntries ?? 0, bench.Memory.OrphanFrames));
        Assert.Equal(contract.Pins == PinPolicy.EachEntry ? 0 : GuestSize / 4096, bench.Machine.Pinner.Held);
        Assert.False(bench.Frames.IsAllocated(frame));
        Assert.False(bench.Function.Write(Pba, [1]));
        Assert.Empty(bench.Iommu.IotlbContents());
    }

    public static TheoryData<string> Designs => [.. DomainDesigns.Names];

    private sealed class User(GuestMemory memory) : IMemoryUser
    {
        public bool Allows { get; set; }
        public List<(ulong, ulong, MemoryLoss, bool)> Told { get; } = [];

        public bool AllowsDeletion(ulong guest, ulong length) => Allows;

        public void Invalidate(ulong guest, ulong length, MemoryLoss loss)
            => Told.Add((guest, length, loss, memory.Map.TryTranslate(guest, out _)));
    }
}
