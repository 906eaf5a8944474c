using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// What the machine does with a GISA (sie.md section 9): the guest that runs takes interruptions out of it without its host, and
/// the host is alerted when it does not.
/// </summary>
public sealed class GisaTests : IDisposable
{
    private const ulong IoNew = 0xC100, Data = 0x2000;
    private const ulong Supervisor = HypervisorBench.SupervisorMask;
    private const ulong Interrupting = Supervisor | Psw.Io;

    private readonly HypervisorBench _bench = new(new("lent") { Cpus = 2 });
    private readonly GuestAdapterInterruptions _adapters;
    private readonly ulong _page, _block;
    private readonly List<int> _alerts = [];

    public GisaTests()
    {
        Assert.True(_bench.Frames.TryAllocate(0x2000, 0x1000, out _page));
        _block = _page + 0x1000;
        _adapters = new(_bench.Storage, [.. _bench.Machine.Cpus.Select(c => c.Processor)]);
        _adapters.Alerted += _alerts.Add;
        _bench.Storage.Write64(_page, _page << 32);
        _bench.Storage.Write64(_page + 0x40, (_page + 0x40) << 32);
        _bench.Storage.Write(_block + 8, [5]);
        _bench.Write64((ulong)Lowcore.IoNewMaskOffset, Supervisor | Psw.Wait);
        _bench.Write64((ulong)Lowcore.IoNewMaskOffset + 8, IoNew);
        foreach (var n in (int[])[0xB8, 0xC0]) _bench.Write64((ulong)n, ulong.MaxValue);
        Cpu.SetGr(5, Data);
        Cpu.SetCr(6, 0xFF00_0000);
        Designate(_page | Gisa.Format1);
    }

    public void Dispose() => _bench.Dispose();

    private VirtualCpu Cpu => _bench.Cpu;

    private uint First => (uint)_page | Gisa.Format1;

    private uint Second => (uint)(_page + 0x40) | Gisa.Format1;

    private Gisa Area => Gisa.TryFind(_bench.Storage, Cpu.Block.Gisa, out var gisa) ? gisa : throw new InvalidOperationException();

    private void Designate(ulong designation)
    {
        var block = Cpu.Block;
        block.Gisa = (uint)designation;
        block.Eca |= ExecutionControlsA.AdapterInterruptions;
    }

    private byte AlertMask
    {
        set
        {
            var area = Area;
            area.AlertMask = value;
        }
    }

    private bool IsTaken => Cpu.Psw.Address == IoNew;

    // Exits other than the wait that ends the guest's program.
    private ulong Exits
        => Cpu.Exits.All.Where(e => e.Code != Interception.Wait).Aggregate(Cpu.Exits.Interrupted, (sum, e) => sum + e.Count);

    private void RunSpinning(ulong mask) => _bench.Execute(HypervisorBench.Code((Op.BRC, new() { M1 = 15 })), mask);

    // In the midst of the guest's program.
    private void Later(Action action) => _bench.Machine.Pci.Clock!.After(1000, action);

    [Theory]
    [InlineData(Gisa.Format1)]
    [InlineData(0)]
    public void APendingInterruptionIsTakenAtEntry(uint format)
    {
        Designate(_page | format);
        Area.Request(3);
        RunSpinning(Interrupting);
        Assert.True(IsTaken);
        Assert.Equal((0UL, 0x9800_0000UL << 32), (_bench.Read64(0xB8), _bench.Read64(0xC0) & ~0xFFFF_FFFFUL));
        Assert.Equal(0, Area.Pending);
        Assert.Equal(HypervisorBench.CodeAddress, _bench.Read64((ulong)Lowcore.IoOldMaskOffset + 8));
        Assert.Equal(0UL, Exits);
    }

    // As an interruption that can be suppressed arrives for the guest with a GISA.
    private void Arrive(uint designation, int subclass)
    {
        Assert.True(Gisa.TryFind(_bench.Storage, designation, out var gisa));
        if (gisa.Admit(subclass)) _adapters.Present(gisa, subclass);
    }


    [Fact]
    public void OneThatArrivesIsTakenAtOnceWithoutAnExit()
    {
        Later(() => Arrive(First, 7));
        RunSpinning(Interrupting);
        Assert.True(IsTaken);
        Assert.Equal(0xB800_0000UL, _bench.Read64(0xC0) >> 32);
        Assert.Equal(0UL, Exits);
        Assert.Empty(_alerts);
    }

