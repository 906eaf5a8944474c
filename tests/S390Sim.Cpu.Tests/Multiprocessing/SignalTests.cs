using S390Sim.Cpu;

namespace S390Sim.Tests.Multiprocessing;

/// <summary>The orders of SIGNAL PROCESSOR and what they answer in every state of the CPU they go to.</summary>
public sealed unsafe class SignalTests : IDisposable
{
    private const uint NotRunning = 0x400, IncorrectState = 0x200, InvalidParameter = 0x100, CallPending = 0x80, Stopped = 0x40,
        CheckStop = 0x10, InvalidOrder = 0x02;

    private readonly GroupBench _bench = new(3);

    public void Dispose() => _bench.Dispose();

    private static readonly SignalOrder[] s_all = [.. Enum.GetValues<SignalOrder>()];

    private enum State { Operating, Waiting, Stopped, Stopping, CheckStop }

    private void Bring(int cpu, State state)
    {
        if (state is State.Operating or State.Waiting or State.Stopping)
            _bench.Start(cpu, 0x10000, state == State.Waiting ? GroupBench.EnabledWait : GroupBench.Mask64);
        if (state == State.Stopping) _bench.Cpus[cpu].Stop();
        if (state == State.CheckStop) _bench.Cpus[cpu].CheckStop();
    }

    [Fact]
    public void Every_order_byte_in_every_state()
    {
        foreach (var state in Enum.GetValues<State>())
        {
            for (var order = 0; order < 256; order++)
            {
                using var bench = new SignalTests();
                bench.Bring(1, state);
                var outcome = bench._bench.Signal((SignalOrder)order, 1, 0x20000);
                Assert.True(Expected((SignalOrder)order, state) == outcome, $"{(SignalOrder)order} to {state}: {outcome}");
            }
        }
    }

    // Written from the manual's list of conditions that determine the response, for parameter 0x20000.
    private static SignalOutcome Expected(SignalOrder order, State state)
    {
        if (order == SignalOrder.SetArchitecture) return new(1, InvalidParameter);
        if (!s_all.Contains(order)) return new(1, InvalidOrder);
        if (order is SignalOrder.InitialCpuReset or SignalOrder.CpuReset) return new(0);
        if (state == State.Stopping) return new(2);
        return (order, state) switch
        {
            (SignalOrder.Sense, State.Stopped) => new(1, Stopped),
            (SignalOrder.Sense, State.CheckStop) => new(1, CheckStop),
            (SignalOrder.Sense, _) => new(0),
            (SignalOrder.SenseRunningStatus, State.Operating) => new(0),
            (SignalOrder.SenseRunningStatus, _) => new(1, NotRunning),
            (_, State.CheckStop) => new(1, CheckStop),
            (SignalOrder.SetPrefix or SignalOrder.StoreStatusAtAddress, State.Stopped) => new(0),
            (SignalOrder.SetPrefix or SignalOrder.StoreStatusAtAddress, _) => new(1, IncorrectState),
            _ => new(0),
        };
    }

    [Fact]
    public void An_address_without_a_CPU_is_not_operational()
    {
        foreach (var order in s_all.Where(o => o != SignalOrder.SetArchitecture))
            Assert.Equal(new SignalOutcome(3), _bench.Signal(order, 3));
        Assert.Equal(new SignalOutcome(3), _bench.Signal((SignalOrder)0xFF, 0xFFFF));
    }

    [Fact]
    public void Sense_running_status_needs_its_facility()
    {
        using var bench = new GroupBench(2, facilities: new FacilitySet([1, 2]));
        Assert.Equal(new SignalOutcome(1, InvalidOrder), bench.Signal(SignalOrder.SenseRunningStatus, 1));
    }

    [Fact]
    public void One_external_call_can_be_pending()
    {
        Assert.Equal(new SignalOutcome(0), _bench.Signal(SignalOrder.ExternalCall, 1));
        Assert.Equal(new SignalOutcome(1, CallPending), _bench.Signal(SignalOrder.ExternalCall, 1, source: 2));
        Assert.Equal(new SignalOutcome(1, CallPending | Stopped), _bench.Signal(SignalOrder.Sense, 1));
    }

