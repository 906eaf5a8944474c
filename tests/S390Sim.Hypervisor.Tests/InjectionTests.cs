using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;
using static S390Sim.Hypervisor.VirtualInterruptionKind;

namespace S390Sim.Hypervisor.Tests;

/// <summary>Interruptions that user space injects: their order, what they store, and how KVM asks to hear when a mask opens.</summary>
public sealed class InjectionTests : IDisposable
{
    private const ulong ExternalNew = 0xC000, IoNew = 0xC100, MachineNew = 0xC200, RestartNew = 0xC300, Data = 0x2000;
    private const ulong SystemDamage = 1UL << 63, Recovery = 1UL << 61, ExternalDamage = 1UL << 58, Degradation = 1UL << 56,
        Warning = 1UL << 55, ChannelReports = 1UL << 54;
    private const ulong Enabled = HypervisorBench.SupervisorMask | Psw.External | Psw.Io | Psw.MachineCheck;

    private readonly HypervisorBench _bench = new(new("lent") { Cpus = 4 });

    public InjectionTests()
    {
        // Each new PSW waits, disabled; the guest takes one interruption and ends.
        NewPsw(Lowcore.ExternalNewMaskOffset, ExternalNew);
        NewPsw(Lowcore.IoNewMaskOffset, IoNew);
        NewPsw(Lowcore.MachineCheckNewMaskOffset, MachineNew);
        NewPsw(Lowcore.RestartNewMaskOffset, RestartNew);
        Cpu.SetGr(5, Data);
        Cpu.SetCr(0, 0xE0 | 0xE200);
        Cpu.SetCr(6, 0xFF00_0000);
        Cpu.SetCr(14, 0x1F00_0000);
    }

    private static ulong Conditions => S390Sim.Cpu.MachineCheck.Conditions;

    private VirtualCpu Cpu => _bench.Cpu;

    public void Dispose() => _bench.Dispose();

    private void NewPsw(int offset, ulong address)
    {
        _bench.Write64((ulong)offset, HypervisorBench.SupervisorMask | Psw.Wait);
        _bench.Write64((ulong)offset + 8, address);
    }

    private InjectionStatus Inject(VirtualInterruptionKind kind, ushort source = 0)
        => _bench.Machine.TryInject(new VirtualInterruption(kind, source), Cpu);

    private InjectionStatus Inject(MachineCheck check)
        => _bench.Machine.TryInject(new VirtualInterruption(VirtualInterruptionKind.MachineCheck) { Check = check }, Cpu);

    private InjectionStatus InjectIo(IoInterruption io) => _bench.Machine.TryInject(new VirtualInterruption(Io) { Io = io });

    // Where the guest ends, run after run, until nothing is open any more; with the code that was stored.
    private List<(ulong Address, ulong Code)> TakeAll(ulong mask = Enabled)
    {
        const int most = 32;
        var taken = new List<(ulong, ulong)>();
        for (var n = 0; n < most; n++)
        {
            _bench.Execute(HypervisorBench.Code((Op.LR, default)), mask);
            var address = Cpu.Psw.Address;
            if (address == HypervisorBench.EndAddress) return taken;
            taken.Add((address, CodeAt(address)));
        }
        throw new InvalidOperationException("the interruptions do not end");
    }

    private ulong CodeAt(ulong address) => address switch
    {
        ExternalNew => (ushort)_bench.Read64(0x80),
        IoNew => _bench.Read64(0xB8) >> 32,
        MachineNew => _bench.Read64(0xE8) & Conditions,
        _ => 0,
    };

