using S390Sim.Cpu;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>SIE of a guest: what KVM checks, pins and shadows, and what ends it (sie.md section 11).</summary>
public sealed class NestedSieTests : IDisposable
{
    private const ulong Behind = HypervisorBench.CodeAddress + 4, External = 0xC000;

    private readonly KvmLevel _level = new();

    public void Dispose()
    {
        Assert.Equal((0UL, 0UL), (_level.Bench.Frames.TotalPins(), _level.Bench.Machine.Pinner.Held));
        Assert.Equal(0UL, _level.Bench.Memory.PinnedPages);
        _level.Bench.Machine.Dispose();
        Assert.Equal(0UL, _level.Bench.Frames.InUse);
        _level.Dispose();
    }

    private (Interception Code, ushort Ipa, uint Ipb) Exit
        => _level.Field(sd => ((Interception)sd.InterceptionCode, sd.Ipa, sd.Ipb));

    [Fact]
    public void IsNotOfferedUnlessAskedFor()
    {
        using var level = new KvmLevel(new("lent"));
        level.Prepare("83020044").Start();
        Assert.Equal((ProgramCode.Operation, Behind), (level.Interruption, level.ProgramOld));
        Assert.Equal(0, level.Field(sd => sd.InterceptionCode));
    }

    [Theory]
    [InlineData(HostLevel.Block + 0x100, 0UL, ProgramCode.Specification)]
    [InlineData(HostLevel.Block, Psw.Problem, ProgramCode.PrivilegedOperation)]
    [InlineData(1UL << 40, 0UL, ProgramCode.Addressing)]
    [InlineData(4UL << 20, 0UL, ProgramCode.Addressing)]
    public void ChecksItsOperand(ulong operand, ulong mask, ProgramCode expected)
    {
        _level.Prepare("83020044");
        _level[2] = operand;
        _level.Start(HostLevel.Mask | mask);
        Assert.Equal((expected, Behind), (_level.Interruption, _level.ProgramOld));
    }

