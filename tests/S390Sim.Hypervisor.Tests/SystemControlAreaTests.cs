using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>What a guest's CPU finds in the system control area (sie.md sections 8.1, 8.2 and 8.4).</summary>
public sealed class SystemControlAreaTests : IDisposable, IStageListener
{
    private const ulong PageTable = 0x6000, PteInvalid = 0x400;
    private const int SenseRunningStatus = 0x15;

    private readonly HypervisorBench _bench = new(new("lent"));
    private readonly ulong _area, _other;
    private int _exits;

    public SystemControlAreaTests()
    {
        Assert.True(_bench.Frames.TryAllocate(0x5000, 0x1000, out _area));
        _other = _area + 0x4000;
        _bench.Storage.Write(_area, new byte[0x5000]);
        _bench.Stages.Listener = this;
    }

    public void Dispose() => _bench.Dispose();

    // The host lets go of the interlock when its guest came out.
    void IStageListener.OnStage(in Stage stage)
    {
        if (stage.Kind != HypervisorStages.SieExit || _bench.Cpu.Block.InterceptionCode != (byte)Interception.Instruction) return;
        _exits++;
        _bench.Storage.Write64(_area, 0);
    }

    [Theory]
    [InlineData(false, 1, true, true, 0, 0)]
    [InlineData(false, 1, false, true, 1, 0)]
    [InlineData(false, 63, false, true, 1, 0)]
    [InlineData(true, 63, true, true, 0, 0)]
    [InlineData(true, 64, false, true, 1, 0)]
    [InlineData(true, 247, true, true, 0, 0)]
    [InlineData(false, 1, true, false, 3, 1)]   // not configured: the host's SIGP knows no CPU 1 either
    [InlineData(false, 64, true, true, 3, 1)]   // the basic format ends at 63
    [InlineData(true, 248, true, true, 3, 1)]   // and the extended one at 247
    public void SensesWhoRuns(bool isExtended, int cpu, bool isRunning, bool isConfigured, int conditionCode, int exits)
    {
        Designate(isExtended);
        var block = _bench.Cpu.Block;
        block.Ecb |= ExecutionControlsB.SenseRunning;
        var entry = _area + (ulong)(isExtended ? 0x100 + cpu * 64 : 0x40 + cpu * 32);
        if (isConfigured) _bench.Storage.Write(_area + (isExtended ? 0x40UL : 0x30) + (ulong)cpu / 8, [(byte)(0x80 >> (cpu % 8))]);
        _bench.Storage.Write64(entry + 8, _other);
        _bench.Storage.Write(_other, [0x00, (byte)(isRunning ? 0x80 : 0), 0x08, 0x00]);
        Assert.Equal(conditionCode, Sense(cpu));
        Assert.Equal(exits, _exits);
        if (conditionCode == 1) Assert.Equal(0xFFFF_FFFF_0000_0400, _bench.Cpu.GetGr(2));
    }

    [Fact]
    public void WithoutTheControlTheHostIsAsked()
    {
        Designate(false);
        var block = _bench.Cpu.Block;
        block.Ecb &= unchecked((byte)~ExecutionControlsB.SenseRunning);
        Sense(0);
        Assert.Equal(1, _exits);
    }

    [Theory]
    [InlineData(0x8000_0001_0000_0000, 1)]
    [InlineData(0x0000_0000_0000_0001, 0)]  // another CPU invalidates: that does not keep this one out
    public void AnInvalidationWaitsForTheHost(ulong control, int exits)
    {
        Designate(false);
        _bench.Storage.Write64(_area, control);
        _bench.Cpu.SetGr(2, PageTable);
        _bench.Cpu.SetGr(10, 0);
        _bench.Execute(Op.IPTE, new() { R1 = 2, R2 = 10 });
        Assert.Equal(exits, _exits);
        Assert.Equal(PteInvalid, _bench.Read64(PageTable) & PteInvalid);
    }

    private void Designate(bool isExtended)
    {
        var block = _bench.Cpu.Block;
        block.ScaOriginHigh = (uint)(_area >> 32);
        block.ScaOriginLow = (uint)_area;
        if (isExtended) block.Ecb2 |= ExecutionControlsB2.ExtendedSca;
    }

    private int Sense(int cpu)
    {
        _bench.Cpu.SetGr(2, ulong.MaxValue);
        _bench.Cpu.SetGr(12, (ulong)cpu);
        _bench.Execute(HypervisorBench.Code(
            (Op.SIGP, new() { R1 = 2, R3 = 12, D2 = SenseRunningStatus }), (Op.IPM, new() { R1 = 9 })));
        return (int)(_bench.Cpu.GetGr(9) >> 28) & 3;
    }
}