    [Fact]
    public void TheyComeInTheOrderOfPriority()
    {
        // In the opposite order.
        InjectIo(new IoInterruption(0x0001_0005, 0, 5U << 27));
        InjectIo(new IoInterruption(0x0001_0002, 0, 2U << 27));
        _bench.Machine.TryInject(new VirtualInterruption(ServiceSignal, Parameter: 0x1000));
        var block = Cpu.Block;
        block.CpuTimer = ulong.MaxValue;
        Inject(ExternalCall, 3);
        Inject(EmergencySignal, 2);
        Inject(MalfunctionAlert, 1);
        Inject(new MachineCheck(Recovery));
        Cpu.SetCr(0, 0xE0 | 0xE600);
        Assert.Equal(
        [
            (MachineNew, Recovery), (ExternalNew, 0x1200UL), (ExternalNew, 0x1201), (ExternalNew, 0x1202), (ExternalNew, 0x1005),
        ], TakeAtMost(5));
        Cpu.SetCr(0, 0xE0 | 0xE200);        // the CPU timer stays below zero
        Assert.Equal([(ExternalNew, 0x2401UL), (IoNew, 0x0001_0002)], TakeAtMost(2));
        // Nothing masks a restart: it is taken behind the last one.
        Inject(Restart);
        Assert.Equal([(RestartNew, 0UL)], TakeAll());
        Assert.Equal((IoNew, 0x0001_0005UL), (_bench.Read64((ulong)Lowcore.RestartOldMaskOffset + 8), _bench.Read64(0xB8) >> 32));
    }

    private List<(ulong Address, ulong Code)> TakeAtMost(int count)
    {
        var taken = new List<(ulong, ulong)>();
        for (var n = 0; n < count; n++)
        {
            _bench.Execute(HypervisorBench.Code((Op.LR, default)), Enabled);
            taken.Add((Cpu.Psw.Address, CodeAt(Cpu.Psw.Address)));
        }
        return taken;
    }

    [Fact]
    public void AMachineCheckStoresItsCodesAndTheRegisters()
    {
        const ulong code = ExternalDamage | (1UL << 39) | (1UL << 37);
        Cpu.SetGr(3, 0x3333);
        Inject(new MachineCheck(code, 0x7777_0000, 0x55));
        Assert.Equal([(MachineNew, ExternalDamage)], TakeAll());
        Assert.Equal((code, 0x7777_0000UL, 0x55UL, 0x3333UL),
            (_bench.Read64(0xE8), _bench.Read64(0xF8), _bench.Read64(0xF0) & 0xFFFF_FFFF, _bench.Read64(0x1280 + 24)));
    }

    [Theory]
    [InlineData(SystemDamage, 0UL, true)]
    [InlineData(1UL << 62, 0UL, true)]          // instruction-processing damage
    [InlineData(ChannelReports, 0x1000_0000UL, true)]
    [InlineData(1UL << 52, 0x1000_0000UL, true)]        // channel-subsystem damage
    [InlineData(Recovery, 0x0800_0000UL, true)]
    [InlineData(Degradation, 0x0400_0000UL, true)]
    [InlineData(ExternalDamage, 0x0200_0000UL, true)]
    [InlineData(1UL << 59, 0x0200_0000UL, true)]        // timing-facility damage
    [InlineData(1UL << 53, 0x0200_0000UL, true)]        // service-processor damage
    [InlineData(Warning, 0x0100_0000UL, true)]
    [InlineData(ChannelReports, 0x0F00_0000UL, false)]
    [InlineData(Recovery, 0x1700_0000UL, false)]
    [InlineData(Degradation, 0x1B00_0000UL, false)]
    [InlineData(ExternalDamage, 0x1D00_0000UL, false)]
    [InlineData(Warning, 0x1E00_0000UL, false)]
    public void EachConditionHasItsSubclass(ulong code, ulong masks, bool isOpen)
    {
        Cpu.SetCr(14, masks);
        Assert.Equal(InjectionStatus.Ok, Inject(new MachineCheck(code)));
        Assert.Equal(isOpen ? [(MachineNew, code)] : [], TakeAll());
        Cpu.SetCr(14, 0x1F00_0000);
        Assert.Equal(isOpen ? [] : [(MachineNew, code)], TakeAll());
    }

