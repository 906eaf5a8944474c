using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>What comes next between two instructions of a guest, and how it waits (sie.md sections 4.2 to 4.6 and 7).</summary>
public sealed unsafe class BoundaryTests : IDisposable
{
    private const ulong Open = Psw.External | Psw.Io;
    private const ulong ClockComparatorMask = 1UL << 11, CpuTimerMask = 1UL << 10, SignControl = 1UL << 53;
    private const ushort ClockComparator = 0x1004, CpuTimer = 0x1005;
    private const ulong Tick = 1UL << 12;       // a microsecond

    private readonly SieBench _bench = new();

    private StateDescription Sd => _bench.Description;

    public void Dispose() => _bench.Dispose();

    public static TheoryData<int> Combinations => [.. Enumerable.Range(0, 32)];

    /// <summary>All combinations of external request, clock comparator, I/O request, stop request and wait, all open at entry.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void What_is_open_comes_in_its_order(int open)
    {
        var (external, timer, io, stop, wait) = ((open & 1) != 0, (open & 2) != 0, (open & 4) != 0, (open & 8) != 0, (open & 16) != 0);
        var sd = Sd;
        if (external) sd.CpuFlags |= SieFlags.ExternalRequest;
        if (io) sd.CpuFlags |= SieFlags.IoRequest;
        if (stop) sd.CpuFlags |= SieFlags.StopRequest;
        _bench.SetCr(0, timer ? ClockComparatorMask : 0);
        var count = _bench.State->InstructionCount;
        Assert.Equal(StopReason.Interception, _bench.Run("", SieBench.SupervisorMask | Open | (wait ? Psw.Wait : 0)));
        // The timer's new PSW is closed and does not wait.
        var isTaken = timer && !external;
        var expected = external ? 0x10 : io && !timer ? 0x18 : stop ? 0x28 : wait && !timer ? 0x1C : 0x04;
        Assert.Equal((expected, 0), (sd.InterceptionCode, sd.InterceptionStatus));
        Assert.Equal((isTaken ? SieBench.ExternalNew : SieBench.Code) + (expected == 4 ? 4UL : 0), sd.PswAddress);
        Assert.Equal(expected == 4 ? 1UL : 0, _bench.State->InstructionCount - count);
        if (expected != 4) Assert.Equal(((ushort)0, 0u), (sd.Ipa, sd.Ipb));
    }

    [Theory]
    [InlineData(SieFlags.ExternalRequest, 0x01, Interception.ExternalRequest)]
    [InlineData(SieFlags.IoRequest, 0x02, Interception.IoRequest)]
    [InlineData(SieFlags.ExternalRequest, 0x02, Interception.Instruction)]
    [InlineData(SieFlags.IoRequest, 0x01, Interception.Instruction)]
    public void A_request_waits_for_its_mask(uint flag, int masks, Interception expected)
    {
        var sd = Sd;
        sd.CpuFlags |= flag;
        _bench.State->Gr[3] = SieBench.Data;
        _bench.Run($"AD{masks:X2}3000");
        Assert.Equal(((byte)expected, SieBench.Code + (expected == Interception.Instruction ? 8UL : 4)), (sd.InterceptionCode, sd.PswAddress));
    }

    [Theory]
    [InlineData(ClockComparator, true, false)]
    [InlineData(CpuTimer, true, false)]
    [InlineData(ClockComparator, false, false)]
    [InlineData(CpuTimer, false, false)]
    [InlineData(ClockComparator, true, true)]
    [InlineData(CpuTimer, true, true)]
    public void A_timer_is_the_guests_with_the_assist_unless_it_would_only_repeat(int code, bool assist, bool loop)
    {
        var sd = Sd;
        if (!assist) sd.Eca &= ~ExecutionControlsA.ExternalInterruptions;
        if (loop) _bench[(ulong)Lowcore.ExternalNewMaskOffset] = SieBench.SupervisorMask | Psw.External;
        sd.CpuTimer = code == CpuTimer ? ulong.MaxValue : 0x1000_0000;
        _bench.SetCr(0, code == CpuTimer ? CpuTimerMask : ClockComparatorMask);
        _bench.Run("", SieBench.SupervisorMask | Psw.External);
        if (assist && !loop)
        {
            Assert.Equal(((byte)4, SieBench.ExternalNew + 4, (ushort)code), (sd.InterceptionCode, sd.PswAddress, _bench.Lowcore.ExternalCode));
            Assert.Equal(SieBench.Code, _bench[(ulong)Lowcore.ExternalOldMaskOffset + 8]);
            return;
        }
        Assert.Equal((0x14, 0, SieBench.Code, code, 0),
            (sd.InterceptionCode, sd.InterceptionStatus, sd.PswAddress, sd.ExternalCode, sd.ExternalCpuAddress));
        Assert.Equal((0, 0UL), (_bench.Lowcore.ExternalCode, _bench[(ulong)Lowcore.ExternalOldMaskOffset + 8]));
    }