    public static TheoryData<string, ulong, ulong> Openings => new()
    {
        { "STOSM", Supervisor, 0xFF00_0000 },
        { "LCTLG", Interrupting, 0 },
        { "LPSWE", Supervisor, 0xFF00_0000 },
    };

    [Theory]
    [MemberData(nameof(Openings))]
    public void AMaskedOnePendsUntilTheGuestOpensIt(string by, ulong mask, ulong cr6)
    {
        Cpu.SetCr(6, cr6);
        _bench.Write64(Data, by == "LPSWE" ? Interrupting : 0xFF00_0000UL);
        _bench.Write64(Data + 8, HypervisorBench.CodeAddress);
        Area.Request(0);
        RunAndEnd(mask);
        Assert.False(IsTaken);
        Assert.Equal(0x80, Area.Pending);
        _bench.Execute(HypervisorBench.Code(by switch
        {
            "STOSM" => (Op.STOSM, new() { D1 = 0, B1 = 5, I2 = 2 }),
            "LCTLG" => (Op.LCTLG, new() { R1 = 6, R3 = 6, B2 = 5 }),
            _ => (Op.LPSWE, new() { B2 = 5 }),
        }), mask);
        Assert.True(IsTaken);
        Assert.Equal((0, 0UL), (Area.Pending, Exits));
    }

    private void RunAndEnd(ulong mask) => _bench.Execute(Op.LR, default, mask);

    [Fact]
    public void TheMostSignificantSubclassComesFirstAndAnotherOneStays()
    {
        foreach (var subclass in (int[])[6, 2, 4]) Area.Request(subclass);
        Cpu.SetCr(6, 0x1F00_0000);      // 3 to 7
        RunSpinning(Interrupting);
        Assert.Equal(0xA000_0000UL, _bench.Read64(0xC0) >> 32);
        Assert.Equal(0x22, Area.Pending);
    }

    [Theory]
    [InlineData(true, 0U)]              // no area
    [InlineData(true, 1U)]              // format alone
    [InlineData(true, 0x7FFF_FFE0U)]    // not in storage
    [InlineData(false, 0U)]             // the control is off
    public void WithoutAnAreaOrItsControlNothingIsTaken(bool isOn, uint designation)
    {
        Area.Request(3);
        var block = Cpu.Block;
        if (isOn) block.Gisa = designation;
        else block.Eca &= ~ExecutionControlsA.AdapterInterruptions;
        RunAndEnd(Interrupting);
        Assert.False(IsTaken);
        Assert.Equal(0x10, Gisa.TryFind(_bench.Storage, First, out var area) ? area.Pending : 0);
    }

    [Theory]
    [InlineData(SieFlags.IoRequest, Interception.IoRequest, false)]
    [InlineData(SieFlags.StopRequest, Interception.StopRequest, true)]
    public void RequestsOfTheHostHaveTheirPlaceInTheOrder(uint flag, Interception exit, bool isTakenFirst)
    {
        Later(() =>
        {
            Arrive(First, 3);
            var block = Cpu.Block;
            block.CpuFlags |= flag;
        });
        _bench.Write64((ulong)Lowcore.IoNewMaskOffset, Supervisor);
        _bench.Memory.TryWrite(IoNew, HypervisorBench.Code((Op.BRC, new() { M1 = 15 })));
        Stage? first = null;
        _bench.Stages.Listener = new Watcher(s =>
        {
            if (s.Kind != HypervisorStages.SieExit) return;
            first ??= s;
            var block = Cpu.Block;
            block.CpuFlags &= ~flag;
            Cpu.RequestReturn();
        });
        RunSpinning(Interrupting);
        Assert.Equal((ulong)exit, first!.Value.A);
        Assert.Equal(isTakenFirst ? IoNew : HypervisorBench.CodeAddress, first.Value.D);
    }

    private sealed class Watcher(Action<Stage> see) : IStageListener
    {
        public void OnStage(in Stage stage) => see(stage);
    }

    [Fact]
    public void AWaitingGuestIsWokenInSie()
    {
        Area.Request(1);
        var block = Cpu.Block;
        Cpu.Psw = new Psw(Interrupting | Psw.Wait, HypervisorBench.CodeAddress);
        Cpu.Run(1000);
        Assert.True(IsTaken);
        Assert.Equal(0UL, Exits);
        Assert.Equal(0U, block.CpuFlags & (SieFlags.IoRequest | SieFlags.ExternalRequest));
    }

