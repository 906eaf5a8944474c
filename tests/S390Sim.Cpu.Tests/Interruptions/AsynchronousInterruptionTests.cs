using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Interruptions;

public sealed unsafe class AsynchronousInterruptionTests : IDisposable
{
    private const ulong Enabled = EngineBench.Mask64 | Psw.External | Psw.Io | Psw.MachineCheck;
    private readonly EngineBench _bench = new();

    private FloatingInterruptions Floating => _bench.Processor.Pending.Floating;

    [Fact]
    public void Machine_check_then_external_then_io_then_restart()
    {
        // Each new PSW is enabled for what comes after it: the order shows in the chain of old PSWs.
        _bench.NewPsw(0x1E0, 0x1E0, EngineBench.Mask64 | Psw.External | Psw.Io);
        _bench.NewPsw(0x1B0, 0x1B0, EngineBench.Mask64 | Psw.Io);
        _bench.NewPsw(0x1F0, 0x1F0, EngineBench.Mask64);
        _bench.NewPsw(0x1A0, 0x1A0);
        _bench.C->Cr[0] |= 1UL << 9;
        _bench.C->Cr[6] = 0xFF00_0000;
        _bench.C->Cr[14] = 1UL << 28;
        Floating.RequestAdapter(3);
        Floating.RequestServiceSignal(0x1230);
        Floating.RequestChannelReport();
        _bench.Processor.Pending.RequestRestart();
        _bench.Run("0700", 10, Enabled);
        ulong[] oldAddresses = [0x168, 0x138, 0x178, 0x128];
        Assert.Equal([EngineBench.Code, 0x1E0UL, 0x1B0UL, 0x1F0UL], oldAddresses.Select(a => _bench.Storage.Read64(a)));
        Assert.Equal(0x2401, _bench.Lowcore.ExternalCode);
        Assert.Equal(0x1230u, _bench.Lowcore.ExternalParameter);
        Assert.Equal(0x8000_0000u | (3u << 27), _bench.Lowcore.IoIdentification);
        Assert.Equal(0UL, _bench.C->InstructionCount);
    }

    [Fact]
    public void A_machine_check_saves_the_registers_that_it_calls_valid()
    {
        _bench.NewPsw(0x1E0, 0x1E0);
        _bench.C->Cr[14] = 1UL << 28;
        _bench.C->Gr[7] = 0x1122_3344_5566_7788;
        _bench.C->Fpr(3) = 0x99;
        _bench.C->Ar[15] = 0x88;
        _bench.C->Fpc = 0x77;
        _bench.C->TodProgrammable = 0x66;
        _bench.C->ClockComparator = 0x1122_3344_5566_7788;
        _bench.C->CpuTimer = 1UL << 40;
        _bench.C->CpuTimerBase = _bench.Processor.Tod;
        Floating.RequestChannelReport();
        _bench.Run("0700", 1, Enabled);
        Assert.Equal(0x1122_3344_5566_7788UL, _bench.Storage.Read64(0x1280 + 7 * 8));
        Assert.Equal(0x99UL, _bench.Storage.Read64(0x1200 + 3 * 8));
        Assert.Equal(1UL << 28, _bench.Storage.Read64(0x1380 + 14 * 8));
        Assert.Equal(0x0040_0F1D_4033_0000UL, _bench.Lowcore.MachineCheckCode);
        Assert.Equal(0x88UL, _bench.Storage.Read64(0x1378) & uint.MaxValue);
        Assert.Equal([0x77UL, 0x66, 1UL << 40, 0x11_2233_4455_6677],
            new ulong[] { 0x1318, 0x1320, 0x1328, 0x1330 }.Select(_bench.Storage.Read64));
    }

    [Fact]
    public void What_a_machine_check_saves_over_code_is_executed()
    {
        const ulong SavedRegister0 = 0x1280;
        _bench.Storage.Write64(SavedRegister0, 0xA719_0001_07FE_0000);     // lghi %r1,1 ; br %r14
        _bench.NewPsw(0x1E0, SavedRegister0, EngineBench.Mask64);
        _bench.C->Gr[5] = SavedRegister0;
        _bench.Run("0DE50700", 3);
        Assert.Equal(1UL, _bench.C->Gr[1]);
        _bench.C->Gr[0] = 0xA719_0002_07FE_0000;                           // lghi %r1,2
        _bench.C->Cr[14] = 1UL << 28;
        Floating.RequestChannelReport();
        _bench.Run("0700", 1, Enabled);
        Assert.Equal(2UL, _bench.C->Gr[1]);
    }

    [Theory]
    [InlineData(0x1201, 0)]
    [InlineData(0x1202, 1)]
    [InlineData(0x1004, 2)]
    [InlineData(0x1005, 3)]
    [InlineData(0x2401, 4)]
    public void External_interruptions_in_order_of_priority(int code, int missing)
    {
        _bench.NewPsw(0x1B0, 0x1B0);
        _bench.C->Cr[0] = (1UL << 14) | (1UL << 13) | (1UL << 11) | (1UL << 10) | (1UL << 9);
        if (missing < 1) _bench.Processor.Pending.RequestEmergencySignal(0x77);
        if (missing < 2) _bench.Processor.Pending.TryRequestExternalCall(0x78);
        _bench.C->ClockComparator = missing < 3 ? 0 : ulong.MaxValue;
        _bench.C->CpuTimer = missing < 4 ? ulong.MaxValue : 1000;
        Floating.RequestServiceSignal(8);
        _bench.Run("0700", 1, Enabled);
        Assert.Equal(code, _bench.Lowcore.ExternalCode);
        Assert.Equal(code == 0x1201 ? 0x77 : code == 0x1202 ? 0x78 : 0, _bench.Lowcore.ExternalCpuAddress);
    }

