using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>Where a guest's state is, and what it sees of the instructions that its host emulates.</summary>
public sealed unsafe class GuestStateTests : IDisposable
{
    private const ulong Data = 0x2000;

    private readonly HypervisorBench _bench = new(new("lent"));

    public GuestStateTests() => _bench.Cpu.SetGr(5, Data);

    public void Dispose() => _bench.Dispose();

    /// <summary>GR 14 and 15 are exchanged through the state description, 0-13 stay in the processor (sie.md section 3).</summary>
    [Fact]
    public void RegistersAreWhereTheyBelong()
    {
        var state = _bench.Processor.State;
        (state->Gr[14], state->Gr[15]) = (0xAAAA, 0xBBBB);
        _bench.Execute(HypervisorBench.Code((Op.LGHI, new() { R1 = 3, I2 = 33 }), (Op.LGHI, new() { R1 = 14, I2 = 44 }),
            (Op.LGHI, new() { R1 = 15, I2 = 55 }), (Op.STIDP, new() { B2 = 5 }), (Op.AGHI, new() { R1 = 14, I2 = 1 })));
        Assert.Equal((33UL, 45UL, 55UL), (state->Gr[3], _bench.Cpu.Block.Gr14, _bench.Cpu.Block.Gr15));
        Assert.Equal((0xAAAAUL, 0xBBBBUL), (state->Gr[14], state->Gr[15]));
        Assert.Equal((33UL, 45UL), (_bench.Cpu.GetGr(3), _bench.Cpu.GetGr(14)));
    }

    [Fact]
    public void TheStateDescriptionInHostStorageIsTheState()
    {
        var at = _bench.Cpu.BlockAddress;
        Assert.Equal(0UL, at % 512);
        Assert.True(_bench.Frames.IsAllocated(at));
        _bench.Write64(Data, 0x1234_5000);
        _bench.Execute(Op.LCTLG, new() { R1 = 9, R3 = 9, B2 = 5 });
        Assert.Equal(0x1234_5000UL, _bench.Storage.Read64(at + 0x100 + 9 * 8));
        Assert.Equal(HypervisorBench.EndAddress, _bench.Storage.Read64(at + 0x98));
        Assert.Equal(HypervisorBench.SupervisorMask | Psw.Wait, _bench.Storage.Read64(at + 0x90));
        Assert.Equal(0x1C, _bench.Storage.Read(at + 0x50, 1)[0]);

        // What the host stores there, the guest has.
        _bench.Storage.Write64(at + 0xA0, 0x77);
        _bench.Storage.Write64(at + 0x100 + 9 * 8, 0x88);
        _bench.Execute(HypervisorBench.Code((Op.STG, new() { R1 = 14, B2 = 5 }), (Op.STCTG, new() { R1 = 9, R3 = 9, B2 = 5, D2 = 8 })));
        Assert.Equal((0x77UL, 0x88UL), (_bench.Read64(Data), _bench.Read64(Data + 8)));
    }

    [Fact]
    public void SetPrefixMovesTheGuestsLowStorage()
    {
        const ulong prefix = 0x20000;
        _bench.Write64(0x800, 0x1111);
        _bench.Write64(prefix + 0x800, 0x2222);
        _bench.Write64(prefix + HypervisorBench.EndPsw, HypervisorBench.SupervisorMask | Psw.Wait);
        _bench.Write64(prefix + HypervisorBench.EndPsw + 8, HypervisorBench.EndAddress);
        _bench.Write64(Data, prefix << 32);
        _bench.Execute(HypervisorBench.Code(
            (Op.LG, new() { R1 = 1, D2 = 0x800 }),      // the guest's TLB now has the block
            (Op.SPX, new() { B2 = 5 }),
            (Op.LG, new() { R1 = 2, D2 = 0x800 }),
            (Op.STPX, new() { B2 = 5, D2 = 16 })));
        Assert.Equal((0x1111UL, 0x2222UL), (_bench.Cpu.GetGr(1), _bench.Cpu.GetGr(2)));
        Assert.Equal(prefix << 32, _bench.Read64(Data + 16));
        Assert.Equal(prefix, _bench.Cpu.Block.Prefix);
    }

