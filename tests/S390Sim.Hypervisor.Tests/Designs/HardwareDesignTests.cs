using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Pci;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Designs;

/// <summary>Nesting by the machine: it walks the guest's tables through the parent, and SIE interprets RPCIT.</summary>
public sealed class HardwareDesignTests : IDisposable
{
    private const ulong Pba = 0x1_0000_0000;

    private readonly HypervisorBench _bench = new(new("hardware") { HasNeighbour = true });

    public HardwareDesignTests()
    {
        TraceLayout.InitializeEmpty(_bench);
        Assert.Equal(0, _bench.Modify(4, TraceLayout.Iota(0, protect: false), Pba, TraceLayout.Pal));
        Map(0, TraceLayout.Frame(0));
    }

    public void Dispose() => _bench.Dispose();

    private DesignCounters Counters => _bench.Machine.Counters;

    private void Map(int page, ulong entry) => _bench.Write64(TraceLayout.PageTable(0) + (ulong)page * 8, entry);

    // RPCITs that left SIE.
    private ulong Exits(Action action)
    {
        var counter = new RefreshExits();
        _bench.Stages.Listener = counter;
        action();
        _bench.Stages.Listener = null;
        return counter.Count;
    }

    private sealed class RefreshExits : IStageListener
    {
        private const ulong Rpcit = 0xB9D3;

        public ulong Count { get; private set; }

        public void OnStage(in Stage stage) => Count += stage.Kind == HypervisorStages.SieExit && stage.B == Rpcit ? 1UL : 0;
    }

    /// <summary>40: an RPCIT has no exit, whatever it ends in; and is counted.</summary>
    [Fact]
    public void RpcitHasNoExit()
    {
        RefreshResult result = default;
        var before = Counters.Exits;
        Assert.Equal(0UL, Exits(() => result = _bench.Refresh(Pba, 1 << 20)));
        Assert.Equal(before + 1, Counters.Exits);       // that of the wait at the program's end
        Assert.Equal((new RefreshResult(0, 0, true), 1UL, 1UL), (result, Counters.RefreshesInMachine, Counters.Refreshes));
        _bench.Write64(TraceLayout.Segment(0) + 8, TraceLayout.PageTable(0) | 4);
        Assert.Equal(0UL, Exits(() => result = _bench.Refresh(Pba, 2 << 20)));
        Assert.Equal((new RefreshResult(1, 8, true), FunctionState.Error), (result, _bench.Function.State));
        Assert.Equal(0UL, Exits(() => result = _bench.Refresh(Pba, 4096)));
        Assert.Equal(new RefreshResult(1, 40, true), result);
        Assert.Equal(3UL, Counters.RefreshesInMachine);
        Assert.Equal((0UL, 0UL, 0UL), (Counters.HostEntriesWritten, Counters.Flushes, Counters.GuestEntriesRead));
    }

    /// <summary>31: exceptions are the guest's at once, and nothing is looked at.</summary>
    [Fact]
    public void ItsExceptionsAreTheGuests()
    {
        _bench.Cpu.SetGr(4, (ulong)_bench.Function.Handle << 32);
        Assert.Equal(0UL, Exits(() => _bench.Execute(Op.RPCIT, new() { R1 = 4, R2 = 7 })));
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
        Assert.Equal(0UL, Exits(() => _bench.Execute(Op.RPCIT, new() { R1 = 4, R2 = 6 }, HypervisorBench.SupervisorMask | Psw.Problem)));
        Assert.Equal(ProgramCode.PrivilegedOperation, _bench.Interruption);
    }

