using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>The log of pages stored into: by the guest, by its host, by devices; fetched and cleared at once.</summary>
public sealed class DirtyLogTests : IDisposable
{
    private const ulong GuestSize = 1 << 20;
    private const ulong CodePage = HypervisorBench.CodeAddress >> 12;

    private readonly HypervisorBench _bench = new(new("lent", GuestSize));
    private readonly ulong[] _log = new ulong[4];

    public DirtyLogTests() => Assert.Equal(SlotStatus.Ok, _bench.Memory.SetSlot(0, 0, GuestSize, SlotFlags.DirtyLog));

    public void Dispose() => _bench.Dispose();

    private ulong[] Dirty()
    {
        Assert.Equal(SlotStatus.Ok, _bench.Memory.GetDirtyLog(0, _log));
        return [.. Enumerable.Range(0, 256).Select(n => (ulong)n).Where(n => (_log[n >> 6] & (1UL << (int)(n & 63))) != 0)];
    }

    [Fact]
    public void WithoutALogThereIsNone()
    {
        Assert.Equal(SlotStatus.Invalid, _bench.Memory.GetDirtyLog(0, _log.AsSpan(1)));
        Assert.Equal(SlotStatus.NoSlot, _bench.Memory.GetDirtyLog(1, _log));
        _bench.Memory.SetSlot(0, 0, GuestSize);
        Assert.Equal(SlotStatus.NoSlot, _bench.Memory.GetDirtyLog(0, _log));
    }

    [Fact]
    public void StoresOfTheGuestAreNotedOnceEach()
    {
        var cpu = _bench.Cpu;
        cpu.SetGr(5, 0x2_0000);
        cpu.SetGr(6, 0x2_1FFC);     // across a boundary
        cpu.SetGr(7, 0x3_0000);
        var code = HypervisorBench.Code((Op.STG, new() { R1 = 1, B2 = 5 }), (Op.STG, new() { R1 = 1, B2 = 6 }), (Op.LG, new() { R1 = 1, B2 = 7 }));
        for (var round = 0; round < 3; round++)
        {
            _bench.Execute(code);
            Assert.Equal([CodePage, 0x20UL, 0x21UL, 0x22UL], Dirty().Where(n => n > 1));
            Assert.Empty(Dirty());
        }
    }

    /// <summary>Translations that allowed storing are gone after each fetch of the log, in the middle of a guest's program, too.</summary>
    [Fact]
    public void NothingIsLostBetweenFetches()
    {
        var cpu = _bench.Cpu;
        cpu.SetGr(5, 0x2_0000);
        cpu.SetGr(2, 100);
        var code = HypervisorBench.Code((Op.STG, new() { R1 = 2, B2 = 5 }), (Op.DIAG, new() { D2 = 0x44 }), (Op.BRCTG, new() { R1 = 2, RI2 = -5 }));
        _bench.Memory.TryWrite(HypervisorBench.CodeAddress, code);
        cpu.Psw = new Psw(HypervisorBench.SupervisorMask, HypervisorBench.CodeAddress);
        Dirty();
        for (var n = 0; n < 50; n++)
        {
            cpu.Run(_bench.Machine.InstructionCount + 3);
            Assert.Equal([0x20UL], Dirty().Where(p => p > 1));
        }
    }

    [Fact]
    public void DevicesAndHandlersCount()
    {
        Assert.True(_bench.Machine.Pinner.TryPin(0x5_0000, out var frame));
        Dirty();
        Assert.Equal([0x50UL], Dirty());
        _bench.Machine.Pinner.Unpin(frame, isDirty: true);
        Assert.Equal([0x50UL], Dirty());
        Assert.Empty(Dirty());
        _bench.Memory.TryOr(0x6_0000, 1, out _);
        _bench.Write64(0x7_0000, 1);
        _bench.Cpu.SetGr(5, 0x8_0000);
        _bench.Execute(HypervisorBench.Code((Op.STIDP, new() { B2 = 5 })));
        Assert.Equal([CodePage, 0x60UL, 0x70UL, 0x80UL], Dirty().Where(n => n > 1));
    }
}