    [Fact]
    public void A_request_while_masked_is_taken_when_the_mask_opens()
    {
        _bench.NewPsw(0x1B0, 0x1B0);
        _bench.C->Cr[0] |= 1UL << 9;
        Floating.RequestServiceSignal(8);
        _bench.Run("0700 AD010800 0700", 5);            // NOPR, STOSM for external, NOPR
        Assert.Equal(0x10006UL, _bench.Storage.Read64(0x138));
        Assert.Equal(2UL, _bench.C->InstructionCount);
    }

    [Fact]
    public void A_wait_skips_to_the_clock_comparator()
    {
        _bench.NewPsw(0x1B0, 0x1B0);
        _bench.C->Cr[0] = 1UL << 11;
        _bench.C->ClockComparator = _bench.Processor.Tod + 1_000_000_000;
        Assert.Equal(StopReason.Wait, _bench.Go(0x10000, 10, EngineBench.Mask64 | Psw.External | Psw.Wait));
        Assert.Equal(0x1004, _bench.Lowcore.ExternalCode);
        Assert.Equal(_bench.C->ClockComparator + 1, _bench.Processor.Tod);
        Assert.Equal(0UL, _bench.C->InstructionCount);
    }

    [Theory]
    [InlineData(0xFFFF_FFFF_FFFF_FFF0UL, 0x8000_0000_0000_0000UL)]
    [InlineData(5UL, 0x7FFF_FFFF_FFFF_FFFFUL)]
    public void A_timer_beyond_the_end_of_time_never_comes(ulong epoch, ulong cpuTimer)
    {
        _bench.C->Cr[0] = (1UL << 11) | (1UL << 10);
        _bench.C->ClockComparator = ulong.MaxValue - 1;
        _bench.C->TodEpoch = epoch - _bench.Processor.Tod;
        _bench.C->CpuTimer = cpuTimer & long.MaxValue;
        _bench.NewPsw(0x1B0, 0x1B0);
        Assert.Equal(StopReason.Wait, _bench.Go(0x10000, 10, EngineBench.Mask64 | Psw.External | Psw.Wait));
    }

    [Fact]
    public void The_cpu_timer_interrupts_a_loop_at_an_exact_instruction()
    {
        _bench.NewPsw(0x1B0, 0x1B0);
        _bench.C->Cr[0] = 1UL << 10;
        _bench.C->CpuTimer = 100 * TodClock.UnitsPerInstruction;
        _bench.Run("A7F40000", 1000, EngineBench.Mask64 | Psw.External);
        Assert.Equal(0x1005, _bench.Lowcore.ExternalCode);
        Assert.Equal(101UL, _bench.C->InstructionCount);
    }

    [Fact]
    public void Set_clock_moves_neither_the_cpu_timer_nor_events()
    {
        var fired = false;
        _bench.Processor.Events.At(_bench.Processor.Tod + 400, () => fired = true);
        _bench.C->CpuTimer = 1_000_000;
        _bench.Storage.Write64(0x800, 0xD000_0000_0000_0000);
        _bench.Run("B2040800 B2050808", 2);             // SCK, STCK
        Assert.InRange(_bench.Storage.Read64(0x808), 0xD000_0000_0000_0000UL, 0xD000_0000_0000_1000UL);
        Assert.InRange(_bench.Processor.CpuTimer, 999_000UL, 1_000_000UL);
        Assert.False(fired);
        _bench.Go(0x10010, 200);
        _bench.Run("A7F40000", 200);
        Assert.True(fired);
    }

    [Fact]
    public void An_event_that_an_instruction_asks_for_is_not_missed()
    {
        var at = 0UL;
        _bench.Processor.Events.At(_bench.Processor.Tod + 40, ()
            => _bench.Processor.Events.At(_bench.Processor.Tod + 40, () => at = _bench.C->InstructionCount));
        _bench.Run("A7F40000", 1000);
        Assert.Equal(20UL, at);
    }

    [Fact]
    public void An_attention_asked_for_before_the_run_ends_it()
    {
        _bench.Processor.RequestAttention();
        Assert.Equal(StopReason.Attention, _bench.Run("A7F40000", 1000));
        Assert.Equal(StopReason.InstructionLimit, _bench.Run("A7F40000", 1000));
    }

    [Fact]
    public void Sense_tells_of_a_pending_external_call_and_reset_of_itself_stops()
    {
        _bench.Processor.Pending.TryRequestExternalCall(0);
        _bench.Run("AE200001");                         // SIGP sense
        Assert.Equal(1, _bench.C->Cc);
        Assert.Equal(0x80u, _bench.C->Low(2));
        Assert.Equal(StopReason.Stopped, _bench.Run("AE20000B", 5));
        Assert.Equal(default, _bench.C->Psw);
    }

    public void Dispose() => _bench.Dispose();
}