    /// <summary>32 and 33: handles that are not the guest's own leave SIE, and are nobody's.</summary>
    [Fact]
    public void OtherHandlesAreTheHosts()
    {
        var handle = _bench.Function.Handle;
        var neighbour = _bench.Neighbour!.Pci.Functions[0].Handle;
        foreach (var other in (uint[])[neighbour, handle ^ 0x0100_0000, handle ^ 0x8000_0000, handle | 0x0001_0000, handle + 1, 0, uint.MaxValue])
        {
            _bench.Cpu.SetGr(4, (ulong)other << 32);
            _bench.Cpu.SetGr(6, Pba);
            _bench.Cpu.SetGr(7, 4096);
            var exits = Exits(() => _bench.Execute(HypervisorBench.Code((Op.RPCIT, new() { R1 = 4, R2 = 6 }), (Op.IPM, new() { R1 = 9 }))));
            Assert.Equal((1UL, 3UL, (ulong)other << 32), (exits, _bench.Cpu.GetGr(9) >> 28 & 3, _bench.Cpu.GetGr(4)));
        }
        Assert.Equal(0UL, Counters.RefreshesInMachine);
    }

    /// <summary>A function whose tables nobody follows leaves SIE: what it ends in is user space's to say.</summary>
    [Fact]
    public void WithoutAnAnchorThereIsAnExit()
    {
        Assert.Equal(0, _bench.Modify(5));
        RefreshResult result = default;
        Assert.Equal(1UL, Exits(() => result = _bench.Refresh(Pba, 4096)));
        Assert.Equal((new RefreshResult(1, 8, true), 1UL), (result, Counters.RefreshesInUserSpace));
    }

    /// <summary>A host that does not want it interpreted handles it, with the same effect.</summary>
    [Fact]
    public void WithoutTheControlThereIsAnExit()
    {
        Assert.True(_bench.Function.Write(Pba, [1]));
        var block = _bench.Cpu.Block;
        block.Ecb2 = (byte)(block.Ecb2 & ~ExecutionControlsB2.PciLoadStore);
        Map(0, 0x400);
        RefreshResult result = default;
        Assert.Equal(1UL, Exits(() => result = _bench.Refresh(Pba, 4096)));
        Assert.Equal((new RefreshResult(0, 0, true), 0UL), (result, Counters.RefreshesInMachine));
        Assert.Empty(_bench.Iommu.IotlbContents());
        Assert.False(_bench.Function.Write(Pba, [1]));
    }

    /// <summary>What the guest maps is there at once; what it takes away goes with its RPCIT (10).</summary>
    [Fact]
    public void TheMachineFollowsTheGuestsTables()
    {
        Map(1, TraceLayout.Frame(1));
        Assert.True(_bench.Function.Write(Pba + 0x1000, [0x5A]));
        Assert.Equal(0x5AUL << 56, _bench.Read64(TraceLayout.Frame(1)));
        Map(1, TraceLayout.Frame(2));
        Assert.True(_bench.Function.Write(Pba + 0x1000, [0x5B]));
        Assert.Equal((0x5BUL << 56, 0UL), (_bench.Read64(TraceLayout.Frame(1)), _bench.Read64(TraceLayout.Frame(2))));
        _bench.Refresh(Pba + 0x1000, 4096);
        Assert.True(_bench.Function.Write(Pba + 0x1000, [0x5C]));
        Assert.Equal((0x5BUL << 56, 0x5CUL << 56), (_bench.Read64(TraceLayout.Frame(1)), _bench.Read64(TraceLayout.Frame(2))));
    }

    /// <summary>Every address in the tables is the guest's: what it has not ends in an error event, as on the bare machine.</summary>
    [Theory]
    [InlineData(0x10000UL + 16, 0x4000_0007UL)]                 // segment table
    [InlineData(0x18000UL, 0x4000_0000UL)]                      // page table
    [InlineData(0x24000UL, 0x4000_0000UL)]                      // frame
    [InlineData(0x24000UL, 0xFFFF_FFFF_FFFF_F000UL)]
    public void AddressesAreTheGuests(ulong place, ulong entry)
    {
        Assert.Equal((0x10000UL, 0x18000UL, 0x24000UL), (TraceLayout.Root(0), TraceLayout.Segment(0), TraceLayout.PageTable(0)));
        _bench.Write64(place, entry);
        Assert.False(_bench.Function.Write(Pba, [1]));
        Assert.Equal(FunctionState.Error, _bench.Function.State);
        Assert.Empty(_bench.Iommu.IotlbContents());
    }
}
