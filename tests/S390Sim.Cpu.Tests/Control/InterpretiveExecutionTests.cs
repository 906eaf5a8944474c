using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>SIE executed by a program of the machine: operand, exits, host faults and host interruptions (sie.md sections 1 and 13).</summary>
public sealed unsafe class InterpretiveExecutionTests : IDisposable
{
    private const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, Origin = 0x10_0000;
    private const ulong Missing = 0x2_0000;     // a guest page that the host does not map
    private const ulong GuestCode = 0x2000, Handler = 0xE000, Behind = CpuBench.CodeAddress + 4;

    private readonly CpuBench _bench = new();

    public InterpretiveExecutionTests()
    {
        for (var n = 0; n < 512; n++) _bench.Storage.Write64(SegmentTable + (ulong)n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(PageTable + n * 8, n == Missing >> 12 ? 0x400 : Origin + (n << 12));
        var sd = Description;
        sd.CpuFlags = SieFlags.ZArchitecture;
        sd.HostCpu = 0xFFFF;
        sd.MainStorageOrigin = Origin;
        sd.MainStorageLimit = Origin;
        sd.PswMask = CpuBench.SupervisorMask;
        sd.PswAddress = GuestCode;
        sd.Gr14 = 0xE;
        sd.Cr0 = 0xE0;
    }

    private StateDescription Description => new(_bench.Storage.Base + Block);

    public void Dispose() => _bench.Dispose();

    // SIE, then an operation exception of the host.
    private void Run(string guest, ulong operand = Block, ulong mask = CpuBench.SupervisorMask, ulong limit = 100)
    {
        _bench.Storage.Write(Origin + GuestCode, Convert.FromHexString(guest));
        (_bench.State->Cr[1], _bench.State->Gr[2]) = (SegmentTable, operand);
        (_bench.State->Gr[14], _bench.State->Gr[15]) = (0x14, 0x15);
        _bench.Run(Convert.FromHexString("B21420000000"), limit, mask);
    }

    private void AssertBehind()
    {
        Assert.Equal(ProgramCode.Operation, _bench.Interruption);
        Assert.Equal(Behind + 2, _bench.ProgramOld.Address);
        Assert.Equal((0x14UL, 0x15UL), (_bench.State->Gr[14], _bench.State->Gr[15]));
        Assert.Equal(0, _bench.State->SieLevel);
    }

    [Theory]
    [InlineData("83020010", 0x00100000u)]
    [InlineData("83020044", 0x00440000u)]
    [InlineData("8302009C", 0x009C0000u)]
    public void An_intercepted_instruction_goes_on_behind_sie(string guest, uint ipb)
    {
        Run("41E0E001" + guest);        // LA 14,1(14)
        AssertBehind();
        var sd = Description;
        Assert.Equal(((byte)4, (ushort)0x8302, ipb), (sd.InterceptionCode, sd.Ipa, sd.Ipb));
        Assert.Equal((GuestCode + 8, 0xFUL), (sd.PswAddress, sd.Gr14));
    }

    [Theory]
    [InlineData(Block + 0x100, CpuBench.SupervisorMask, ProgramCode.Specification)]
    [InlineData(0x1E00UL, CpuBench.SupervisorMask, ProgramCode.Specification)]
    [InlineData(1UL << 40, CpuBench.SupervisorMask, ProgramCode.Addressing)]
    [InlineData(Block, CpuBench.SupervisorMask | Psw.Problem, ProgramCode.PrivilegedOperation)]
    public void A_wrong_operand_or_state_enters_nothing(ulong operand, ulong mask, ProgramCode expected)
    {
        Run("83020044", operand, mask);
        Assert.Equal((expected, 0UL), (_bench.Interruption, _bench.Processor.Sie.Entries));
        Assert.Equal(Behind, _bench.ProgramOld.Address);
    }

    [Fact]
    public void The_frame_of_the_prefix_holds_no_state_description()
    {
        _bench.State->Prefix = Block & ~0x1FFFUL;
        _bench.Storage.Write64(_bench.State->Prefix + (ulong)Lowcore.ProgramNewMaskOffset, CpuBench.SupervisorMask | Psw.Wait);
        Run("83020044");
        Assert.Equal(0UL, _bench.Processor.Sie.Entries);
        Assert.Equal((ushort)ProgramCode.Specification, (ushort)_bench.Storage.Read64(_bench.State->Prefix + 0x88));
    }

    [Fact]
    public void A_page_that_the_host_misses_is_its_page_translation_exception()
    {
        _bench.State->Gr[5] = Missing + 8;
        Run("5010500083020044");
        Assert.Equal(ProgramCode.PageTranslation, _bench.Interruption);
        Assert.Equal(CpuBench.CodeAddress, _bench.ProgramOld.Address);
        Assert.Equal(Origin + Missing, _bench.Lowcore.TranslationException & ~0xFFFUL);
        Assert.Equal((GuestCode, (byte)0), (Description.PswAddress, Description.InterceptionCode));
        // With the page there the same SIE goes on where the guest was.
        _bench.Storage.Write64(PageTable + (Missing >> 12) * 8, Origin + Missing);
        _bench.State->Gr[1] = 0x1234_5678;
        Run("5010500083020044");
        AssertBehind();
        Assert.Equal(0x1234_5678u, (uint)(_bench.Storage.Read64(Origin + Missing + 8) >> 32));
    }

    [Fact]
    public void A_clock_comparator_of_the_host_comes_while_the_guest_loops()
    {
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset, CpuBench.SupervisorMask | Psw.Wait);
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset + 8, 0xE00);
        _bench.State->Cr[0] |= 1UL << 11;
        _bench.State->ClockComparator = _bench.Processor.GuestTod + 4096 * 100;
        Run("A7F40000", mask: CpuBench.SupervisorMask | Psw.External, limit: 10_000_000);
        Assert.Equal((0xE00UL, (ushort)0x1004), (_bench.State->PswAddress, _bench.Lowcore.ExternalCode));
        Assert.Equal(CpuBench.CodeAddress, _bench.Storage.Read64((ulong)Lowcore.ExternalOldMaskOffset + 8));
        Assert.Equal((GuestCode, (byte)0), (Description.PswAddress, Description.InterceptionCode));
    }

    /// <summary>With the wait-state assist the guest waits in SIE, which an interruption of the host ends as if it ran.</summary>
    [Fact]
    public void A_clock_comparator_of_the_host_comes_while_the_guest_waits()
    {
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset, CpuBench.SupervisorMask | Psw.Wait);
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset + 8, 0xE00);
        _bench.State->Cr[0] |= 1UL << 11;
        var due = _bench.State->ClockComparator = _bench.Processor.GuestTod + 4096 * 100;
        var sd = Description;
        sd.Eca |= ExecutionControlsA.WaitAssist;
        sd.PswMask |= Psw.Wait | Psw.Io;
        Run("83020044", mask: CpuBench.SupervisorMask | Psw.External, limit: 10_000);
        Assert.Equal((0xE00UL, (ushort)0x1004), (_bench.State->PswAddress, _bench.Lowcore.ExternalCode));
        Assert.InRange(_bench.Processor.GuestTod, due, due + 4096 * 10);
        Assert.Equal(CpuBench.CodeAddress, _bench.Storage.Read64((ulong)Lowcore.ExternalOldMaskOffset + 8));
        Assert.Equal((GuestCode, (byte)0), (Description.PswAddress, Description.InterceptionCode));
        Assert.Equal(Psw.Wait, Description.PswMask & Psw.Wait);
    }

    /// <summary>What waits for the host's floating-point registers is intercepted, and executed when they are there.</summary>
    [Theory]
    [InlineData("B3000012", 2)]     // LPEBR
    [InlineData("2811", 1)]         // LDR with register 1
    public void A_guest_has_the_floating_point_registers_that_its_host_has(string code, int dataCode)
    {
        var sd = Description;
        sd.Cr0 |= 1UL << 18;
        _bench.Storage.Write64(Origin + (ulong)Lowcore.ProgramNewMaskOffset, CpuBench.SupervisorMask);
        _bench.Storage.Write64(Origin + (ulong)Lowcore.ProgramNewMaskOffset + 8, Handler);
        _bench.Storage.Write(Origin + Handler, [0x83, 0x02, 0x00, 0x44]);
        Run(code + "83020044");
        AssertBehind();
        Assert.Equal((0x08, ProgramCode.Data, dataCode), (sd.InterceptionCode, (ProgramCode)sd.ProgramCode, (int)sd.DataExceptionCode));
        _bench.State->Cr[0] |= 1UL << 18;
        (sd.PswAddress, sd.PswMask) = (GuestCode, CpuBench.SupervisorMask);
        Run(code + "83020044");
        Assert.Equal((0x04, (ushort)0x8302), (sd.InterceptionCode, sd.Ipa));
        // Without the control of its own it has an exception of its own.
        sd.Cr0 &= ~(1UL << 18);
        (sd.PswAddress, sd.PswMask) = (GuestCode, CpuBench.SupervisorMask);
        Run(code + "83020044");
        Assert.Equal((ushort)ProgramCode.Data, (ushort)_bench.Storage.Read64(Origin + 0x88));
    }

    [Fact]
    public void Per_of_the_host_is_told_when_the_host_goes_on()
    {
        _bench.State->Cr[9] = (ulong)PerEvents.InstructionFetch << 24;
        (_bench.State->Cr[10], _bench.State->Cr[11]) = (0, ulong.MaxValue);
        Run("41E0E00183020044", mask: CpuBench.SupervisorMask | Psw.Per);
        Assert.Equal((ProgramCode.PerEvent, Behind), (_bench.Interruption, _bench.ProgramOld.Address));
        Assert.Equal(CpuBench.CodeAddress, _bench.Storage.Read64(0x98));
        Assert.Equal(((byte)4, GuestCode + 8, 0xFUL), (Description.InterceptionCode, Description.PswAddress, Description.Gr14));
    }

    [Fact]
    public void The_guest_finds_the_facilities_that_its_host_gave_it()
    {
        const ulong list = 0x7_0000;
        _bench.Storage.Write64(list, 0x8000_0000_0000_0001);
        _bench.Storage.Write64(list + 8, 0x1234);
        var sd = Description;
        sd.FacilityList = (uint)list;
        _bench.State->Gr[0] = 3;
        Run("B2B03000" + "83020044");       // STFLE 0(3): guest absolute 0x3000 by register 3
        Assert.Equal((ushort)0x8302, Description.Ipa);
        var stored = Origin + _bench.State->Gr[3];
        Assert.Equal((0x8000_0000_0000_0001UL, 0x1234UL, 1UL),
            (_bench.Storage.Read64(stored), _bench.Storage.Read64(stored + 8), _bench.State->Gr[0] & 0xFF));
        (sd.FacilityList, sd.PswAddress) = (0, GuestCode);
        Run("B2B03000");
        Assert.Equal(((byte)4, (ushort)0xB2B0), (Description.InterceptionCode, Description.Ipa));
    }

    [Theory]
    [InlineData(Origin + 0x10_0000, Origin, 0x0041)]
    [InlineData(0UL, 0UL, 0x0037)]                          // nothing is mapped there
    public void A_block_that_is_not_valid_says_why(ulong origin, ulong limit, int reason)
    {
        var sd = Description;
        (sd.MainStorageOrigin, sd.MainStorageLimit) = (origin, limit);
        Run("83020044");
        AssertBehind();
        Assert.Equal(((byte)0x20, (ushort)0x1110, (uint)reason << 16), (Description.InterceptionCode, Description.Ipa, Description.Ipb));
    }

    [Fact]
    public void Stopping_stores_the_host()
    {
        Run("A7F40000", limit: 50);
        Assert.Equal(1, _bench.State->SieLevel);
        _bench.Processor.Stop();
        Assert.Equal(StopReason.Stopped, _bench.Processor.Run(1000));
        Assert.Equal((CpuBench.CodeAddress, 0), (_bench.State->PswAddress, _bench.State->SieLevel));
        Assert.Equal(GuestCode, Description.PswAddress);
    }
}
