using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>External calls that SIE makes and takes through the system control area (sie.md section 8.4).</summary>
public sealed class ExternalCallTests
{
    private const int Call = 0x1202;
    private static readonly (int, uint) s_accepted = (0, 0), s_pending = (1, 0x80);

    private static GuestCpus Make(int cpus = 3, string design = "lent")
    {
        var guest = new GuestCpus(new(design) { Cpus = cpus });
        foreach (var cpu in guest.Cpus) cpu.SetCr(0, cpu.GetCr(0) | GuestCpus.CallMask);
        return guest;
    }

    private static ulong Instructions(GuestCpus guest, int cpu) => guest[cpu].Exits[Interception.Instruction];

    [Theory]
    [MemberData(nameof(Designs))]
    public void NeitherSideLeavesSieForOne(string design)
    {
        using var guest = Make(design: design);
        guest.Loop(1, Psw.External);
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal((Call, 0), guest.Taken(1));
        Assert.Equal(0UL, Instructions(guest, 0) + Instructions(guest, 1) + guest[0].Exits[Interception.PartialExecution]
            + guest[1].Exits[Interception.ExternalInterruption]);
        Assert.Equal((0U, false), (guest[1].Block.CpuFlags & SieFlags.ExternalCallPending, guest[1].Pending.IsExternalCallPending));
    }

    public static TheoryData<string> Designs => [.. DomainDesigns.Names];