    [Fact]
    public void An_emergency_signal_of_each_CPU_and_the_call_come_in_their_order()
    {
        _bench.Signal(SignalOrder.ExternalCall, 1);
        _bench.Signal(SignalOrder.EmergencySignal, 1, source: 2);
        _bench.Signal(SignalOrder.EmergencySignal, 1, source: 0);
        _bench.Signal(SignalOrder.EmergencySignal, 1, source: 2);
        // Each interruption stores the word at 0x84 and waits again: MVC 0(4,2),0x84; LA 2,4(2); LPSWE 0x130.
        _bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.Mask64, 0x11000);
        _bench.Put(0x11000, "d20320000084 41202004 b2b20130");
        _bench[1]->Gr[2] = 0x30000;
        _bench[1]->Cr[0] = 0x6000;
        _bench.Start(0, 0xFFF, GroupBench.DisabledWait);
        _bench.Start(1, 0x10000, GroupBench.EnabledWait);
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((0x0002_1201u, 0x0000_1201u, 0x0000_1202u, 0u),
            (_bench.Word(0x30000), _bench.Word(0x30004), _bench.Word(0x30008), _bench.Word(0x3000C)));
    }

    [Theory]
    [InlineData(false, GroupBench.Mask64 | Psw.Io | Psw.External, 0x1000, true)]       // operating: always
    [InlineData(true, GroupBench.Mask64 | Psw.External, 0x1000, true)]                 // stopped, not enabled for both
    [InlineData(true, GroupBench.Mask64 | Psw.Io | Psw.External, 0x1000, false)]       // enabled, another space
    [InlineData(true, GroupBench.Mask64 | Psw.Io | Psw.External, 7, true)]             // its primary space
    [InlineData(true, GroupBench.Mask64 | Psw.Io | Psw.External, 9, true)]             // its secondary space
    [InlineData(true, GroupBench.EnabledWait | Psw.Io, 7, true)]                       // waits elsewhere than at zero
    public void Conditional_emergency_signal(bool stopped, ulong mask, int space, bool signals)
    {
        _bench.Start(1, 0x10000, mask);
        _bench[1]->Cr[4] = 0xABC_0007;
        _bench[1]->Cr[3] = 0xABC_0009;
        _bench.Cpus[1].IsStopped = stopped;
        var outcome = _bench.Signal(SignalOrder.ConditionalEmergencySignal, 1, (uint)space);
        Assert.Equal(signals ? new SignalOutcome(0) : new SignalOutcome(1, IncorrectState), outcome);
    }

    [Theory]
    [InlineData(SignalOrder.SetPrefix, 0x0040_0000u)]
    [InlineData(SignalOrder.SetPrefix, 0x7FFF_E000u)]
    [InlineData(SignalOrder.StoreStatusAtAddress, 0x0040_0000u)]
    public void Parameters_outside_of_storage_are_invalid(SignalOrder order, uint parameter)
        => Assert.Equal(new SignalOutcome(1, InvalidParameter), _bench.Signal(order, 1, parameter));

    [Fact]
    public void Set_prefix_takes_the_bits_of_a_prefix()
    {
        Assert.Equal(new SignalOutcome(0), _bench.Signal(SignalOrder.SetPrefix, 1, 0x8000_7FFF));
        Assert.Equal(0x6000UL, _bench[1]->Prefix);
    }

    [Fact]
    public void Start_goes_on_where_the_CPU_stands()
    {
        _bench.Put(0x10000, "a7280005 b2b20f00");           // LHI 2,5; LPSWE 0xf00
        _bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        _bench[1]->LoadPsw(new Psw(GroupBench.Mask64, 0x10000));
        _bench.Start(0, 0xFFF, GroupBench.DisabledWait);
        Assert.Equal(new SignalOutcome(0), _bench.Signal(SignalOrder.Start, 1));
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((5UL, 0xFFFUL), (_bench[1]->Gr[2], _bench[1]->PswAddress));
    }

    [Fact]
    public void Stop_lets_open_interruptions_in_first_and_keeps_later_ones()
    {
        _bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.DisabledWait, 0x2222);
        _bench[1]->Cr[0] = 0x4000;
        _bench.Start(0, 0xFFF, GroupBench.DisabledWait);
        _bench.Start(1, 0x10000, GroupBench.EnabledWait);
        _bench.Signal(SignalOrder.EmergencySignal, 1);
        _bench.Signal(SignalOrder.Stop, 1);
        Assert.Equal(new SignalOutcome(2), _bench.Signal(SignalOrder.Sense, 1));
        _bench.Run();
        Assert.Equal((0x2222UL, true), (_bench[1]->PswAddress, _bench.Cpus[1].IsStopped));
        _bench[1]->LoadPsw(new Psw(GroupBench.EnabledWait, 0x10000));
        _bench.Signal(SignalOrder.EmergencySignal, 1);
        _bench.Run();
        Assert.Equal(0x10000UL, _bench[1]->PswAddress);
    }

    [Fact]
    public void Restart_of_a_stopped_CPU_comes_before_what_else_is_pending()
    {
        _bench.Write(Lowcore.RestartNewMaskOffset, GroupBench.EnabledWait, 0x1111);
        _bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.DisabledWait, 0x2222);
        _bench[1]->Cr[0] = 0x4000;
        _bench[1]->LoadPsw(new Psw(GroupBench.EnabledWait, 0x10000));
        _bench.Signal(SignalOrder.EmergencySignal, 1);
        _bench.Start(0, 0xFFF, GroupBench.DisabledWait);
        Assert.Equal(new SignalOutcome(0), _bench.Signal(SignalOrder.Restart, 1));
        Assert.Equal(new SignalOutcome(2), _bench.Signal(SignalOrder.Stop, 1));
        _bench.Run();
        Assert.Equal(0x10000UL, _bench.Storage.Read64(Lowcore.RestartOldMaskOffset + 8));
        Assert.Equal(0x1111UL, _bench.Storage.Read64(Lowcore.ExternalOldMaskOffset + 8));
    }

    [Fact]
    public void Restart_of_an_operating_CPU_comes_after_them()
    {
        _bench.Write(Lowcore.RestartNewMaskOffset, GroupBench.DisabledWait, 0x1111);
        _bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.DisabledWait, 0x2222);
        _bench[1]->Cr[0] = 0x4000;
        _bench.Start(0, 0xFFF, GroupBench.DisabledWait);
        _bench.Start(1, 0x10000, GroupBench.EnabledWait);
        _bench.Signal(SignalOrder.EmergencySignal, 1);
        _bench.Signal(SignalOrder.Restart, 1);
        _bench.Run();
        Assert.Equal(0x2222UL, _bench.Storage.Read64(Lowcore.RestartOldMaskOffset + 8));
    }

    [Theory]
    [InlineData(SignalOrder.StoreStatusAtAddress, 0x31200)]
    [InlineData(SignalOrder.StopAndStoreStatus, 0x1200)]
    public void Status_lies_where_the_manual_says(SignalOrder order, int area)
    {
        var c = _bench[1];
        for (var n = 0; n < 16; n++)
        {
            var number = (ulong)n;
            (c->Gr[n], c->Cr[n], c->Ar[n], c->Fpr(n)) = (0x1000 + number, 0x2000 + number, 0x3000u + (uint)n, 0x4000 + number);
        }
        (c->Fpc, c->TodProgrammable, c->ClockComparator, c->CpuTimer, c->Prefix) = (0x55, 0x66, 0x7700, 0x88, 0x8000);
        c->LoadPsw(new Psw(GroupBench.Mask64 | 2UL << 44, 0x1234));
        Assert.Equal(new SignalOutcome(0), _bench.Signal(order, 1, (uint)area));
        ulong At(int offset) => _bench.Storage.Read64((ulong)(area + offset));
        for (var n = 0; n < 16; n++)
        {
            var number = (ulong)n;
            Assert.Equal((0x4000 + number, 0x1000 + number, 0x2000 + number), (At(n * 8), At(0x80 + n * 8), At(0x180 + n * 8)));
            Assert.Equal(0x3000u + (uint)n, _bench.Word((ulong)(area + 0x140 + n * 4)));
        }
        Assert.Equal((GroupBench.Mask64 | 2UL << 44, 0x1234UL), (At(0x100), At(0x108)));
        Assert.Equal((0x0000_8000_0000_0055UL, 0x66UL, 0x88UL, 0x77UL), (At(0x118), At(0x120), At(0x128), At(0x130)));
        Assert.Equal(order == SignalOrder.StopAndStoreStatus ? 1 : 0, _bench.Storage.Read(0xA3, 1)[0]);
    }

    [Fact]
    public void The_instruction_takes_its_operands_and_stores_the_status()
    {
        // SIGP 4,6,1 of CPU 1, which is stopped: bits 0-31 of the register stay.
        _bench.Put(0x10000, "ae460001 b2b20f00");
        _bench.Write(0xF00, GroupBench.DisabledWait, 0xFFF);
        (_bench[0]->Gr[4], _bench[0]->Gr[6]) = (0xAAAA_AAAA_5555_5555, 0x7777_0001);
        _bench.Start(0, 0x10000);
        _bench.Run();
        Assert.Equal((0xAAAA_AAAA_0000_0040UL, 0xFFFUL), (_bench[0]->Gr[4], _bench[0]->PswAddress));
    }

    [Fact]
    public void A_CPU_stops_itself()
    {
        _bench.Put(0x10000, "ae060005 a7280005");           // SIGP 0,6,5; LHI 2,5
        _bench.Start(0, 0x10000);
        Assert.Equal(StopReason.Stopped, _bench.Run());
        Assert.Equal((0x10004UL, 0UL, 0), (_bench[0]->PswAddress, _bench[0]->Gr[2], _bench[0]->Cc));
    }

    [Fact]
    public void Resets_leave_what_the_table_says()
    {
        foreach (var initial in new[] { false, true })
        {
            using var bench = new GroupBench(2);
            var c = bench[1];
            bench.Start(1, 0x10000, GroupBench.EnabledWait);
            for (var n = 0; n < 16; n++) (c->Gr[n], c->Cr[n], c->Ar[n], c->Fpr(n)) = (1UL, 2UL, 3u, 4UL);
            (c->Fpc, c->TodProgrammable, c->ClockComparator, c->Prefix, c->BreakingEvent) = (5, 6, 7, 0x8000, 9);
            bench.Signal(SignalOrder.EmergencySignal, 1);
            bench.Signal(SignalOrder.ExternalCall, 1);
            bench.Floating.RequestServiceSignal(8);
            Assert.Equal(new SignalOutcome(0), bench.Signal(initial ? SignalOrder.InitialCpuReset : SignalOrder.CpuReset, 1));
            Assert.True(bench.Cpus[1].IsStopped && bench.Floating.ServiceSignal && !bench.Cpus[1].Pending.IsExternalCallPending);
            Assert.Equal((1UL, 3u, 4UL), (c->Gr[15], c->Ar[15], c->Fpr(15)));
            Assert.Equal(initial ? (0u, 0u, 0UL, 0UL, 1UL) : (5u, 6u, 7UL, 0x8000UL, 9UL),
                (c->Fpc, c->TodProgrammable, c->ClockComparator, c->Prefix, c->BreakingEvent));
            Assert.Equal(initial ? default : new Psw(GroupBench.EnabledWait, 0x10000), c->Psw);
            Assert.Equal(initial ? (0xE0UL, 0UL, 0xC200_0000UL) : (2UL, 2UL, 2UL), (c->Cr[0], c->Cr[1], c->Cr[14]));
            Assert.False(bench.Cpus[1].Pending.IsOpen(c, ulong.MaxValue, 0));
        }
    }

    [Fact]
    public void A_reset_ends_the_check_stop_state()
    {
        _bench.Cpus[1].CheckStop();
        Assert.Equal(new SignalOutcome(0), _bench.Signal(SignalOrder.CpuReset, 1));
        Assert.Equal(new SignalOutcome(1, Stopped), _bench.Signal(SignalOrder.Sense, 1));
    }

    [Fact]
    public void Resets_of_the_configuration()
    {
        var devices = 0;
        var resets = new ConfigurationResets(_bench.Cpus, _bench.Floating, () => devices++);
        _bench.Storage.Write64(0x30000, 1);
        _bench.Storage.SetKey(0x30000, 0x30);
        _bench[0]->Gr[1] = _bench[1]->Gr[1] = 7;
        _bench[0]->Fpc = _bench[1]->Fpc = 5;
        _bench.Floating.RequestServiceSignal(8);
        resets.LoadNormal(_bench.Cpus[0]);
        Assert.Equal((1UL, 7UL, 7UL), (_bench.Storage.Read64(0x30000), _bench[0]->Gr[1], _bench[1]->Gr[1]));
        Assert.Equal((0u, 5u), (_bench[0]->Fpc, _bench[1]->Fpc));
        Assert.Equal((false, 1), (_bench.Floating.ServiceSignal, devices));
        Assert.All(_bench.Cpus, cpu => Assert.True(cpu.IsStopped));
        var tod = _bench.Cpus[0].GuestTod;
        resets.LoadClear(_bench.Storage);
        Assert.Equal((0UL, 0, tod), (_bench.Storage.Read64(0x30000), _bench.Storage.Key(0x30000), _bench.Cpus[0].GuestTod));
        Assert.Equal((0UL, 0UL), (_bench[0]->Gr[1], _bench[1]->Gr[1]));
        resets.PowerOnReset(_bench.Storage, _bench.Clock);
        Assert.Equal((0UL, 0UL), (_bench.Cpus[0].GuestTod, _bench.Cpus[1].GuestTod));
    }

    [Fact]
    public void The_CPU_timer_stands_still_in_the_stopped_state()
    {
        _bench.Put(0x10000, "a7f40000");
        _bench.Start(0, 0x10000);
        _bench[1]->CpuTimer = 1000;
        _bench.Run(5000);
        Assert.Equal(1000UL, _bench.Cpus[1].CpuTimer);
        _bench.Start(1, 0x10000, GroupBench.DisabledWait);
        _bench.Run(100);
        Assert.Equal(1000UL - 400, _bench.Cpus[1].CpuTimer);
    }
}
