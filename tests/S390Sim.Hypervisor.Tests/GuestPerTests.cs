using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// Program-event recording of a guest: by its own control registers, whoever executes the instruction (sie.md section 4).
/// </summary>
public sealed class GuestPerTests : IDisposable
{
    private const ulong Watched = HypervisorBench.SupervisorMask | Psw.Per;
    private const ulong Data = 0x2000, At = HypervisorBench.CodeAddress;

    private readonly HypervisorBench _bench = new(new("lent"));
    private readonly ExitRecorder _recorder;

    public GuestPerTests()
    {
        _recorder = new ExitRecorder(_bench);
        _bench.Cpu.SetGr(5, Data);
        _bench.Cpu.SetCr(11, ulong.MaxValue);
    }

    public void Dispose() => _bench.Dispose();

    // "code ilc per-code per-address old-address"
    private string Event
    {
        get
        {
            var codes = _bench.Read64(0x88);
            var (per, at) = (_bench.Read64(0x90) & 0xFFFF, _bench.Read64(0x98));
            return $"{codes & 0xFFFF:x} {codes >> 16 & 7} {per:x4} {at:x} {_bench.ProgramOld.Address:x}";
        }
    }

    [Theory]
    [InlineData(Op.LG, 6, "80 6 40e0")]                 // SIE interprets it
    [InlineData(Op.STAP, 4, "80 4 40e0")]               // user space handles it
    [InlineData(Op.STPX, 4, "80 4 60e0")]               // the kernel emulates it
    [InlineData(Op.PTLB, 4, "80 4 40e0")]
    public void Whoever_executes_an_instruction_its_events_are_presented(Op op, int length, string expected)
    {
        _bench.Cpu.SetCr(9, op == Op.STAP ? 0x4000_0000UL : 0x6000_0000UL);
        _bench.Execute(op, new() { R1 = 2, B2 = 5 }, Watched);
        Assert.Equal($"{expected} {At:x} {At + (ulong)length:x}", Event);
    }

    /// <summary>An alteration that the kernel makes is at the instruction, whether its fetching is an event, too, or not.</summary>
    [Fact]
    public void What_a_handler_stores_is_an_event()
    {
        _bench.Cpu.SetCr(9, 0x2000_0000);
        _bench.Execute(Op.STPX, new() { B2 = 5 }, Watched);
        Assert.Equal($"80 4 20e0 {At:x} {At + 4:x}", Event);
    }

    [Fact]
    public void An_intercepted_instruction_tells_its_fetching_event()
    {
        _bench.Cpu.SetCr(9, 0x4000_0000);
        _bench.Execute(Op.STAP, new() { B2 = 5 }, Watched);
        Assert.Equal(StateDescription.PerFetchStatus, _recorder.Interceptions.First().Status);
    }

    [Fact]
    public void An_exception_that_the_host_finds_is_indicated_along_with_the_event()
    {
        _bench.Cpu.SetCr(9, 0x4000_0000);
        _bench.Execute(Op.STAP, new() { B2 = 5, D2 = 1 }, Watched);
        Assert.Equal($"86 4 40e0 {At:x} {At + 4:x}", Event);
        _bench.Cpu.SetGr(5, 1UL << 60);
        _bench.Execute(Op.LG, new() { R1 = 2, B2 = 5 }, Watched);
        Assert.Equal($"85 6 40e0 {At:x} {At + 6:x}", Event);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_host_may_ask_for_program_interruptions_with_events(bool all)
    {
        var block = _bench.Cpu.Block;
        if (all) block.InterceptionControl |= (uint)InterceptionControls.Program;
        else block.CpuFlags |= SieFlags.GuestPer;
        _bench.Cpu.SetCr(9, 0x6000_0000);
        _bench.Execute(Op.STG, new() { R1 = 2, B2 = 5 }, Watched);
        Assert.Equal(Interception.Program, _recorder.Interceptions.First().Code);
        Assert.Equal((0x80, 0x60E0, At), (block.ProgramCode, block.PerCode, block.PerAddress));
        Assert.Equal($"80 6 60e0 {At:x} {At + 6:x}", Event);
    }

    [Fact]
    public void Without_the_mask_of_the_guests_psw_nothing_is_recorded()
    {
        _bench.Cpu.SetCr(9, 0x6000_0000);
        _bench.Execute(Op.STPX, new() { B2 = 5 });
        Assert.Equal(ProgramCode.None, _bench.Interruption);
        Assert.Equal(0, _recorder.Interceptions.First().Status);
    }
}