    [Theory]
    [InlineData(Supervisor, 0xFF00_0000, true)]
    [InlineData(Interrupting, 0, true)]
    [InlineData(Interrupting, 0xFF00_0000, false)]
    public void TheHostIsAlertedWhenNobodyTakesIt(ulong mask, ulong cr6, bool isAlerted)
    {
        Assert.True(_adapters.TrySetBlock((uint)_block));
        AlertMask = 0x30;
        Cpu.SetCr(6, cr6);
        Later(() =>
        {
            Arrive(First, 3);
            Cpu.RequestReturn();
        });
        RunSpinning(mask);
        Assert.Equal(isAlerted ? [5] : [], _alerts);
        Assert.Equal(isAlerted ? (0, 0U, (uint)_page) : (0x30, (uint)_page, 0U),
            (Area.AlertMask, Area.NextAlert, Word(_block)));
    }

    private uint Word(ulong address) => (uint)(_bench.Storage.Read64(address) >> 32);

    [Fact]
    public void AlertsAreLinkedInFrontAndTellOnce()
    {
        Assert.True(_adapters.TrySetBlock((uint)_block));
        Assert.True(Gisa.TryFind(_bench.Storage, Second, out var second));
        AlertMask = 0xFF;
        second.AlertMask = 0x80;
        Arrive(First, 3);
        Arrive(First, 4);         // the mask went as a whole
        Arrive(Second, 5);        // not one of those that the host wants to know of
        Assert.False(second.IsQueued);
        Arrive(Second, 0);
        Assert.Equal([5], _alerts);
        Assert.Equal((second.Origin, Area.Origin, 0U), (Word(_block), second.NextAlert, Area.NextAlert));
        Assert.Equal((0x18, 0x84), (Area.Pending, second.Pending));
    }

    [Fact]
    public void AHostThatLooksIsNotInterruptedAgain()
    {
        Assert.True(_adapters.TrySetBlock((uint)_block));
        _bench.Storage.Write64(_block, (ulong)GuestInformationBlock.NoInterruption << 32);
        AlertMask = 0xFF;
        Arrive(First, 3);
        Assert.Empty(_alerts);
        Assert.Equal(((uint)_page, GuestInformationBlock.NoInterruption), (Word(_block), Area.NextAlert));
    }

    [Theory]
    [InlineData(0x0000_1001U, false)]
    [InlineData(0x7FFF_F000U, false)]
    [InlineData(0x8000_1000U, false)]
    [InlineData(0U, true)]
    public void AnInformationBlockIsAPageInStorage(uint origin, bool isAccepted) => Assert.Equal(isAccepted, _adapters.TrySetBlock(origin));

    [Fact]
    public void WithoutAnInformationBlockOnlyTheMaskIsKept()
    {
        AlertMask = 0xFF;
        Arrive(First, 3);
        Assert.Equal((0xFF, 0x10, false), (Area.AlertMask, Area.Pending, Area.IsQueued));
        Assert.False(Gisa.TryFind(_bench.Storage, 0x7FFF_FFE1, out _));
    }

    /// <summary>zpci.md section 7.5: all, single, none.</summary>
    [Theory]
    [InlineData(0x00, 0x00, 2, 0x00)]
    [InlineData(0x10, 0x00, 1, 0x10)]
    [InlineData(0x10, 0x10, 0, 0x10)]
    [InlineData(0x00, 0x10, 0, 0x10)]
    [InlineData(0x20, 0x20, 2, 0x20)]       // another subclass
    public void ModesSuppress(byte single, byte none, int taken, byte noneAfter)
    {
        Area.SetModes(single, none);
        var count = 0;
        for (var n = 0; n < 2; n++)
        {
            Arrive(First, 3);
            if (Area.TryTake(3)) count++;
        }
        Assert.Equal((taken, single, noneAfter), (count, Area.SingleMode, Area.NoInterruptions));
    }

    [Fact]
    public void Format0HasNoModes()
    {
        Designate(_page);
        Area.SetModes(0xFF, 0xFF);
        Assert.Equal(0UL, _bench.Storage.Read64(_page) & 0xFF_FF00);
        for (var n = 0; n < 2; n++)
        {
            Arrive((uint)_page, 3);
            Assert.True(Area.TryTake(3));
        }
    }
}
