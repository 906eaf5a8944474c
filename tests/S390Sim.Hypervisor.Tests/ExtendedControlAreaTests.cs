using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests;

/// <summary>The extended system control area: for more than 64 virtual CPUs, and on the way there (sie.md section 8.1).</summary>
public sealed class ExtendedControlAreaTests
{
    private const uint PendingFlag = SieFlags.ExternalCallPending;

    private static GuestCpus Make(int cpus, ulong hostSize = 24 << 20)
    {
        var guest = new GuestCpus(new("lent", HostSize: hostSize) { Cpus = cpus });
        foreach (var cpu in guest.Cpus) cpu.SetCr(0, cpu.GetCr(0) | GuestCpus.CallMask);
        return guest;
    }

    private static ulong Designation(VirtualCpu cpu) => (ulong)cpu.Block.ScaOriginHigh << 32 | cpu.Block.ScaOriginLow;

    [Fact]
    public void TheBasicFormatServesTheFirstCpus()
    {
        using var guest = Make(2);
        var (area, storage) = (guest.Bench.Machine.ControlArea, guest.Bench.Storage);
        Assert.False(area.IsExtended);
        Assert.Equal(0xC000_0000_0000_0000, storage.Read64(area.Origin + 0x30));
        Assert.Equal(guest[1].BlockAddress, storage.Read64(area.Origin + 0x40 + 32 + 8));
        Assert.All(guest.Cpus, cpu => Assert.Equal(area.Origin, Designation(cpu)));
        Assert.True(area.Origin % 0x1000 + (ulong)BasicSca.Length <= 0x1000);
    }

    /// <summary>CPU 64 needs the other format: calls go to, and come from, addresses that only that has room for.</summary>
    [Fact]
    public void WithCpu64ComesTheExtendedOne()
    {
        const int Cpus = 67;
        using var guest = Make(Cpus);
        var (area, storage) = (guest.Bench.Machine.ControlArea, guest.Bench.Storage);
        Assert.True(area.IsExtended);
        Assert.Equal((ulong.MaxValue, 0xE000_0000_0000_0000), (storage.Read64(area.Origin + 0x40), storage.Read64(area.Origin + 0x48)));
        for (var n = 0; n < Cpus; n++)
        {
            Assert.Equal(guest[n].BlockAddress, storage.Read64(area.Origin + 0x100 + (ulong)n * 64 + 8));
            Assert.Equal((area.Origin, ExecutionControlsB2.ExtendedSca),
                (Designation(guest[n]), (byte)(guest[n].Block.Ecb2 & ExecutionControlsB2.ExtendedSca)));
        }
        guest.Loop(65, Psw.External);
        Assert.Equal((0, 0U), guest.Signal(66, SignalOrder.ExternalCall, 65));
        Assert.Equal(((0x1202, 66), 0UL), (guest.Taken(65)!.Value, guest[66].Exits[Interception.Instruction]));
        Assert.Equal((0, 0U), guest.Signal(0, SignalOrder.ExternalCall, 64));
        Assert.Equal(0x80, storage.Read(area.Origin + 0x100 + 64 * 64, 1)[0]);
        Assert.Equal((1, 0x80U), guest.Signal(66, SignalOrder.ExternalCall, 64));
    }

    /// <summary>The switch-over takes along what is pending, and the calls go on through the new area.</summary>
    [Fact]
    public void GoingOverKeepsWhatIsPending()
    {
        using var guest = Make(4);
        var (area, storage) = (guest.Bench.Machine.ControlArea, guest.Bench.Storage);
        guest.Loop(3);
        Assert.Equal((0, 0U), guest.Signal(2, SignalOrder.ExternalCall, 3));
        storage.Write64(area.Origin, 0x8000_0001_0000_0000);
        storage.Write(area.Origin + 0x38, [0x80, 0x00]);
        var (old, inUse) = (area.Origin, guest.Bench.Frames.InUse);
        area.Extend();
        Assert.True(area.IsExtended && area.Origin != old && !guest.Bench.Frames.IsAllocated(old));
        Assert.Equal(inUse + 4 - 1, guest.Bench.Frames.InUse);
        Assert.Equal((0x8000_0001_0000_0000, 0xF000_0000_0000_0000, 0x80),
            (storage.Read64(area.Origin), storage.Read64(area.Origin + 0x40), (int)storage.Read(area.Origin + 0x38, 1)[0]));
        Assert.Equal((0x8002UL, PendingFlag), (storage.Read64(area.Origin + 0x100 + 3 * 64) >> 48, guest[3].Block.CpuFlags & PendingFlag));
        Assert.Equal((1, 0x80U), guest.Signal(0, SignalOrder.ExternalCall, 3));
        guest.Loop(3, Psw.External);
        guest.Run();
        Assert.Equal((0x1202, 2), guest.Taken(3)!.Value);
        guest.Loop(3, Psw.External);
        Assert.Equal((0, 0U), guest.Signal(1, SignalOrder.ExternalCall, 3));
        Assert.Equal((0x1202, 1), guest.Taken(3)!.Value);
        old = area.Origin;
        area.Extend();
        Assert.Equal(old, area.Origin);
    }

    [Fact]
    public void EverythingGoesBackToTheHost()
    {
        using var guest = Make(3);
        guest.Bench.Machine.ControlArea.Extend();
        guest.Bench.Machine.Dispose();
        Assert.Equal(0UL, guest.Bench.Frames.InUse);
    }
}
