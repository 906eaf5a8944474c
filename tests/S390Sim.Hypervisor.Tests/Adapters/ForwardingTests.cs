using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>KVM's part of forwarded events: the table, the host's own delivery, alerts, and how it all ends (sie.md section 10.7).</summary>
public sealed class ForwardingTests : IDisposable, IStageListener
{
    private const ulong IoNew = 0xC100, Vector = 0x5_0000, Summary = 0x5_2008;
    private const ulong Supervisor = HypervisorBench.SupervisorMask, Interrupting = Supervisor | Psw.Io;
    private const byte Subclass = 3;

    private readonly HypervisorBench _bench = new(new("lent") { Cpus = 2, InterpretsPci = true, HasNeighbour = true });
    private readonly List<ulong> _forwarded = [];

    public ForwardingTests()
    {
        _bench.Write64((ulong)Lowcore.IoNewMaskOffset, Supervisor | Psw.Wait);
        _bench.Write64((ulong)Lowcore.IoNewMaskOffset + 8, IoNew);
        foreach (var cpu in _bench.Machine.Cpus) cpu.SetCr(6, 0xFF00_0000);
        _bench.Stages.Listener = this;
    }

    public void Dispose() => _bench.Dispose();

    // The word that the host was told with.
    void IStageListener.OnStage(in Stage stage)
    {
        if (stage.Kind == PciStages.EventForwarded) _forwarded.Add(stage.C);
    }

    private VirtualCpu Cpu => _bench.Cpu;

    private GuestAdapters Guest => _bench.Machine.Adapters!;

    private Gisa Area => Guest.Area;

    private PciFunction Function => _bench.Function;

    private bool IsTaken => Cpu.Psw.Address == IoNew;

    private byte Byte(ulong guest) => (byte)(_bench.Read64(guest) >> 56);

    private int Register(uint word = (uint)Subclass << 28 | 2 << 16 | 0x80 | 9, ulong vector = Vector, ulong summary = Summary)
    {
        _bench.Write64(HypervisorBench.FibAddress + 0x28, (ulong)word << 32);
        _bench.Write64(HypervisorBench.FibAddress + 0x30, vector);
        _bench.Write64(HypervisorBench.FibAddress + 0x38, summary);
        return _bench.Modify(2);
    }

    private GuestAdapterEntry Entry
    {
        get
        {
            var host = Function.Forwarded!.Host;
            // The table lies before the summary bits.
            var table = host.SummaryAddress & ~0xFFFUL;
            return Entries(table - HostAdapters.Entries * 16);
        }
    }

    private unsafe GuestAdapterEntry Entries(ulong address) => new(_bench.Storage.Base + address);

    private void Spin(ulong mask = Interrupting) => _bench.Execute(HypervisorBench.Code((Op.BRC, new() { M1 = 15 })), mask);

    private void Later(Action action) => _bench.Machine.Pci.Clock!.After(1000, action);

    private void Signal(uint vector = 0) => Function.Signal(vector, Function.Group.MessageAddress);

    [Fact]
    public void TheEntrySaysWhatTheGuestRegistered()
    {
        Assert.Equal(0, Register());
        Assert.Equal((Guest.Designation, Subclass, (byte)1, (byte)9), (Entry.Gisa, Entry.Subclass, Entry.Count, Entry.SummaryOffset));
        Assert.True(_bench.Memory.Map.TryTranslate(Summary, out var summary));
        Assert.True(_bench.Memory.Map.TryTranslate(Vector, out var vector));
        Assert.Equal((summary, vector), (Entry.SummaryAddress, Function.Forwarded!.Host.BitVector));
        Assert.Equal(HostAdapters.Subclass, Function.Forwarded.Host.Subclass);
        var block = Cpu.Block;
        Assert.Equal(ExecutionControlsB2.PciLoadStore, block.Ecb2 & ExecutionControlsB2.PciLoadStore);
        Assert.Equal(0x30, block.Ecb3 & 0x30);
        Assert.Equal((2UL, 0x10), (_bench.Machine.Pinner.Held, Guest.WantedAlerts));
    }

    [Fact]
    public void ARunningGuestIsToldByTheMachine()
    {
        Register();
        Later(() => Signal(1));
        Spin();
        Assert.True(IsTaken);
        Assert.Equal((0x40, 0x40), (Byte(Vector), Byte(Summary + 1)));
        Assert.Equal((0UL, 0UL), (_bench.Adapters!.Forwarded, Cpu.Exits.Interrupted));
        Assert.Empty(_forwarded);
    }