    /// <summary>The call waits for the masks, and keeps out another one, SIE's or the host's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneIsPendingAtATime(bool opensPsw)
    {
        using var guest = Make();
        if (!opensPsw) guest[1].SetCr(0, guest[1].GetCr(0) & ~GuestCpus.CallMask);
        guest.Loop(1, opensPsw ? 0 : Psw.External);
        Assert.Equal(s_accepted, guest.Signal(2, SignalOrder.ExternalCall, 1));
        Assert.Equal(0UL, Instructions(guest, 2));
        Assert.Equal(s_pending, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal(s_pending, guest.Signal(0, SignalOrder.Sense, 1));
        Assert.False(guest[1].Pending.TryRequestExternalCall(0));
        Assert.Null(guest.Taken(1));

        // The guest opens its mask in SIE: nobody had to ask for that.
        guest.Bench.Write64(GuestCpus.Code(guest[1]) + 0x100, guest[1].GetCr(0) | GuestCpus.CallMask);
        var before = Instructions(guest, 1);
        guest[1].SetGr(5, GuestCpus.Code(guest[1]));
        guest.Start(1, opensPsw
            ? HypervisorBench.Code((Op.STOSM, new() { B1 = 5, D1 = 0x80, I2 = 0x01 }))
            : HypervisorBench.Code((Op.LCTLG, new() { B2 = 5, D2 = 0x100 })), opensPsw ? 0 : Psw.External);
        guest.Run();
        Assert.Equal((Call, 2), guest.Taken(1));
        Assert.Equal(before, Instructions(guest, 1));
        guest[1].Stop(storesStatus: false);
        guest.Run();
        Assert.Equal((1, 0x40U), guest.Signal(0, SignalOrder.Sense, 1));
    }

    /// <summary>A CPU that waits in its host has to be woken: the call is made, and the rest is the host's.</summary>
    [Fact]
    public void OneThatWaitsIsWoken()
    {
        using var guest = Make();
        guest.Wait(1);
        guest.Run();
        Assert.Equal(SieFlags.Wait, guest[1].Block.CpuFlags & (SieFlags.Wait | SieFlags.Running));
        Assert.Equal((1, 0x400U), guest.Signal(0, SignalOrder.SenseRunningStatus, 1));
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal((1UL, 0UL), (guest[0].Exits[Interception.PartialExecution], Instructions(guest, 0)));
        Assert.Equal((Call, 0), guest.Taken(1));
        guest.Loop(1);
        Assert.Equal((0, 0U), guest.Signal(0, SignalOrder.SenseRunningStatus, 1));
    }

    [Fact]
    public void AStoppedOneTakesItWhenItIsStarted()
    {
        using var guest = Make();
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal((1, 0xC0U), guest.Signal(0, SignalOrder.Sense, 1));
        guest.Loop(1, Psw.External);
        guest.Run();
        Assert.Equal((Call, 0), guest.Taken(1));
    }

    [Fact]
    public void AResetDropsIt()
    {
        using var guest = Make();
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.CpuReset, 1));
        Assert.Equal((1, 0x40U), guest.Signal(0, SignalOrder.Sense, 1));
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
    }

    [Fact]
    public void ACpuCallsItself()
    {
        using var guest = Make();
        guest[0].SetGr(12, 0);
        guest.Start(0, GuestCpus.Signal(SignalOrder.ExternalCall), Psw.External);
        guest.Run();
        Assert.Equal((Call, 0), guest.Taken(0));
        Assert.Equal(GuestCpus.Code(guest[0]) + 4, guest.Bench.Read64(0x1_0000 + (ulong)Lowcore.ExternalOldMaskOffset + 8));
    }

    /// <summary>Bits 48-63 are the address. What the area has not is the host's, which knows no such CPU either.</summary>
    [Theory]
    [InlineData(0xFFFF_FFFF_FFFF_0001, true)]
    [InlineData(3, false)]
    [InlineData(63, false)]
    [InlineData(64, false)]
    [InlineData(248, false)]
    [InlineData(0xFFFF, false)]
    [InlineData(0x1_0000_8001, false)]
    public void CpuAddresses(ulong address, bool isCalled)
    {
        using var guest = Make();
        guest.Loop(1, Psw.External);
        Assert.Equal(isCalled ? 0 : 3, guest.Signal(0, SignalOrder.ExternalCall, address).Code);
        Assert.Equal(isCalled ? 0UL : 1, Instructions(guest, 0));
        Assert.Equal(isCalled, guest.Taken(1) is not null);
        Assert.Equal(isCalled ? 1 : 3, guest.Signal(0, SignalOrder.SenseRunningStatus, address).Code);
    }

    /// <summary>Without the controls the host makes and presents it, to the same effect.</summary>
    [Theory]
    [InlineData(ExecutionControlsA.SignalProcessor)]
    [InlineData(ExecutionControlsA.ExternalInterruptions)]
    public void WithoutAControlTheHostDoesIt(uint control)
    {
        using var guest = Make();
        for (var n = 0; n < 2; n++)
        {
            var block = guest[n].Block;
            block.Eca &= ~control;
        }
        guest.Loop(1);
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        guest[1].SetGr(5, GuestCpus.Code(guest[1]));
        guest.Start(1, HypervisorBench.Code((Op.LR, default), (Op.STOSM, new() { B1 = 5, D1 = 0x80, I2 = 0x01 }), (Op.LR, default)));
        guest.Run();
        Assert.Equal((Call, 0), guest.Taken(1));
        var isMade = control == ExecutionControlsA.SignalProcessor;
        Assert.Equal((isMade ? 1UL : 0, isMade ? 0UL : 1), (Instructions(guest, 0), guest[1].Exits[Interception.ExternalInterruption]));
    }

    /// <summary>Emergency signal, external call, clock comparator: in this order, whoever presents them (chapter 6).</summary>
    [Fact]
    public void ItsPlaceAmongTheOthers()
    {
        using var guest = Make();
        guest[1].SetCr(0, guest[1].GetCr(0) | GuestCpus.EmergencyMask | GuestCpus.ClockMask);
        var order = new List<int>();
        guest.Loop(1);
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal(s_accepted, guest.Signal(2, SignalOrder.EmergencySignal, 1));
        for (var n = 0; n < 3; n++)
        {
            guest.Loop(1, Psw.External);
            guest.Run();
            order.Add(guest.Taken(1)!.Value.Code);
        }
        Assert.Equal([0x1201, Call, 0x1004], order);
    }

    /// <summary>What is not wholly in storage is no area.</summary>
    [Theory]
    [InlineData(0x0180_0000UL - 0x840, false, true)]
    [InlineData(0x0180_0000UL - 0x840 + 0x10, false, false)]
    [InlineData(0x0180_0000UL, false, false)]
    [InlineData(0xFFFF_FFFF_FFFF_FFF0, false, false)]
    [InlineData(0x0180_0000UL - 0x3F00, true, true)]
    [InlineData(0x0180_0000UL - 0x3F00 + 0x40, true, false)]
    [InlineData(0xFFFF_FFFF_FFFF_FFC0, true, false)]
    [InlineData(0UL, true, false)]
    public void AnAreaInStorage(ulong origin, bool isExtended, bool isThere)
    {
        using var guest = Make();
        var block = guest[0].Block;
        (block.ScaOriginHigh, block.ScaOriginLow) = ((uint)(origin >> 32), (uint)origin | 0xF);     // the low bits are no part of it
        if (isExtended) block.Ecb2 |= ExecutionControlsB2.ExtendedSca;
        Assert.Equal(isThere, SystemControlArea.TryFind(guest.Bench.Storage, block, out _));
    }

    /// <summary>Without an area, or with one that has no CPUs, the host answers.</summary>
    [Theory]
    [InlineData(0x0180_0000UL - 0x840)]
    [InlineData(0UL)]
    public void AnAreaWithoutCpus(ulong origin)
    {
        using var guest = Make();
        var block = guest[0].Block;
        (block.ScaOriginHigh, block.ScaOriginLow) = (0, (uint)origin);
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal(1UL, Instructions(guest, 0));
        guest.Loop(1, Psw.External);
        guest.Run();
        Assert.Equal((Call, 0), guest.Taken(1));
    }

    /// <summary>An entry without a state description in storage: as if the CPU were not configured.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(0x0180_0000UL - 0x1FF)]
    [InlineData(ulong.MaxValue)]
    public void AnEntryThatPointsNowhere(ulong designation)
    {
        using var guest = Make();
        var entry = guest.Bench.Machine.ControlArea.Origin + 0x40 + 1 * 32;
        guest.Bench.Storage.Write64(entry + 8, designation);
        guest.Loop(1, Psw.External);
        Assert.Equal(s_accepted, guest.Signal(0, SignalOrder.ExternalCall, 1));
        Assert.Equal((1UL, designation), (Instructions(guest, 0), guest.Bench.Storage.Read64(entry + 8)));
        Assert.Equal((Call, 0), guest.Taken(1));
    }
}