    /// <summary>What is open is indicated together; what is masked stays.</summary>
    [Fact]
    public void OpenConditionsAreIndicatedTogether()
    {
        Cpu.SetCr(14, 0x1C00_0000);
        Inject(new MachineCheck(Warning));
        Inject(new MachineCheck(SystemDamage));
        Inject(new MachineCheck(Degradation | (1UL << 39), 0x1000));
        Inject(new MachineCheck(Degradation | (1UL << 39), 0x2000));
        _bench.Machine.TryInject(new VirtualInterruption(ChannelReport));
        Assert.Equal([(MachineNew, SystemDamage | Degradation | ChannelReports)], TakeAll());
        Assert.Equal(0x2000UL, _bench.Read64(0xF8));
        Cpu.SetCr(14, 0x0100_0000);
        Assert.Equal([(MachineNew, Warning)], TakeAll());
    }

    [Fact]
    public void TheMaskOfThePswHoldsAllBack()
    {
        Inject(new MachineCheck(SystemDamage | Recovery));
        Assert.Empty(TakeAll(Enabled & ~Psw.MachineCheck));
        Assert.Single(TakeAll());
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        Assert.Equal(InjectionStatus.Invalid, Inject(new MachineCheck(0x0000_0F1D_4033_0000)));
        Assert.Equal(InjectionStatus.Invalid, Inject(EmergencySignal, 4));
        Assert.Equal(InjectionStatus.Invalid, Inject(ServiceSignal));
        Assert.Equal(InjectionStatus.Invalid, _bench.Machine.TryInject(new VirtualInterruption(Restart)));
        Assert.Equal((InjectionStatus.Ok, InjectionStatus.Busy), (Inject(ExternalCall, 1), Inject(ExternalCall, 2)));
        Assert.Equal((InjectionStatus.Ok, InjectionStatus.Busy), (Inject(Restart), Inject(Restart)));
        Assert.Equal((InjectionStatus.Ok, InjectionStatus.Busy), (Inject(Stop), Inject(Stop)));
        var signal = new VirtualInterruption(ServiceSignal);
        Assert.Equal((InjectionStatus.Ok, InjectionStatus.Busy), (_bench.Machine.TryInject(signal), _bench.Machine.TryInject(signal)));
        Assert.Equal((InjectionStatus.Ok, InjectionStatus.Ok), (Inject(EmergencySignal, 1), Inject(EmergencySignal, 1)));
    }

    [Fact]
    public void TheListOfTheVirtualMachineHasAnEnd()
    {
        for (var n = 0U; n < FloatingInterruptions.MaximumQueued; n++)
            Assert.Equal(InjectionStatus.Ok, InjectIo(new(n, 0, 1U << 27)));
        Assert.Equal(InjectionStatus.Busy, InjectIo(new(1, 0, 7U << 27)));
        _bench.Execute(HypervisorBench.Code((Op.LR, default)), Enabled);
        Assert.Equal((IoNew, 0UL), (Cpu.Psw.Address, _bench.Read64(0xB8) >> 32));
        Assert.Equal(InjectionStatus.Ok, InjectIo(new(1, 0, 7U << 27)));
        _bench.Machine.Floating.Clear();
        Assert.Equal(0, _bench.Machine.Floating.IoSubclasses);
    }

    /// <summary>sie.md section 4.3: through the PSW while its mask is zero, through the control register when its mask is one.</summary>
    [Theory]
    [InlineData(false, SieFlags.ExternalRequest | SieFlags.IoRequest, InterceptionControls.Lpsw, 0)]
    [InlineData(true, 0U, InterceptionControls.None, 0x8202)]
    public void InterventionIsAskedFor(bool isOpen, uint flags, InterceptionControls controls, int loads)
    {
        foreach (var n in (int[])[0, 6, 14]) Cpu.SetCr(n, n == 0 ? 0xE0UL : 0);
        Inject(MalfunctionAlert, 1);
        InjectIo(IoInterruption.Adapter(3));
        Inject(new MachineCheck(Warning));
        var seen = (0U, InterceptionControls.None, (ushort)0);
        _bench.Machine.Pci.Clock!.After(1000, () =>
        {
            const uint all = SieFlags.ExternalRequest | SieFlags.IoRequest | SieFlags.StopRequest;
            var block = Cpu.Block;
            var asked = (InterceptionControls)block.InterceptionControl & InterceptionControls.Lpsw;
            seen = (block.CpuFlags & all, asked, block.LoadControl);
            Cpu.RequestReturn();
        });
        _bench.Execute(HypervisorBench.Code((Op.BRC, new() { M1 = 15 })), isOpen ? Enabled : HypervisorBench.SupervisorMask);
        Assert.Equal((flags, controls, (ushort)loads), seen);
    }

