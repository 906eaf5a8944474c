using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>Program-event recording along with interceptions (sie.md sections 4.1 and 4.5).</summary>
public sealed unsafe class EventTests : IDisposable
{
    private const ulong Watched = SieBench.SupervisorMask | Psw.Per;
    private const ulong Fetching = 0x4000_0000, Alteration = 0x2000_0000;
    private const ushort Mode = 0xE0;       // 64-bit mode in the PER code
    private const string CompareAndSwap = "BA243000";

    private readonly SieBench _bench = new();

    public EventTests()
    {
        _bench.State->Gr[3] = SieBench.Data;
        _bench.SetCr(11, ulong.MaxValue);
    }

    private StateDescription Sd => _bench.Description;

    public void Dispose() => _bench.Dispose();

    private void Run(string program, ulong events, InterceptionControls controls = InterceptionControls.None)
    {
        var sd = Sd;
        sd.InterceptionControl = (uint)controls;
        _bench.SetCr(9, events);
        _bench.Run(program, Watched);
    }

    /// <summary>Instruction and program interruption in one: the instruction completed, and so did its events.</summary>
    [Theory]
    [InlineData(Fetching, 0x40)]
    [InlineData(Alteration, 0x20)]
    [InlineData(Fetching | Alteration, 0x60)]
    public void A_swap_that_fails_comes_out_with_its_events(ulong events, int code)
    {
        _bench[SieBench.Data] = 5UL << 32;
        Run(CompareAndSwap, events, InterceptionControls.CompareAndSwap);
        var sd = Sd;
        Assert.Equal((0x0C, 0, 0xBA24, 0x3000_0000u, SieBench.Code + 4),
            (sd.InterceptionCode, sd.InterceptionStatus, sd.Ipa, sd.Ipb, sd.PswAddress));
        Assert.Equal((0x80, 4, code << 8 | Mode, SieBench.Code), (sd.ProgramCode, sd.ProgramIlc, sd.PerCode, sd.PerAddress));
        Assert.Equal((5UL, 1), (_bench.State->Gr[2], new Psw(sd.PswMask, 0).ConditionCode));
    }

    [Fact]
    public void Of_the_target_of_execute_too()
    {
        _bench[SieBench.Data] = 5UL << 32;
        _bench.Put(SieBench.Target, CompareAndSwap);
        Run("44000F00", Fetching, InterceptionControls.CompareAndSwap);
        var sd = Sd;
        Assert.Equal((0x0C, 0x41, 0xBA24, SieBench.Code + 4), (sd.InterceptionCode, sd.InterceptionStatus, sd.Ipa, sd.PswAddress));
        Assert.Equal((4, SieBench.Code), (sd.ProgramIlc, sd.PerAddress));
    }

    [Fact]
    public void Without_an_event_it_is_only_the_instruction()
    {
        _bench[SieBench.Data] = 5UL << 32;
        Run(CompareAndSwap, 0x8000_0000, InterceptionControls.CompareAndSwap);
        Assert.Equal((4, 0, SieBench.Code + 4), (Sd.InterceptionCode, Sd.InterceptionStatus, Sd.PswAddress));
    }

    [Fact]
    public void A_swap_that_succeeds_has_its_events_in_the_guest()
    {
        Run(CompareAndSwap, Fetching, InterceptionControls.CompareAndSwap);
        Assert.Equal((4, SieBench.ProgramNew + 4, (ushort)ProgramCode.PerEvent),
            (Sd.InterceptionCode, Sd.PswAddress, _bench.Lowcore.ProgramInterruptionCode));
    }

    [Theory]
    [InlineData("B2123000", InterceptionControls.None, Interception.Instruction, 2)]
    [InlineData("B2FE0000", InterceptionControls.OperationException, Interception.OperationException, 2)]
    [InlineData("0A01", InterceptionControls.None, Interception.Instruction, 2)]
    public void The_fetching_of_what_comes_out_is_told_in_the_status(
        string program, InterceptionControls controls, Interception code, int status)
    {
        var sd = Sd;
        sd.SvcControl = 0x8000_0000;
        Run(program, Fetching, controls);
        Assert.Equal(((byte)code, (byte)status), (sd.InterceptionCode, sd.InterceptionStatus));
        Run(program, Alteration, controls);
        Assert.Equal(((byte)code, (byte)0), (sd.InterceptionCode, sd.InterceptionStatus));
    }

    [Fact]
    public void Of_a_page_that_is_not_moved_too()
    {
        var sd = Sd;
        sd.Eca |= ExecutionControlsA.MovePage;
        (_bench.State->Gr[0], _bench.State->Gr[2]) = (0, 0x6000);
        SieSetting.Apply(_bench, "h6000", SieBench.Invalid);
        Run("B2540023", Fetching);
        Assert.Equal((0x38, 0x02, SieBench.Code + 4), (sd.InterceptionCode, sd.InterceptionStatus, sd.PswAddress));
    }

    /// <summary>It is nullified, and has its events when it is executed.</summary>
    [Fact]
    public void A_keyless_guest_has_them_later()
    {
        var sd = Sd;
        sd.CpuFlags |= SieFlags.KeylessSubset;
        Run("B2290023", Fetching);
        Assert.Equal((0x5C, 0, SieBench.Code), (sd.InterceptionCode, sd.InterceptionStatus, sd.PswAddress));
        sd.CpuFlags &= ~SieFlags.KeylessSubset;
        _bench.Continue();
        Assert.Equal((4, SieBench.ProgramNew + 4, SieBench.Code), (sd.InterceptionCode, sd.PswAddress, _bench[0x98]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Program_interruptions_with_events_are_the_hosts_when_it_wants(bool wants)
    {
        var sd = Sd;
        if (wants) sd.CpuFlags |= SieFlags.GuestPer;
        Run("1D23", Fetching);                      // divides by the data's address: too large
        if (wants) Assert.Equal((8, 0x80, SieBench.Code), (sd.InterceptionCode, sd.ProgramCode, sd.PerAddress));
        else Assert.Equal((4, SieBench.ProgramNew + 4), (sd.InterceptionCode, sd.PswAddress));
    }
}
