using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>Storage keys of a guest whose host is a program: keys of frames, PGSTEs behind its page tables (sie.md section 6.5).</summary>
public sealed unsafe class GuestKeyTests : IDisposable
{
    private const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, Origin = 0x10_0000;
    private const ulong GuestCode = 0x2000, Page = 0x9_0000, Missing = 0xA_0000;
    private const string Set = "B22B0016", Insert = "B2290036", Reset = "B22A0036", Diagnose = "83020044";

    private readonly CpuBench _bench = new();

    public GuestKeyTests()
    {
        for (var n = 0; n < 512; n++) _bench.Storage.Write64(SegmentTable + (ulong)n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(PageTable + n * 8, n == Missing >> 12 ? 0x400 : Origin + (n << 12));
        var sd = Description;
        sd.CpuFlags = SieFlags.ZArchitecture;
        sd.HostCpu = 0xFFFF;
        sd.MainStorageOrigin = sd.MainStorageLimit = Origin;
    }

    private StateDescription Description => new(_bench.Storage.Base + Block);

    public void Dispose() => _bench.Dispose();

    private static ulong Status(ulong page) => PageTable + 0x800 + (page >> 12) * 8;

    // As the guest; it ends with DIAGNOSE if nothing else ends it.
    private void Run(string guest, ulong page = Page, ulong asce = SegmentTable, ulong limit = 100)
    {
        _bench.Storage.Write(Origin + GuestCode, Convert.FromHexString(guest + Diagnose));
        var sd = Description;
        (sd.PswMask, sd.PswAddress, sd.Cr0) = (CpuBench.SupervisorMask, GuestCode, 0xE0);
        (_bench.State->Cr[1], _bench.State->Gr[2], _bench.State->Gr[6]) = (asce, Block, page);
        _bench.Run(Convert.FromHexString("B21420000000"), limit);
    }

    [Fact]
    public void SetInsertAndReset()
    {
        _bench.Storage.SetKey(Origin + Page, 0x16);
        _bench.State->Gr[1] = 0xB6;
        Run(Set + Insert);
        Assert.Equal((0x8302, 0xB6UL), (Description.Ipa, _bench.State->Gr[3]));
        Assert.Equal((0xB0, 0xB066_8000_0000_0000), ((int)_bench.Storage.Key(Origin + Page), _bench.Storage.Read64(Status(Page))));
        _bench.Storage.SetKey(Origin + Page, 0xB4);
        Run(Reset + Insert);
        Assert.Equal((3UL, 0xB2UL), (Description.PswMask >> 44 & 3, _bench.State->Gr[3]));
        Assert.Equal((0xB0, 0xB062_8000_0000_0000), ((int)_bench.Storage.Key(Origin + Page), _bench.Storage.Read64(Status(Page))));
    }

    /// <summary>The page-table entry is invalid: the host is asked, and nothing has changed.</summary>
    [Theory]
    [InlineData(Set, 0xB22B)]
    [InlineData(Insert, 0xB229)]
    [InlineData(Reset, 0xB22A)]
    [InlineData("B9AE0036", 0xB9AE)]
    public void APageWithoutAFrameIsTheHosts(string guest, int ipa)
    {
        _bench.Storage.Write64(Status(Missing), 0x1234);
        Run(guest, Missing);
        Assert.Equal(((byte)4, ipa, GuestCode + 4), (Description.InterceptionCode, Description.Ipa, Description.PswAddress));
        Assert.Equal(0x1234UL, _bench.Storage.Read64(Status(Missing)));
    }

    [Fact]
    public void WithBypassTheFrameHasTheKey()
    {
        var sd = Description;
        sd.Ecb2 = ExecutionControlsB2.BypassStatus;
        _bench.State->Gr[1] = 0xB6;
        Run(Set + Insert);
        Assert.Equal((0xB6UL, 0xB6, 0UL),
            (_bench.State->Gr[3], (int)_bench.Storage.Key(Origin + Page), _bench.Storage.Read64(Status(Page))));
    }

    /// <summary>Large frames, and a real space, have no page-table entries, so no PGSTEs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WithoutAPageTableTheFrameHasTheKey(bool isRealSpace)
    {
        _bench.State->Cr[0] |= 1UL << 23;       // enhanced DAT of the host
        _bench.Storage.Write64(SegmentTable + 8, Origin | 0x400);
        _bench.State->Gr[1] = 0xB6;
        Run(Set + Insert, asce: isRealSpace ? 0x20 : SegmentTable);
        Assert.Equal((0xB6UL, 0xB6, 0UL),
            (_bench.State->Gr[3], (int)_bench.Storage.Key(Origin + Page), _bench.Storage.Read64(Status(Page))));
    }

    /// <summary>A page table at the very end of storage leaves no place for PGSTEs: validity 003A, found at an instruction.</summary>
    [Fact]
    public void StatusEntriesOutsideStorage()
    {
        var table = _bench.Storage.Size - 0x800;
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(table + n * 8, Origin + (n << 12));
        _bench.Storage.Write64(SegmentTable + 8, table);
        Run("1811" + Insert);
        Assert.Equal(((byte)0x20, 0x1120, 0x003A_0000U), (Description.InterceptionCode, Description.Ipa, Description.Ipb));
        Assert.Equal(GuestCode + 2, Description.PswAddress);
    }

    /// <summary>An entry whose frame is not in storage is the host's addressing exception, as for any access.</summary>
    [Fact]
    public void AFrameOutsideStorage()
    {
        _bench.Storage.Write64(PageTable + (Page >> 12) * 8, 1UL << 40);
        Run(Insert);
        Assert.Equal((ProgramCode.Addressing, GuestCode), (_bench.Interruption, Description.PswAddress));
    }

    /// <summary>While the lock is held the guest tries again, and the host's interruptions come through.</summary>
    [Fact]
    public void TheLockIsWaitedFor()
    {
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset, CpuBench.SupervisorMask | Psw.Wait);
        _bench.Storage.Write64((ulong)Lowcore.ExternalNewMaskOffset + 8, 0xE00);
        _bench.Storage.Write64(Status(Page), PageStatus.Lock);
        _bench.State->Gr[1] = 0xB0;
        Run(Set, limit: 50);
        Assert.Equal((1, GuestCode), (_bench.State->SieLevel, _bench.State->PswAddress));
        Assert.Equal((0, PageStatus.Lock), ((int)_bench.Storage.Key(Origin + Page), _bench.Storage.Read64(Status(Page))));
        _bench.Storage.Write64(Status(Page), 0);
        _bench.Processor.Run(_bench.State->InstructionCount + 10);
        Assert.Equal((0x8302, 0xB0), (Description.Ipa, (int)_bench.Storage.Key(Origin + Page)));
    }