    [Fact]
    public void AGuestThatDoesNotRunIsToldByTheHost()
    {
        Register();
        Signal(1);
        Assert.Equal((1UL, 0x10), (_bench.Adapters!.Forwarded, Area.Pending));
        Assert.Equal([EventNotification.Forwarded], _forwarded);
        Signal(0);          // the summary bit is one: whoever it is for will look
        Assert.Equal((1UL, 0xC0), (_bench.Adapters.Forwarded, Byte(Vector)));
        Spin();
        Assert.True(IsTaken);
        Assert.Equal(0, Area.Pending);
    }

    [Fact]
    public void AnotherMachineRunningIsNotTheGuest()
    {
        Register();
        var neighbour = _bench.Neighbour!;
        var word = 0x4000_0080U | 1 << 16;
        var other = neighbour.Pci.Functions[0];
        other.SetInterruptions(new InterruptionParameters(word, Vector, Summary));
        Assert.NotEqual(neighbour.Adapters!.Designation, Guest.Designation);
        Later(() => other.Signal(0, other.Group.MessageAddress));
        RunAndEnd();
        Assert.Equal((0, 0x08), (Area.Pending, neighbour.Adapters.Area.Pending));
        Assert.Equal([EventNotification.Forwarded], _forwarded);
        Assert.Equal((0, 0), (Byte(Vector), Byte(Summary + 1)));
    }

    private void RunAndEnd()
    {
        _bench.Execute(HypervisorBench.Code((Op.LHI, new() { R1 = 4, I2 = 500 }), (Op.BRCT, new() { R1 = 4 })), Interrupting);
        Assert.False(IsTaken);
    }

    public static TheoryData<string, ulong> WrongEntries => new()
    {
        { "no gisa", EventNotification.Forwarded },
        { "gisa not in storage", EventNotification.Forwarded | EventNotification.InError },
        { "summary not in storage", EventNotification.Forwarded | EventNotification.InError },
    };

    /// <summary>The machine leaves what it cannot do to the host, which knows its guest all the same.</summary>
    [Theory]
    [MemberData(nameof(WrongEntries))]
    public void AnEntryThatTheMachineCannotUseIsTheHosts(string which, ulong word)
    {
        Register();
        Later(() =>
        {
            var entry = Entry;
            if (which == "no gisa") entry.Gisa = 0;
            else if (which == "gisa not in storage") entry.Gisa = 0x7FFF_FFE1;
            else entry.SummaryAddress = 1UL << 50;
            Signal();
        });
        if (which == "summary not in storage") RunAndEnd();
        else Spin();
        Assert.Equal(which != "summary not in storage", IsTaken);
        Assert.Equal([word], _forwarded);
    }

    [Fact]
    public void AnEntryOfNobodyIsIgnored()
    {
        Register();
        var entry = Entry;
        entry.Count = 0;
        Signal();
        Assert.Equal((0UL, 0), (_bench.Adapters!.Forwarded, Area.Pending));
    }

    [Theory]
    [InlineData(0, 0)]          // all
    [InlineData(0x10, 0x10)]    // single: then none
    public void TheHostKeepsToTheModes(byte single, byte none)
    {
        Register();
        Area.SetModes(single, 0);
        Signal();
        Assert.Equal((0x10, none), (Area.Pending, Area.NoInterruptions));
        Area.TryTake(Subclass);
        _bench.Write64(Summary, 0);
        Signal();
        Assert.Equal(none == 0 ? 0x10 : 0, Area.Pending);
    }

    /// <summary>A function without summary bit, or whose vector begins at any bit.</summary>
    [Fact]
    public void ThereMayBeNoSummaryBit()
    {
        Assert.Equal(0, Register((uint)Subclass << 28 | 8 << 16 | 61 << 8));
        Assert.Equal((1UL, 0UL), (_bench.Machine.Pinner.Held, Entry.SummaryAddress));
        Later(() => Signal(7));
        Spin();
        Assert.True(IsTaken);
        Assert.Equal(0x08, Byte(Vector + 8));
        Assert.Equal(0UL, _bench.Read64(Summary));
    }

