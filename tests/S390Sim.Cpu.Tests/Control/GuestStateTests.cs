using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

/// <summary>A guest over all of the host's storage: what its host changes between two entries, it sees; what it changes stays its own.</summary>
public sealed unsafe class GuestStateTests : IDisposable
{
    private const ulong Block = 0x8000;
    private readonly EngineBench _bench = new();

    public GuestStateTests()
    {
        _bench.BuildSpaces();
        var block = Sd;
        block.CpuFlags = SieFlags.ZArchitecture | SieFlags.StorageLimitSuppression;
        block.Ecb = 0x08;
        SetCr(1, EngineBench.Segments | 0x3);
    }

    private StateDescription Sd => new(_bench.Storage.Base + Block);

    private void SetCr(int register, ulong value) => _bench.Storage.Write64(Block + 0x100 + (ulong)register * 8, value);

    private StopReason Run(string code, int instructions, ulong mask)
    {
        _bench.Put(EngineBench.Code, code);
        var block = Sd;
        (block.PswMask, block.PswAddress) = (mask, EngineBench.Code);
        _bench.C->Cr[1] = 0x20;
        Assert.True(_bench.Processor.Sie.Enter(_bench.C, Block));
        var reason = _bench.Processor.Run(_bench.C->InstructionCount + (ulong)instructions);
        _bench.Processor.Sie.Leave(_bench.C);
        return reason;
    }

    [Fact]
    public void A_control_register_that_the_host_exchanged()
    {
        const ulong OtherSegments = 0x3C000, OtherPages = 0x3E000;
        for (ulong n = 0; n < 256; n++) _bench.Storage.Write64(OtherPages + n * 8, n << 12);
        _bench.Storage.Write64(OtherPages + 0x40 * 8, 0x50000);
        _bench.Storage.Write64(OtherSegments, OtherPages);
        _bench.Storage.Write64(0x50000, 2);
        _bench.C->Gr[9] = 0x40000;
        Run("E32090000004", 1, EngineBench.Dat64);
        Assert.Equal(0UL, _bench.C->Gr[2]);
        SetCr(1, OtherSegments);
        Run("E32090000004", 1, EngineBench.Dat64);
        Assert.Equal(2UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void A_prefix_that_the_host_exchanged()
    {
        _bench.Storage.Write64(0x60800, 0x77);
        Run("E32008000004", 1, EngineBench.Mask64);
        Assert.Equal(0UL, _bench.C->Gr[2]);
        var block = Sd;
        block.Prefix = 0x60000;
        Run("E32008000004", 1, EngineBench.Mask64);
        Assert.Equal(0x77UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void The_clock_that_a_guest_sets_is_its_own()
    {
        var tod = _bench.Processor.Tod;
        Run("0700", 1, EngineBench.Mask64);
        _bench.Storage.Write64(0x800, 0xD000_0000_0000_0000);
        var block = Sd;
        _bench.C->Cr[1] = 0x20;
        _bench.Processor.Sie.EnterView(_bench.C, Block);
        Assert.True(_bench.Processor.Sie.Emulate(_bench.C, 0xB204_0800_0000_0000, 4));
        _bench.Processor.Sie.Leave(_bench.C);
        Assert.InRange(_bench.Processor.Tod, tod, tod + 1000);
        Assert.Equal(0UL, _bench.C->TodEpoch);
        Assert.Equal(0xD000_0000_0000_0000UL, block.Epoch + _bench.Processor.Tod);
        Run("B2050808", 1, EngineBench.Mask64);
        Assert.InRange(_bench.Storage.Read64(0x808), 0xD000_0000_0000_0000UL, 0xD000_0000_0000_1000UL);
    }

    [Fact]
    public void A_guest_that_would_only_interrupt_itself_is_its_hosts_matter()
    {
        SetCr(0, 1UL << 11);
        _bench.NewPsw(0x1B0, EngineBench.Code, EngineBench.Mask64 | Psw.External);
        var block = Sd;
        block.Eca = ExecutionControlsA.ExternalInterruptions;
        Assert.Equal(StopReason.Interception, Run("0700", 1000, EngineBench.Mask64 | Psw.External));
        Assert.Equal(((byte)Interception.ExternalInterruption, (ushort)0x1004), (block.InterceptionCode, block.ExternalCode));
    }

    [Fact]
    public void An_invalid_psw_is_the_guests_early_exception_with_ilc_0()
    {
        // SSM of the host's own, just before, must not lend its length.
        _bench.Storage.Write(0x800, [0]);
        _bench.Run("80000800");
        Run("0700", 1, 1UL << 63);
        Assert.Equal((6, 0), (_bench.Lowcore.ProgramInterruptionCode, _bench.Lowcore.ProgramIlc));
    }

    public void Dispose() => _bench.Dispose();
}