    /// <summary>Tables anywhere: the guest's key instruction ends in something architected.</summary>
    [Fact]
    public void HostileTables()
    {
        const int enough = 120;     // most of those whose prefix area can be reached
        var (random, entered) = (new Random(7), 0);
        _bench.State->Gr[6] = Page;
        for (var n = 0; n < 300; n++)
        {
            var entry = (ulong)random.NextInt64() & (n % 3 == 0 ? ulong.MaxValue : _bench.Storage.Size * 2 - 1);
            _bench.Storage.Write64(SegmentTable + 8, n % 2 == 0 ? entry & ~0x20UL : PageTable);
            if (n % 2 != 0) _bench.Storage.Write64(PageTable + (Page >> 12) * 8, entry);
            if ((_bench.Storage.Read64(SegmentTable + 8) & ~0x7FFUL) is var table && table <= SegmentTable && table + 0x1000 > SegmentTable) continue;
            _bench.Storage.Write(Origin + GuestCode, Convert.FromHexString(Set + Diagnose));
            var sd = Description;
            (sd.PswMask, sd.PswAddress, sd.Cr0, sd.HostCpu) = (CpuBench.SupervisorMask, GuestCode, 0xE0, 0xFFFF);
            _bench.State->Cr[1] = SegmentTable;
            if (!_bench.Processor.Sie.Enter(_bench.State, Block)) continue;
            entered++;
            var reason = _bench.Processor.Run(_bench.State->InstructionCount + 4);
            _bench.Processor.Sie.Leave(_bench.State);
            Assert.Contains(reason, new[] { StopReason.Interception, StopReason.HostFault, StopReason.InstructionLimit });
            _bench.Storage.Write64(PageTable + (Page >> 12) * 8, Origin + Page);
        }
        Assert.True(entered > enough, $"{entered} guests were entered");
    }
}