    [Theory]
    [InlineData(0, 0x2E0UL, ExternalNew)]
    [InlineData(6, 0xFF00_0000UL, IoNew)]
    [InlineData(14, 0x0100_0000UL, MachineNew)]
    public void AMaskThatIsLoadedLetsItIn(int register, ulong value, ulong address)
    {
        foreach (var n in (int[])[0, 6, 14]) Cpu.SetCr(n, n == 0 ? 0xE0UL : 0);
        _bench.Machine.TryInject(new VirtualInterruption(ServiceSignal));
        InjectIo(IoInterruption.Adapter(3));
        Inject(new MachineCheck(Warning));
        _bench.Write64(Data, value);
        var load = (Op.LCTLG, new Operands { R1 = (byte)register, R3 = (byte)register, B2 = 5 });
        _bench.Execute(HypervisorBench.Code(load, (Op.LR, default)), Enabled);
        Assert.Equal(address, Cpu.Psw.Address);
    }

    /// <summary>Into a guest that runs, in the midst of its program.</summary>
    [Theory]
    [InlineData(EmergencySignal, ExternalNew)]
    [InlineData(MalfunctionAlert, ExternalNew)]
    [InlineData(Restart, RestartNew)]
    public void ARunningGuestIsKicked(VirtualInterruptionKind kind, ulong address)
    {
        _bench.Machine.Pci.Clock!.After(1000, () => Assert.Equal(InjectionStatus.Ok, Inject(kind, 1)));
        _bench.Execute(HypervisorBench.Code((Op.BRC, new() { M1 = 15 })), Enabled);
        Assert.Equal((address, 1UL), (Cpu.Psw.Address, Cpu.Exits.Interrupted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStopComesOutWithItsCodeAfterOpenInterruptions(bool isOpen)
    {
        _bench.Machine.Pci.Clock!.After(1000, () =>
        {
            Assert.Equal(InjectionStatus.Ok, Inject(Stop));
            if (isOpen) Cpu.Pending.RequestEmergencySignal(1);
        });
        var reason = _bench.Execute(HypervisorBench.Code((Op.BRC, new() { M1 = 15 })), Enabled);
        Assert.Equal((StopReason.Stopped, 1UL), (reason, Cpu.Exits[Interception.StopRequest]));
        Assert.Equal(isOpen ? ExternalNew : HypervisorBench.CodeAddress, Cpu.Psw.Address);
        Assert.Equal(SieFlags.Stopped, Cpu.Block.CpuFlags & (SieFlags.Stopped | SieFlags.StopRequest));
    }

    [Fact]
    public void ResetsDropWhatIsTheCpusOwn()
    {
        Inject(new MachineCheck(Recovery));
        Inject(MalfunctionAlert, 1);
        Inject(EmergencySignal, 1);
        Inject(ExternalCall, 1);
        InjectIo(IoInterruption.Adapter(3));
        Cpu.CpuReset();
        Cpu.Start();
        Assert.Equal([(IoNew, 0UL)], TakeAll());
    }

    [Fact]
    public void TheOtherCpusHearOfACheckStop()
    {
        var other = _bench.Machine.Cpus[2];
        other.CheckStop();
        Assert.True(other.IsCheckStopped);
        Assert.Equal([(ExternalNew, 0x1200UL)], TakeAll());
        Assert.Equal(2UL, _bench.Read64(0x80) >> 16 & 0xFFFF);
    }
}