    [Fact]
    public void SetPrefixBeyondStorageIsAnAddressingException()
    {
        _bench.Write64(Data, 0x7000_0000UL << 32);
        _bench.Execute(Op.SPX, new() { B2 = 5 });
        Assert.Equal((ProgramCode.Addressing, HypervisorBench.CodeAddress + 4), (_bench.Interruption, _bench.ProgramOld.Address));
        Assert.Equal(0U, _bench.Cpu.Block.Prefix);
    }

    [Theory]
    [InlineData(Op.LG)]
    [InlineData(Op.STG)]
    public void BeyondStorageIsAnAddressingException(Op op)
    {
        _bench.Cpu.SetGr(5, 0x4000_0000);
        _bench.Execute(op, new() { R1 = 1, B2 = 5 });
        Assert.Equal((ProgramCode.Addressing, HypervisorBench.CodeAddress + 6), (_bench.Interruption, _bench.ProgramOld.Address));
    }

    [Fact]
    public void AFetchBeyondStorageIsAnAddressingException()
    {
        _bench.Cpu.SetGr(5, 0x4000_0000);
        _bench.Execute(Op.BCR, new() { M1 = 15, R2 = 5 });
        Assert.Equal(ProgramCode.Addressing, _bench.Interruption);
    }

    [Fact]
    public void IdentitiesAndKeysAreEmulated()
    {
        _bench.Cpu.SetGr(1, 0x30);
        _bench.Cpu.SetGr(2, 0x6000);
        _bench.Execute(HypervisorBench.Code((Op.STIDP, new() { B2 = 5 }), (Op.STAP, new() { B2 = 5, D2 = 8 }),
            (Op.SSKE, new() { R1 = 1, R2 = 2 }), (Op.ISKE, new() { R1 = 3, R2 = 2 })));
        Assert.Equal(HypervisorBench.EndAddress, _bench.Cpu.Psw.Address);
        Assert.NotEqual(0UL, _bench.Read64(Data));
        Assert.Equal(0UL, _bench.Read64(Data + 8));
        Assert.Equal(0x30UL, _bench.Cpu.GetGr(3));
        Assert.True(_bench.Memory.TryResolve(0x6000, out var frame));
        Assert.Equal(0x30, _bench.Storage.Key(frame));
    }

    [Fact]
    public void AGuestRunsWithItsOwnDat()
    {
        const ulong segments = 0x8000, pages = 0xC000, away = 0x30000;
        // One segment, identical but for a page at 0x2000 that is elsewhere.
        for (var n = 0UL; n < 256; n++) _bench.Write64(pages + n * 8, n << 12);
        _bench.Write64(pages + 2 * 8, away);
        for (var n = 0UL; n < 512; n++) _bench.Write64(segments + n * 8, n == 0 ? pages : 0x20);
        _bench.Cpu.SetCr(1, segments);
        _bench.Write64(away, 0x5A5A);
        _bench.Execute(HypervisorBench.Code((Op.LG, new() { R1 = 1, B2 = 5 }), (Op.STIDP, new() { B2 = 5, D2 = 8 })),
            HypervisorBench.SupervisorMask | Psw.Dat);
        Assert.Equal((HypervisorBench.EndAddress, 0x5A5AUL), (_bench.Cpu.Psw.Address, _bench.Cpu.GetGr(1)));
        Assert.NotEqual(0UL, _bench.Read64(away + 8));      // an emulated store goes through the guest's DAT too
        Assert.Equal(0UL, _bench.Read64(0x2008));

        _bench.Write64(pages + 2 * 8, 0x400);
        _bench.Execute(Op.STIDP, new() { B2 = 5, D2 = 8 }, HypervisorBench.SupervisorMask | Psw.Dat);
        Assert.Equal((ProgramCode.None, 0x2008UL), (_bench.Interruption, _bench.Cpu.GetGr(5) + 8));     // the TLB may still have it
        _bench.Execute(HypervisorBench.Code((Op.PTLB, default), (Op.STIDP, new() { B2 = 5, D2 = 8 })),
            HypervisorBench.SupervisorMask | Psw.Dat);
        Assert.Equal((ProgramCode.PageTranslation, HypervisorBench.CodeAddress + 4), (_bench.Interruption, _bench.ProgramOld.Address));
    }
}
