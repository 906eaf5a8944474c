using S390Sim.Cpu;

namespace S390Sim.Tests.Multiprocessing;

/// <summary>A CPU whose guest waits in SIE (wait-state assist) among CPUs that take turns.</summary>
public sealed unsafe class GuestWaitTests : IDisposable
{
    private const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, Origin = 0x10_0000;
    private const ulong Code = 0x2_0000, Other = 0x3_0000, GuestCode = 0x2000, Taken = 0xE000;
    private const ulong ClockComparatorMask = 1UL << 11, Tick = 4096;

    private readonly GroupBench _bench = new(2);

    public GuestWaitTests()
    {
        for (var n = 0UL; n < 512; n++) _bench.Storage.Write64(SegmentTable + n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(PageTable + n * 8, Origin + (n << 12));
        var sd = Sd;
        sd.CpuFlags = SieFlags.ZArchitecture;
        sd.HostCpu = 0xFFFF;
        (sd.MainStorageOrigin, sd.MainStorageLimit) = (Origin, Origin);
        sd.Eca = ExecutionControlsA.WaitAssist | ExecutionControlsA.ExternalInterruptions;
        (sd.PswMask, sd.PswAddress) = (GroupBench.EnabledWait, GuestCode);
        sd.Cr0 = ClockComparatorMask;
        sd.ClockComparator = ulong.MaxValue;
        _bench.Storage.Write64(Origin + (ulong)Lowcore.ExternalNewMaskOffset, GroupBench.Mask64);
        _bench.Storage.Write64(Origin + (ulong)Lowcore.ExternalNewMaskOffset + 8, Taken);
        _bench.Storage.Write(Origin + Taken, [0x83, 0, 0, 0x44]);
        // SIE, then a disabled wait.
        _bench.Put(Code, "B2142000 B2B20300");
        _bench.Write(0x300, GroupBench.DisabledWait, 0x44);
        _bench.Write(Lowcore.ExternalNewMaskOffset, GroupBench.DisabledWait, 0xE00);
        (_bench[0]->Cr[1], _bench[0]->Gr[2]) = (SegmentTable, Block);
        // The other counts in a register, and waits then.
        _bench.Put(Other, "A7180064 A7160000 B2B20310");
        _bench.Write(0x310, GroupBench.DisabledWait, 0x55);
        _bench.Start(1, Other);
    }

    private StateDescription Sd => new(_bench.Storage.Base + Block);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Its_own_timer_ends_it()
    {
        var sd = Sd;
        var due = sd.ClockComparator = _bench.Clock.Now + 1000 * Tick;
        _bench.Start(0, Code);
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((0x44UL, 0x55UL), (_bench[0]->PswAddress, _bench[1]->PswAddress));
        Assert.Equal((4, Taken + 4), (sd.InterceptionCode, sd.PswAddress));
        Assert.InRange(_bench.Clock.Now, due, due + 100 * Tick);
    }

    [Fact]
    public void A_timer_of_its_host_ends_it()
    {
        _bench[0]->Cr[0] |= ClockComparatorMask;
        var due = _bench[0]->ClockComparator = _bench.Clock.Now + 1000 * Tick;
        _bench.Start(0, Code, GroupBench.Mask64 | Psw.External);
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((0xE00UL, 0x55UL), (_bench[0]->PswAddress, _bench[1]->PswAddress));
        Assert.Equal((0, GuestCode), (Sd.InterceptionCode, Sd.PswAddress));
        Assert.InRange(_bench.Clock.Now, due, due + 100 * Tick);
    }

    /// <summary>Another CPU asks the guest to come out, by its flags.</summary>
    [Fact]
    public void A_request_of_another_cpu_ends_it()
    {
        _bench.Put(Other, "A7180064 A7160000 96043000 B2B20310");
        _bench[1]->Gr[3] = Block;       // OI of the stop request
        _bench.Start(0, Code);
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((0x44UL, 0x55UL), (_bench[0]->PswAddress, _bench[1]->PswAddress));
        Assert.Equal((0x28, GuestCode), (Sd.InterceptionCode, Sd.PswAddress));
    }

    [Fact]
    public void Nothing_ends_it()
    {
        _bench.Start(0, Code);
        Assert.Equal(StopReason.Wait, _bench.Run());
        Assert.Equal((1, 0x55UL), (_bench[0]->SieLevel, _bench[1]->PswAddress));
    }
}
