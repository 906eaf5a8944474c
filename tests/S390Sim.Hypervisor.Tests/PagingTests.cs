using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>A guest with fewer host frames than pages: content, keys, pins and code under pressure.</summary>
public sealed class PagingTests : IDisposable
{
    private const ulong GuestSize = 4 << 20, Frames = GuestMemory.MinimumFrames, First = 0x10_0000;
    private const int Pages = 200;

    private readonly HypervisorBench _bench = new(new("lent", GuestSize) { FrameLimit = Frames });

    private GuestMemory Memory => _bench.Memory;

    public void Dispose() => _bench.Dispose();

    private static ulong Page(int n) => First + (ulong)n * 0x1000;

    private void Fill()
    {
        for (var n = 0; n < Pages; n++) _bench.Write64(Page(n) + 8, (ulong)n * 0x1_0001);
    }

    [Fact]
    public void ContentAndKeysComeBack()
    {
        for (var n = 0; n < Pages; n++)
        {
            _bench.Write64(Page(n) + 8, (ulong)n * 0x1_0001);
            Assert.True(Memory.TryResolve(Page(n), out var frame));
            _bench.Storage.SetKey(frame, (byte)(n & 0x7E));
        }
        Assert.Equal((Frames, true), (Memory.ResidentPages, Memory.Paged.Out > Pages - Frames));
        for (var n = 0; n < Pages; n++)
        {
            Assert.Equal((ulong)n * 0x1_0001, _bench.Read64(Page(n) + 8));
            Assert.True(Memory.TryReadKey(Page(n), out var key));
            Assert.Equal(n & 0x7E, key);
        }
        Assert.Equal(Frames, Memory.ResidentPages);
    }

    /// <summary>A loop of the guest's through all pages, twice: the sum is right whatever was away.</summary>
    [Fact]
    public void TheGuestDoesNotNotice()
    {
        Fill();
        var cpu = _bench.Cpu;
        cpu.SetGr(1, 0);
        cpu.SetGr(2, Pages);
        cpu.SetGr(3, First);
        var code = HypervisorBench.Code(
            (Op.AG, new() { R1 = 1, B2 = 3, D2 = 8 }),
            (Op.STG, new() { R1 = 1, B2 = 3, D2 = 16 }),
            (Op.AGHI, new() { R1 = 3, I2 = 0x1000 }),
            (Op.BRCTG, new() { R1 = 2, RI2 = -8 }));
        for (var round = 0; round < 2; round++)
        {
            cpu.SetGr(1, 0);
            cpu.SetGr(2, Pages);
            cpu.SetGr(3, First);
            _bench.Execute(code);
            Assert.Equal((HypervisorBench.EndAddress, (ulong)(Pages - 1) * Pages / 2 * 0x1_0001), (cpu.Psw.Address, cpu.GetGr(1)));
        }
        for (var n = 0; n < Pages; n++) Assert.Equal((ulong)n * (ulong)(n + 1) / 2 * 0x1_0001, _bench.Read64(Page(n) + 16));
        Assert.True(Memory.Paged.In > Pages);
    }

    [Fact]
    public void APinnedPageStaysAndTheRestOfTheFramesServes()
    {
        Fill();
        var frames = new ulong[Frames - GuestMemory.ReservedFrames];
        for (var n = 0; n < frames.Length; n++) Assert.True(_bench.Machine.Pinner.TryPin(Page(n), out frames[n]));
        Fill();
        for (var n = 0; n < frames.Length; n++)
        {
            Assert.True(Memory.Map.TryTranslate(Page(n), out var frame));
            Assert.Equal((frames[n], (ulong)n * 0x1_0001), (frame, _bench.Storage.Read64(frame + 8)));
        }
        for (var n = 0; n < 16; n++) Memory.TryResolve(Page(n + 100), out _);
        Assert.Equal(Frames, Memory.ResidentPages);
        foreach (var frame in frames) _bench.Machine.Pinner.Unpin(frame, isDirty: false);
    }

    /// <summary>Pins end where the guest needs what is left; it goes on with that.</summary>
    [Fact]
    public void WithAllPinnedThatMayBeTheGuestGoesOn()
    {
        _bench.Execute(Op.LR);
        var pinned = new List<ulong>();
        for (var n = 0; _bench.Machine.Pinner.TryPin(Page(n), out var frame); n++) pinned.Add(frame);
        Assert.Equal((int)(Frames - GuestMemory.ReservedFrames), pinned.Count);
        Fill();
        Assert.Equal(Cpu.StopReason.Wait, _bench.Execute(Op.LR));
        foreach (var frame in pinned) _bench.Machine.Pinner.Unpin(frame, isDirty: false);
        Assert.True(Memory.TryResolve(Page(Pages), out _));
    }

    [Fact]
    public void TheSwapStoreHasAnEnd()
    {
        var swap = new SwapStore(2);
        byte[] page = new byte[4096], zeros = new byte[4096];
        page[1] = 7;
        Assert.True(swap.TrySave(0x1000, page) && swap.TrySave(0x2000, page) && swap.TrySave(0x3000, zeros));
        Assert.False(swap.TrySave(0x4000, page));
        Assert.Equal((2, true, 7), (swap.Count, swap.Find(0x3000).IsEmpty, (int)swap.Find(0x2000)[1]));
        swap.DropRange(0x2000, 0x1000);
        Assert.True(swap.TrySave(0x4000, page));
    }

    /// <summary>Released pages read as zeros with their keys; a pinned one keeps what a device may be using.</summary>
    [Fact]
    public void ReleasedPagesAreZerosUnlessPinned()
    {
        Fill();
        Assert.True(_bench.Machine.Pinner.TryPin(Page(1), out var pinned));
        Assert.True(Memory.TryResolve(Page(2), out var frame));
        _bench.Storage.SetKey(frame, 0x50);
        Memory.Release(Page(0), Pages * 0x1000UL);
        for (var n = 0; n < Pages; n++) Assert.Equal(n == 1 ? 0x1_0001UL : 0, _bench.Read64(Page(n) + 8));
        Assert.True(Memory.Map.TryTranslate(Page(1), out var same));
        Assert.True(Memory.TryReadKey(Page(2), out var key));
        Assert.Equal((pinned, 0x50), (same, key));
        _bench.Machine.Pinner.Unpin(pinned, isDirty: false);
    }
}
