using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>
/// What a guest gets of control instructions that its host emulates: its own interruptions, clock and pages, not the host's.
/// </summary>
public sealed class GuestControlTests : IDisposable
{
    private const ulong Data = 0x2000;

    private readonly HypervisorBench _bench = new(new("lent"));

    public GuestControlTests() => _bench.Cpu.SetGr(5, Data);

    public void Dispose() => _bench.Dispose();

    private int Execute(Op op, Operands operands)
    {
        _bench.Execute(HypervisorBench.Code((op, operands), (Op.IPM, new() { R1 = 7 })));
        return (int)(_bench.Cpu.GetGr(7) >> 28) & 3;
    }

    [Fact]
    public void TestPendingInterruptionTakesTheGuests()
    {
        _bench.Processor.Pending.Floating.RequestAdapter(1);
        _bench.Write64(Data, 0xFF00_0000);
        _bench.Execute(Op.LCTLG, new() { R1 = 6, R3 = 6, B2 = 5 });
        Assert.Equal(0, Execute(Op.TPI, new() { B2 = 5 }));
        _bench.Cpu.Pending.Floating.RequestAdapter(2);
        Assert.Equal((1, 0UL), (Execute(Op.TPI, new() { B2 = 5 }), _bench.Read64(Data)));
        Assert.Equal((0, 0x40), (_bench.Cpu.Pending.Floating.IoSubclasses, _bench.Processor.Pending.Floating.IoSubclasses));
    }

    [Fact]
    public void PerformTimingFacilityFunctionLeavesTheHostsClockAlone()
    {
        _bench.Cpu.SetGr(1, Data);
        _bench.Cpu.SetGr(0, 0);
        Assert.Equal(0, Execute(Op.PTFF, new()));
        Assert.Equal((0xF000_0000_0000_0000UL, 0UL), (_bench.Read64(Data), _bench.Read64(Data + 8)));
        _bench.Cpu.SetGr(0, 0x41);
        Assert.Equal(3, Execute(Op.PTFF, new()));
        Assert.Equal(default, _bench.Processor.Clock.Steering.New);
    }

    [Fact]
    public void MovePageMovesPagesThatTheHostHasYetToProvide()
    {
        _bench.Write64(0x10_0000, 0x1122);
        _bench.Cpu.SetGr(0, 0);
        _bench.Cpu.SetGr(2, 0x20_0000);
        _bench.Cpu.SetGr(3, 0x10_0000);
        Assert.Equal((0, 0x1122UL), (Execute(Op.MVPG, new() { R1 = 2, R2 = 3 }), _bench.Read64(0x20_0000)));
    }

    [Fact]
    public void NoSubchannelIsOperational()
    {
        _bench.Cpu.SetGr(1, 0x1_0000);
        Assert.Equal(3, Execute(Op.STSCH, new() { B2 = 5 }));
    }
}
