using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>A guest that says which of its pages it needs, and a host that listens (sie.md sections 6.5 and 8.5).</summary>
public sealed class CollaborativeMemoryTests
{
    private const ulong Page = 0x9_0000, Block = 0x10_0000;
    private const int Extract = 0, Stable = 1, Unused = 2, Volatile = 3, PotentiallyVolatile = 4, StableIfResident = 6;

    private static HypervisorBench Make(ulong? frames = null)
    {
        var bench = new HypervisorBench(new("lent") { OffersCollaborativeMemory = true, FrameLimit = frames });
        Assert.NotEqual(0UL, bench.Cpu.Block.CollaborativeMemory);
        return bench;
    }

    private static ulong Set(HypervisorBench bench, int order, ulong page)
    {
        bench.Cpu.SetGr(3, ulong.MaxValue);
        bench.Cpu.SetGr(6, page);
        bench.Execute(Op.ESSA, new() { R1 = 3, R2 = 6, M3 = (byte)order });
        return bench.Cpu.GetGr(3);
    }

    private static ulong Listed(HypervisorBench bench) => (bench.Cpu.Block.CollaborativeMemory & 0xFFF) / 8;

    [Fact]
    public void TheFirstOneComesOutAndIsTriedAgain()
    {
        using var bench = Make();
        bench.Write64(Page, 1);
        Assert.Equal(0UL, Set(bench, Unused, Page));
        Assert.Equal((1UL, 0UL), (bench.Cpu.Exits[Interception.Instruction], bench.Cpu.Exits.UserSpace));
        Assert.Equal(4UL, Set(bench, Stable, Page));
        Assert.Equal((0UL, 1UL), (Set(bench, Extract, Page), bench.Cpu.Exits[Interception.Instruction]));
    }