    [Fact]
    public void ABlockInReadOnlyStorageIsNone()
    {
        Assert.Equal(SlotStatus.Ok, _level.Bench.Memory.SetSlot(5, 8 << 20, 4096, SlotFlags.ReadOnly));
        _level.Prepare("83020044");
        _level[2] = 8 << 20;
        _level.Start();
        Assert.Equal(ProgramCode.Addressing, _level.Interruption);
    }

    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(0x1F00UL, 0x0038)]
    [InlineData(0x1_2000UL, 0x0011)]
    [InlineData(0x1_4800UL, 0x003B)]
    [InlineData(0x1_47C0UL, 0)]             // its end is the page's
    [InlineData(1UL << 40, 0x0034)]
    public void TheSystemControlAreaHasItsPlace(ulong origin, int reason)
    {
        _level.Prepare("83020044");
        _level.Bench.Memory.TryWrite(0x1_2000, _level.Read(0, 0x2000));
        _level.Bench.Cpu.SetPrefix(0x1_2000);
        _level.Describe(sd => (sd.ScaOriginHigh, sd.ScaOriginLow) = ((uint)(origin >> 32), (uint)origin));
        _level.Start();
        (Interception, ushort, uint) runs = (Interception.Instruction, 0x8302, 0x0044_0000);
        Assert.Equal(reason == 0 ? runs : (Interception.Validity, 0x1000, (uint)reason << 16), Exit);
    }

    [Theory]
    [InlineData(SieFlags.ZArchitecture | SieFlags.RegionRelocate, 1)]
    [InlineData(SieFlags.ZArchitecture | SieFlags.MultipleDataSpaces, 1)]
    [InlineData(SieFlags.ZArchitecture | SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2, 1)]
    [InlineData(SieFlags.ZArchitecture | 0x4000, 7)]
    [InlineData(SieFlags.ZArchitecture | 0x2000, 7)]
    public void AnInvalidModeChangesNothingElse(uint flags, int reason)
    {
        _level.Prepare("83020044").Describe(sd => sd.CpuFlags = flags);
        var before = _level.Read(HostLevel.Block, 0x200);
        _level.Start();
        Assert.Equal((Interception.Validity, (ushort)0x1000, (uint)reason << 16), Exit);
        var after = _level.Read(HostLevel.Block, 0x200);
        before.AsSpan(0x50, 12).CopyTo(after.AsSpan(0x50));
        Assert.Equal(before, after);
    }

    [Fact]
    public void TheFacilityListComesWithTheFirstStfle()
    {
        _level.Prepare("B2B00300" + "B2B00300" + "83020044").Describe(sd => sd.FacilityList = 0x7_0000);
        _level.Start();
        Assert.Equal((Interception.Instruction, (ushort)0x8302, 0x0044_0000u), Exit);
        // Only the first came out.
        Assert.Equal(2UL, _level.Bench.Machine.NestedExits[Interception.Instruction]);
    }

    [Fact]
    public void AFacilityListThatCannotBeReadIsInvalid()
    {
        _level.Prepare("B2B00300" + "83020044").Describe(sd => sd.FacilityList = 0x7000_0000);
        _level.Start();
        Assert.Equal((Interception.Validity, (ushort)0x1000, 0x1090_0000u), Exit);
        Assert.Equal(HostLevel.GuestCode, _level.Field(sd => sd.PswAddress));
    }

    [Fact]
    public void ATimerOfTheHostEndsItWithoutAnInterception()
    {
        _level.Prepare("A7F40000");
        _level.Write64((ulong)Lowcore.ExternalNewMaskOffset, HostLevel.Mask | Psw.Wait);
        _level.Write64((ulong)Lowcore.ExternalNewMaskOffset + 8, External);
        _level.SetControl(0, 0xE0 | 1UL << 10);
        var block = _level.Bench.Cpu.Block;
        block.CpuTimer = 4096 * 100;
        var before = _level.Read(HostLevel.Block, 0x200);
        _level.Start(HostLevel.Mask | Psw.External, limit: 10_000_000);
        Assert.Equal(External, _level.Bench.Cpu.Psw.Address);
        Assert.Equal(Behind, _level.Read64((ulong)Lowcore.ExternalOldMaskOffset + 8));
        var after = _level.Read(HostLevel.Block, 0x200);
        Assert.Equal(4096 * 100UL, Timer(before) - Timer(after), 4096UL);
        after.AsSpan(0x28, 8).CopyTo(before.AsSpan(0x28));
        (before[0x52], before[0x53]) = (0, 0);      // it ran on CPU 0
        before[0x187] = after[0x187];               // breaking-event address
        before[0x186] = after[0x186];
        Assert.Equal(before, after);

        static ulong Timer(byte[] block) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(block.AsSpan(0x28));
    }

    /// <summary>A run that is cut after every few instructions comes to the same as one that is not.</summary>
    [Fact]
    public void ARunMayBeCutAnywhere()
    {
        const string Guest = "A7380064" + "41E0E001" + "5010E000" + "4A10E002" + "4630F00C" + "83000044";
        var whole = Run(ulong.MaxValue);
        Assert.Equal(whole, Run(1));
        Assert.Equal(whole, Run(7));

        byte[] Run(ulong piece)
        {
            using var level = new KvmLevel();
            level.Prepare(Guest).Describe(sd => (sd.Gr14, sd.Gr15) = (0x3000, HostLevel.GuestCode - 8));
            level.Start(limit: Math.Min(piece, 1000));
            for (var n = 0; n < 10_000 && (level.Bench.Cpu.Psw.Mask & Psw.Wait) == 0; n++)
            {
                if (n % 3 == 0) level.Bench.Cpu.RequestReturn();
                level.Bench.Cpu.Run(KvmLevel.CountOf(level.Bench.Cpu) + piece);
            }
            Assert.Equal(Interception.Instruction, level.Field(sd => (Interception)sd.InterceptionCode));
            return [.. level.Read(HostLevel.Block, 0x200), .. level.Read(HostLevel.Origin + 0x3000, 0x200),
                .. Enumerable.Range(0, 16).SelectMany(n => BitConverter.GetBytes(level[n]))];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StoppingOrResettingTheHostEndsIt(bool reset)
    {
        _level.Prepare("A7F40000");
        Assert.Equal(StopReason.InstructionLimit, _level.Run([0xB2, 0x14, 0x20, 0x00], limit: 100));
        Assert.NotEqual(0UL, _level.Bench.Frames.TotalPins());
        if (reset) _level.Bench.Cpu.CpuReset();
        else
        {
            _level.Bench.Cpu.Stop(storesStatus: false);
            Assert.Equal(StopReason.Stopped, _level.Bench.Cpu.Run(ulong.MaxValue));
        }
        Assert.Equal(Behind, _level.Bench.Cpu.Psw.Address);
        Assert.Equal((Interception.None, HostLevel.GuestCode),
            _level.Field(sd => ((Interception)sd.InterceptionCode, sd.PswAddress)));
    }

    /// <summary>What is pinned for a nested guest is no DMA: the account has nothing to do with it.</summary>
    [Fact]
    public void TheAccountIsNotCharged()
    {
        _level.Prepare("A7F40000");
        _level.Bench.Machine.Account.Limit = 0;
        Assert.Equal(StopReason.InstructionLimit, _level.Run([0xB2, 0x14, 0x20, 0x00], limit: 100));
        Assert.Equal((1UL, 0UL), (_level.Bench.Frames.TotalPins(), _level.Bench.Machine.Account.Charged));
        _level.Describe(sd => sd.CpuFlags |= SieFlags.StopRequest);
        Assert.Equal(StopReason.Wait, _level.Continue(100));
        Assert.Equal(Interception.StopRequest, Exit.Code);
    }

    /// <summary>
    /// While its guest runs, a virtual CPU waits for external calls: who sends one comes out of SIE to wake it.
    /// </summary>
    [Fact]
    public void ARunningNestedGuestIsCalledOut()
    {
        using var level = new KvmLevel(new("lent") { OffersNesting = true, Cpus = 2 });
        level.Prepare("A7F40000");
        level.SetControl(0, 0xE0 | 1 << 13);       // external-call subclass
        level.Write64((ulong)Lowcore.ExternalNewMaskOffset, HostLevel.Mask | Psw.Wait);
        level.Write64((ulong)Lowcore.ExternalNewMaskOffset + 8, External);
        level.Run([0xB2, 0x14, 0x20, 0x00], HostLevel.Mask | Psw.External, limit: 50);
        var other = level.Bench.Machine.Cpus[1];
        other.Start();
        level.Write(0x7_1000, [0xAE, 0x13, 0x00, (byte)SignalOrder.ExternalCall, 0xB2, 0xB2, 0x0F, 0xF0]);
        other.SetGr(3, 0);
        other.Psw = new Psw(HostLevel.Mask, 0x7_1000);
        Assert.Equal(StopReason.Wait, other.Run(ulong.MaxValue));
        Assert.Equal((0, 1UL), (other.Psw.ConditionCode, other.Exits[Interception.PartialExecution]));
        Assert.Equal(StopReason.Wait, level.Continue(50));
        Assert.Equal(External, level.Bench.Cpu.Psw.Address);
        Assert.Equal(Interception.None, level.Field(sd => (Interception)sd.InterceptionCode));
        Assert.Equal(0UL, level.Bench.Frames.TotalPins());
    }

    /// <summary>
    /// Two CPUs run one block: the second sees SIE end at once, and the block as the first will leave it is not its.
    /// </summary>
    [Fact]
    public void ABlockIsRunByOneCpuAtATime()
    {
        using var level = new KvmLevel(new("lent") { OffersNesting = true, Cpus = 2 });
        level.Prepare("A7F40000");
        level.Run([0xB2, 0x14, 0x20, 0x00], limit: 50);
        var other = level.Bench.Machine.Cpus[1];
        other.Start();
        other.SetCr(1, HostLevel.SegmentTable);
        other.SetGr(2, HostLevel.Block);
        other.Psw = new Psw(HostLevel.Mask, HypervisorBench.CodeAddress);
        Assert.Equal(StopReason.Wait, other.Run(ulong.MaxValue));
        Assert.Equal(HypervisorBench.EndAddress, other.Psw.Address);
        Assert.Equal(1UL, level.Bench.Machine.NestedStarts);
        // A block of its own it does run, at the same time.
        level.Write(0x6_1000, level.Read(HostLevel.Block, 0x200));
        level.Write(HostLevel.Origin + 0x2800, [0x83, 0, 0, 0x44]);
        level.Write64(0x6_1098, 0x2800);
        other.SetGr(2, 0x6_1000);
        other.Psw = new Psw(HostLevel.Mask, HypervisorBench.CodeAddress);
        Assert.Equal(StopReason.Wait, other.Run(ulong.MaxValue));
        Assert.Equal((2UL, (byte)Interception.Instruction), (level.Bench.Machine.NestedStarts, level.Read(0x6_1050, 1)[0]));
        // A request in the first block is seen although it runs.
        level.Describe(sd => sd.CpuFlags |= SieFlags.StopRequest);
        Assert.Equal(StopReason.Wait, level.Bench.Cpu.Run(ulong.MaxValue));
        Assert.Equal(Interception.StopRequest, level.Field(sd => (Interception)sd.InterceptionCode));
        Assert.Equal(0UL, level.Bench.Frames.TotalPins());
    }
}