    /// <summary>CR0 bit 10 compares clock and comparator as signed numbers; the clock is the machine's plus the epoch.</summary>
    [Theory]
    [InlineData(0x2000_0000_0000_0000, 0x1000_0000_0000_0000, false, true)]
    [InlineData(0x2000_0000_0000_0000, 0x1000_0000_0000_0000, true, true)]
    [InlineData(0x2000_0000_0000_0000, 0x9000_0000_0000_0000, false, false)]
    [InlineData(0x2000_0000_0000_0000, 0x9000_0000_0000_0000, true, true)]
    [InlineData(0x9000_0000_0000_0000, 0x2000_0000_0000_0000, false, true)]
    [InlineData(0x9000_0000_0000_0000, 0x2000_0000_0000_0000, true, false)]
    [InlineData(0x9000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, true, false)]
    [InlineData(0x2000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, true, true)]
    [InlineData(0x2000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, true, false)]
    public void A_clock_comparator_may_be_signed(ulong epoch, ulong comparator, bool isSigned, bool isDue)
    {
        var sd = Sd;
        (sd.Epoch, sd.ClockComparator) = (epoch, comparator);
        _bench.SetCr(0, ClockComparatorMask | (isSigned ? SignControl : 0));
        _bench.Run("", SieBench.SupervisorMask | Psw.External);
        Assert.Equal(isDue ? SieBench.ExternalNew + 4 : SieBench.Code + 4, sd.PswAddress);
    }

    [Theory]
    [InlineData(true, 0x47, 0UL, 0x47)]                         // as kvm-unit-tests check it
    [InlineData(false, 0x47, 0UL, 0)]
    [InlineData(true, 0x02, ulong.MaxValue, 0x03)]              // a carry out of bit 0 of the clock
    [InlineData(true, 0xFF, ulong.MaxValue - 0xFFFF, 0x00)]     // an epoch that is less than zero
    public void An_extended_clock_has_its_epoch_index(bool isMultiple, int index, ulong epoch, int expected)
    {
        var sd = Sd;
        sd.EpochIndex = (byte)index;
        sd.Epoch = epoch;
        if (isMultiple) sd.Ecd |= ExecutionControlsD.MultipleEpochs;
        _bench.State->Gr[3] = SieBench.Data;
        _bench.Run("B2783000B2053010");
        Assert.Equal(expected, _bench.Storage.Read(SieBench.Origin + SieBench.Data, 1)[0]);
        // The clock itself is the same that STORE CLOCK stores, but for the instruction between.
        Assert.InRange(_bench[SieBench.Data + 0x10] - ((_bench[SieBench.Data] << 8) | (_bench[SieBench.Data + 8] >> 56)), 0UL, Tick * 10);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_wait_comes_out_unless_the_assist_lets_something_end_it(bool assist, bool comesOut)
    {
        var sd = Sd;
        if (assist) sd.Eca |= ExecutionControlsA.WaitAssist;
        _bench.SetCr(0, ClockComparatorMask);
        sd.ClockComparator = _bench.Processor.Tod + 1000 * Tick;
        _bench.Run("", SieBench.SupervisorMask | Psw.External | Psw.Wait);
        if (comesOut) Assert.Equal((0x1C, SieBench.Code), (sd.InterceptionCode, sd.PswAddress));
        else Assert.Equal((4, SieBench.ExternalNew + 4), (sd.InterceptionCode, sd.PswAddress));
    }

    [Fact]
    public void A_disabled_wait_comes_out_with_the_assist_too()
    {
        var sd = Sd;
        sd.Eca |= ExecutionControlsA.WaitAssist;
        _bench.Run("", SieBench.SupervisorMask | Psw.Wait);
        Assert.Equal((0x1C, SieBench.Code), (sd.InterceptionCode, sd.PswAddress));
    }

    /// <summary>A wait PSW that an interruption of the guest loads comes out as one that LOAD PSW loads.</summary>
    [Fact]
    public void A_wait_of_a_new_psw_comes_out()
    {
        _bench[(ulong)Lowcore.SvcNewMaskOffset] = SieBench.SupervisorMask | Psw.Wait;
        _bench.Run("0A01");
        Assert.Equal((0x1C, SieBench.SvcNew), (Sd.InterceptionCode, Sd.PswAddress));
    }

    /// <summary>The vectors of kvm-unit-tests for specification exceptions (sie.md section 13).</summary>
    [Theory]
    [InlineData(false, false, SieBench.Code + 2)]
    [InlineData(true, true, 0xDEAD_BEEEUL)]
    public void An_invalid_psw_is_the_hosts_when_the_guest_cannot_take_it(bool interprets, bool isNewPswInvalid, ulong address)
    {
        var sd = Sd;
        if (!interprets) sd.Ecb &= unchecked((byte)~ExecutionControlsB.SpecificationExceptions);
        if (isNewPswInvalid) (_bench[(ulong)Lowcore.ProgramNewMaskOffset], _bench[(ulong)Lowcore.ProgramNewMaskOffset + 8]) = (1, 0xDEAD_BEEE);
        (_bench[SieBench.Data], _bench[SieBench.Data + 8], _bench.State->Gr[3]) = (1UL << 63, SieBench.Code + 2, SieBench.Data);
        _bench.Run("B2B23000");
        Assert.Equal((8, (ushort)ProgramCode.Specification, address), (sd.InterceptionCode, sd.ProgramCode, sd.PswAddress));
        // The first is the guest's with the control.
        Assert.Equal(interprets ? (ushort)ProgramCode.Specification : (ushort)0, _bench.Lowcore.ProgramInterruptionCode);
    }

    [Fact]
    public void A_wait_with_nothing_to_come_ends_the_run()
    {
        var sd = Sd;
        sd.Eca |= ExecutionControlsA.WaitAssist;
        Assert.Equal(StopReason.Wait, _bench.Run("", SieBench.SupervisorMask | Psw.Io | Psw.Wait));
        Assert.Equal((byte)0, sd.InterceptionCode);
    }
}