    [Theory]
    [InlineData(Unused)]
    [InlineData(15)]
    public void WhereItIsNotOfferedItIsAnOperationException(int order)
    {
        using var bench = new HypervisorBench(new("lent"));
        Set(bench, order, Page);
        Assert.Equal(ProgramCode.Operation, bench.Interruption);
        Assert.Equal(HypervisorBench.CodeAddress + 4, bench.ProgramOld.Address);
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(15, false)]
    [InlineData(7, true)]
    [InlineData(8, true)]
    public void OrdersThatThereAreNot(int order, bool isInterpreted)
    {
        using var bench = Make();
        if (isInterpreted) Set(bench, Extract, Page);
        Set(bench, order, Page);
        Assert.Equal((ProgramCode.Specification, ulong.MaxValue), (bench.Interruption, bench.Cpu.GetGr(3)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IsPrivilegedAndHasAddresses(bool isInterpreted)
    {
        using var bench = Make();
        if (isInterpreted) Set(bench, Extract, Page);
        Set(bench, Extract, 0x4000_0000);
        Assert.Equal(ProgramCode.Addressing, bench.Interruption);
        bench.Execute(Op.ESSA, new() { R1 = 3, R2 = 6 }, HypervisorBench.SupervisorMask | Psw.Problem);
        Assert.Equal(ProgramCode.PrivilegedOperation, bench.Interruption);
    }

    /// <summary>State before, order, and state after, of pages with a frame, without one, and without content.</summary>
    [Theory]
    // usage, order -> usage; a frame keeps its content whatever is said of it
    [InlineData(0, Unused, true, false, false, 1, false)]
    [InlineData(0, Volatile, true, false, false, 3, false)]
    [InlineData(0, PotentiallyVolatile, true, false, false, 2, false)]
    [InlineData(1, Stable, true, false, false, 0, false)]
    [InlineData(3, StableIfResident, true, false, false, 0, false)]
    [InlineData(2, 5, true, false, false, 0, false)]
    // without a frame the content goes when it is not needed
    [InlineData(0, Unused, false, false, false, 1, true)]
    [InlineData(0, Volatile, false, true, false, 3, true)]
    [InlineData(0, PotentiallyVolatile, false, false, false, 3, true)]
    [InlineData(1, PotentiallyVolatile, false, true, false, 0, false)]
    [InlineData(1, PotentiallyVolatile, false, true, true, 3, false)]
    [InlineData(3, StableIfResident, false, false, false, 3, false)]
    [InlineData(1, Stable, false, false, true, 0, false)]
    [InlineData(1, 5, false, false, false, 0, false)]
    [InlineData(2, Extract, false, false, false, 2, false)]
    public void States(ulong usage, int order, bool hasFrame, bool wasChanged, bool isZero, ulong after, bool isListed)
    {
        using var bench = Make();
        Set(bench, Extract, Page);
        bench.Write64(Page - 0x1000, 1);
        if (hasFrame) bench.Write64(Page, 1);
        else if (bench.Memory.Map.Unmap(Page) is { } frame) bench.Frames.Free(frame, 0x1000);
        var map = bench.Memory.Map;
        map.SetStatus(Page, usage << 24 | (wasChanged ? PageStatus.GuestChange : 0) | (isZero ? PageStatus.Zero : 0));
        var content = hasFrame ? 0UL : isZero ? 3UL : 2;
        Assert.Equal(usage << 2 | content, Set(bench, order, Page));
        Assert.Equal((after, isListed || isZero, isListed ? 1UL : 0),
            (map.Status(Page) >> 24 & 3, (map.Status(Page) & PageStatus.Zero) != 0, Listed(bench)));
        if (isListed) Assert.Equal(Page, bench.Storage.Read64(bench.Cpu.Block.CollaborativeMemory & ~0xFFFUL));
        Assert.Equal(after << 2 | (isListed ? 3 : content), Set(bench, Extract, Page));
    }

    /// <summary>511 pages fill the list; the next ESSA comes out, and the list is empty again.</summary>
    [Fact]
    public void TheListIsDrainedWhenItIsFull()
    {
        const int Pages = 520;
        using var bench = Make();
        bench.Write64(Block, 1);
        bench.Write64(Block + 0x10_0000, 1);
        bench.Write64(Block + 0x20_0000, 1);
        var cpu = bench.Cpu;
        cpu.SetGr(6, Block + 0x1000);
        cpu.SetGr(7, Pages);
        bench.Execute(HypervisorBench.Code(
            (Op.ESSA, new() { R1 = 3, R2 = 6, M3 = Unused }),
            (Op.AGHI, new() { R1 = 6, I2 = 0x1000 }),
            (Op.BRCTG, new() { R1 = 7, RI2 = -4 })));
        // Two of the pages have a frame; one ESSA came out at the start, one when the list was full.
        Assert.Equal((0UL, 2UL, Pages - 2 - 511UL), (cpu.GetGr(7), cpu.Exits[Interception.Instruction], Listed(bench)));
        Assert.Equal(Block + 514 * 0x1000, bench.Storage.Read64(cpu.Block.CollaborativeMemory & ~0xFFFUL));
    }

    /// <summary>What was swapped out is dropped with the list; what has a frame is dropped instead of being swapped out.</summary>
    [Fact]
    public void WhatIsNotNeededIsNotKept()
    {
        const int Pages = 120;
        using var bench = Make(GuestMemory.MinimumFrames);
        for (var n = 0; n < Pages; n++) bench.Write64(Address(n), (ulong)n + 1);
        var away = Enumerable.Range(0, Pages).Where(n => !bench.Memory.Map.TryTranslate(Address(n), out _)).ToHashSet();
        Assert.InRange(away.Count, Pages - (int)GuestMemory.MinimumFrames, Pages - 1);
        for (var n = 0; n < Pages; n += 2) Set(bench, Unused, Address(n));
        var zeros = Enumerable.Range(0, Pages).Where(n => (bench.Memory.Map.Status(Address(n)) & PageStatus.Zero) != 0).ToArray();
        Assert.InRange(zeros.Length, away.Count(n => n % 2 == 0), away.Count(n => n % 2 == 0) + 4);     // code takes frames, too
        var saved = bench.Memory.Paged.Out;
        for (var n = 1; n < Pages; n += 2) Assert.Equal((ulong)n + 1, bench.Read64(Address(n)));     // pushes the others out
        Assert.True(bench.Memory.Paged.Out > saved);
        for (var n = 0; n < Pages; n += 2)
        {
            Assert.Equal(3UL, Set(bench, Stable, Address(n)) & 3);
            Assert.Equal(0UL, bench.Read64(Address(n)));
            Assert.Equal(0UL, Set(bench, Extract, Address(n)));
        }
        for (var n = 1; n < Pages; n += 2) Assert.Equal((ulong)n + 1, bench.Read64(Address(n)));

        static ulong Address(int n) => Block + (ulong)n * 0x1000;
    }

    /// <summary>A device has the page: it keeps its frame, and what the guest says of it waits.</summary>
    [Fact]
    public void APinnedPageKeepsItsFrame()
    {
        using var bench = Make(GuestMemory.MinimumFrames);
        bench.Write64(Block, 7);
        Assert.True(bench.Machine.Pinner.TryPin(Block, out var frame));
        Set(bench, Unused, Block);
        for (var n = 1; n < 150; n++) bench.Write64(Block + (ulong)n * 0x1000, 1);
        Assert.Equal((7UL, true), (bench.Read64(Block), bench.Memory.Map.TryTranslate(Block, out var same) && same == frame));
        bench.Machine.Pinner.Unpin(frame, isDirty: false);
    }

    [Fact]
    public void AResetMakesAllPagesNeeded()
    {
        using var bench = Make();
        bench.Write64(Page, 1);
        Set(bench, Unused, Page);
        bench.Machine.ResetSubsystem();
        Assert.Equal(0UL, Set(bench, Extract, Page));
    }

    /// <summary>The states survive paging, and go with their slot.</summary>
    [Fact]
    public void StatesBelongToThePage()
    {
        using var bench = Make();
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0x4000_0000, 0x10_0000));
        bench.Write64(0x4000_0000, 1);
        Set(bench, Volatile, 0x4000_0000);
        bench.Memory.Release(0x4000_0000, 0x1000);
        Assert.Equal(0xEUL, Set(bench, Extract, 0x4000_0000));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0, 0));
        Assert.Equal(SlotStatus.Ok, bench.Memory.SetSlot(1, 0x4000_0000, 0x10_0000));
        Assert.Equal(2UL, Set(bench, Extract, 0x4000_0000));
    }
}
