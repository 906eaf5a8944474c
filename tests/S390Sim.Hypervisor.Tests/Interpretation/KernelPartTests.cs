using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>What the modelled KVM does with the rarer interceptions, so that its guest sees only the architecture.</summary>
public sealed class KernelPartTests : IDisposable
{
    private const ulong Data = 0x2000, Near = 0x10_0000, Far = 0x20_0000, Beyond = 0x4000_0000;

    private readonly HypervisorBench _bench = new(new("lent"));

    public KernelPartTests() => _bench.Cpu.SetGr(5, Data);

    public void Dispose() => _bench.Dispose();

    private ulong Exits(Cpu.Interception code) => _bench.Cpu.Exits[code];

    private void Move(ulong destination, ulong source)
    {
        _bench.Cpu.SetGr(0, 0);
        _bench.Cpu.SetGr(2, destination);
        _bench.Cpu.SetGr(3, source);
        _bench.Execute(Op.MVPG, new() { R1 = 2, R2 = 3 });
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Pages_that_are_not_there_are_provided_and_moved(bool hasSource, bool hasDestination)
    {
        if (hasSource) _bench.Write64(Near + 8, 0x1234);
        if (hasDestination) _bench.Write64(Far + 8, 0x5678);
        Move(Far, Near);
        Assert.Equal(HypervisorBench.EndAddress, _bench.Cpu.Psw.Address);
        Assert.Equal(hasSource ? 0x1234UL : 0, _bench.Read64(Far + 8));
        Assert.Equal(hasSource && hasDestination ? 0UL : 1, Exits(Cpu.Interception.PartialExecution));
    }

    [Theory]
    [InlineData(Beyond, Near)]
    [InlineData(Near, Beyond)]
    [InlineData(Beyond, Beyond)]
    public void Where_there_is_no_storage_it_is_an_addressing_exception(ulong destination, ulong source)
    {
        Move(destination, source);
        Assert.Equal((ProgramCode.Addressing, HypervisorBench.CodeAddress + 4), (_bench.Interruption, _bench.ProgramOld.Address));
    }

    /// <summary>A paged guest that moves more pages than there are frames has all their contents.</summary>
    [Fact]
    public void A_paged_guest_moves_what_was_paged_out()
    {
        using var bench = new HypervisorBench(new("type1") { FrameLimit = GuestMemory.MinimumFrames });
        for (var n = 0UL; n < 64; n++) bench.Write64(Near + n * 4096, n + 1);
        bench.Cpu.SetGr(0, 0);
        bench.Cpu.SetGr(2, Far);
        bench.Cpu.SetGr(3, Near);
        bench.Cpu.SetGr(4, 64);
        // MVPG 2,3; to the next pages; BRCT
        bench.Execute(Convert.FromHexString("B2540023" + "A72B1000" + "A73B1000" + "A746FFFA"));
        Assert.Equal(HypervisorBench.EndAddress, bench.Cpu.Psw.Address);
        for (var n = 0UL; n < 64; n++) Assert.Equal(n + 1, bench.Read64(Far + n * 4096));
        Assert.InRange(bench.Cpu.Exits[Cpu.Interception.PartialExecution], 64UL, 256UL);
    }

    [Fact]
    public void A_keyless_guest_gets_its_keys_with_the_first_instruction_about_them()
    {
        var block = _bench.Cpu.Block;
        block.CpuFlags |= SieFlags.KeylessSubset;
        block.InterceptionControl = 0;
        _bench.Cpu.SetGr(1, 0x30);
        _bench.Cpu.SetGr(2, 0x6000);
        _bench.Execute(HypervisorBench.Code((Op.SSKE, new() { R1 = 1, R2 = 2 }), (Op.ISKE, new() { R1 = 3, R2 = 2 })));
        Assert.Equal((0x30UL, 1UL), (_bench.Cpu.GetGr(3), Exits(Cpu.Interception.KeylessSubset)));
        Assert.Equal(0u, block.CpuFlags & SieFlags.KeylessSubset);
    }

    [Theory]
    [InlineData(Near, 0, 1)]
    [InlineData(Beyond, -1, 1)]
    public void The_protection_of_a_page_that_is_not_there_is_tested(ulong address, int conditionCode, int exits)
    {
        _bench.Cpu.SetGr(5, address);
        _bench.Cpu.SetGr(9, 0x30000000);
        _bench.Execute(HypervisorBench.Code((Op.TPROT, new() { B1 = 5 }), (Op.IPM, new() { R1 = 9 })));
        if (conditionCode < 0) Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
        else Assert.Equal((ulong)conditionCode, _bench.Cpu.GetGr(9) >> 28 & 3);
        Assert.Equal((ulong)exits, Exits(Cpu.Interception.Instruction));
    }

    /// <summary>A swap that fails has the same PER interruption, whether the host asked to know of it or not.</summary>
    [Theory]
    [InlineData(0x4000_0000)]
    [InlineData(0x2000_0000)]
    public void The_events_of_a_swap_that_fails_are_presented_once(uint events)
    {
        var expected = Swap(events, InterceptionControls.None);
        Assert.Equal(0UL, Exits(Cpu.Interception.InstructionAndProgram));
        Assert.Equal(expected, Swap(events, InterceptionControls.CompareAndSwap));
        Assert.Equal(1UL, Exits(Cpu.Interception.InstructionAndProgram));
    }

    private (ulong Codes, ulong Per, ulong Address, ulong Old, ulong Gr2) Swap(uint events, InterceptionControls controls)
    {
        var block = _bench.Cpu.Block;
        block.InterceptionControl = (uint)controls;
        _bench.Write64(Data, 5UL << 32);
        _bench.Cpu.SetGr(2, 0);
        _bench.Cpu.SetCr(9, events);
        _bench.Cpu.SetCr(11, ulong.MaxValue);
        _bench.Execute(Op.CS, new() { R1 = 2, R3 = 4, B2 = 5 }, HypervisorBench.SupervisorMask | Psw.Per);
        Assert.Equal(ProgramCode.PerEvent, _bench.Interruption);
        return (_bench.Read64(0x88), _bench.Read64(0x90), _bench.Read64(0x98), _bench.ProgramOld.Address, _bench.Cpu.GetGr(2));
    }

    [Fact]
    public void An_operation_exception_keeps_the_event_of_its_fetching()
    {
        var block = _bench.Cpu.Block;
        block.InterceptionControl |= (uint)InterceptionControls.OperationException;
        _bench.Cpu.SetCr(9, 0x4000_0000);
        _bench.Cpu.SetCr(11, ulong.MaxValue);
        _bench.Execute([0xB2, 0xFE, 0, 0], HypervisorBench.SupervisorMask | Psw.Per);
        Assert.Equal(0x81UL, _bench.Read64(0x88) & 0xFFFF);
        Assert.Equal(HypervisorBench.CodeAddress, _bench.Read64(0x98));
    }

    /// <summary>What virtual machines have of the machine's facilities.</summary>
    [Fact]
    public void Enhanced_dat_and_execution_protection_are_the_guests_too()
    {
        var block = _bench.Cpu.Block;
        Assert.Equal(SieFlags.GuestEnhancedDat2, block.CpuFlags & (SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2));
        Assert.Equal(ExecutionControlsB2.ExecutionProtection, block.Ecb2 & ExecutionControlsB2.ExecutionProtection);
    }
}