    [Theory]
    [InlineData(Vector + 0xFFF, Summary)]
    [InlineData(Vector, Summary + 4)]
    public void WhatDoesNotFitIsLeftToUserSpace(ulong vector, ulong summary)
    {
        Assert.Equal(0, Register((uint)Subclass << 28 | 20 << 16 | 0x80, vector, summary));
        Assert.Null(Function.Forwarded);
        Later(() => Signal(9));
        Spin();
        Assert.True(IsTaken);
        Assert.Equal((0x40, 0x80, 0UL), (Byte(vector + 1), Byte(summary), _bench.Machine.Pinner.Held));
    }

    /// <summary>Pins are counts: two functions share pages, and each gives its own back.</summary>
    [Fact]
    public void EverythingIsGivenBack()
    {
        var frames = _bench.Frames.InUse;
        Register();
        var index = Function.Forwarded!.Host.SummaryOffset;
        Assert.Equal(1, Register());       // a second registration is out of sequence
        Assert.Equal(0, _bench.Modify(3));
        Assert.Equal((0UL, 0, 0), (_bench.Machine.Pinner.Held, Guest.WantedAlerts, Area.AlertMask));
        Register();
        Assert.Equal(index, Function.Forwarded!.Host.SummaryOffset);
        _bench.Restart();
        Assert.Equal(_bench.PinsBefore, _bench.Frames.TotalPins());
        Assert.True(_bench.Frames.InUse <= frames);
        Register();
        Signal();
        Assert.Equal(0x10, Area.Pending);
    }

    [Fact]
    public void ResetForgetsWhatPends()
    {
        Register();
        Area.SetModes(0xFF, 0);
        Signal();
        _bench.Machine.Pci.Reset();
        _bench.Machine.Floating.Clear();
        Assert.Equal((0, 0, 0, 0UL), (Area.Pending, Area.SingleMode, Area.NoInterruptions, _bench.Machine.Pinner.Held));
    }

    [Fact]
    public void TheTableHasAnEnd()
    {
        using var bench = new HypervisorBench(new("lent") { InterpretsPci = true, Functions = HostAdapters.Entries + 1 });
        for (var n = 0; n < bench.Functions.Count; n++)
        {
            bench.Functions[n].SetInterruptions(
                new InterruptionParameters(0x3001_0080U | (uint)n & 0x3F, Vector + (ulong)n / 8, Summary + (ulong)n / 64 * 8));
        }
        Assert.Null(bench.Functions[^1].Forwarded);
        Assert.NotNull(bench.Functions[^2].Forwarded);
        bench.Functions[^1].Signal(0, bench.Function.Group.MessageAddress);
        bench.Functions[^2].Signal(0, bench.Function.Group.MessageAddress);
        Assert.Equal(1UL, bench.Adapters!.Forwarded);
        bench.Functions[0].SetInterruptions((InterruptionParameters?)null);
        bench.Functions[^1].SetInterruptions(new InterruptionParameters(0x3001_0080U, Vector, Summary));
        Assert.Equal(0, bench.Functions[^1].Forwarded!.Host.SummaryOffset);
    }

    /// <summary>One CPU runs and is masked, the other sleeps: only the alert wakes it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnAlertWakesASleepingCpu(bool isWanted)
    {
        Register();
        var (sleeper, runner) = (_bench.Machine.Cpus[0], _bench.Machine.Cpus[1]);
        _bench.Memory.TryWrite(0x9000, HypervisorBench.Code((Op.BRC, new() { M1 = 15 })));
        sleeper.Psw = new Psw(Interrupting | Psw.Wait, 0x9000);
        runner.Psw = new Psw(Supervisor, 0x9000);
        runner.Start();
        var scheduler = new CpuScheduler(_bench.Machine.Cpus, new Interleaving(InterleavingKind.RoundRobin, 0));
        scheduler.Run(scheduler.InstructionCount + 100_000);
        Assert.Equal(0x10, Area.AlertMask);
        if (!isWanted)
        {
            var area = Area;
            area.AlertMask = 0;
        }
        Later(() => Signal());
        scheduler.Run(scheduler.InstructionCount + 200_000);
        Assert.Equal(isWanted ? (IoNew, 1UL, 0, 0x10) : (0x9000UL, 0, 0x10, 0),
            (sleeper.Psw.Address, _bench.Adapters!.Alerts, Area.Pending, Area.AlertMask));
        Assert.Empty(_forwarded);
        Assert.False(Area.IsQueued);
    }
}
