using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>What of enhanced DAT and instruction-execution protection the host lets a guest have (sie.md sections 2.1 and 2.4).</summary>
public sealed unsafe class GuestFacilityTests : IDisposable
{
    private const ulong EnhancedDat = 1UL << 23, ExecutionProtection = 1UL << 43;     // CR0
    private const ulong SegmentTable = 0x8000, PageTable = 0x9000, RegionTable = 0xA000, Elsewhere = 0x6000;
    private const ulong Format = 0x400, NoExecute = 0x100;

    private readonly SieBench _bench = new();

    public GuestFacilityTests()
    {
        // With large frames all is where it is; with pages the data are elsewhere. The bits of both can be in one entry.
        for (var n = 0UL; n < 256; n++) _bench[PageTable + n * 8] = n << 12;
        _bench[PageTable + 3 * 8] = Elsewhere;
        for (var n = 0UL; n < 512; n++) _bench[SegmentTable + n * 8] = 0x20;
        _bench[SegmentTable] = PageTable | Format;
        _bench[RegionTable] = SegmentTable | Format | 4;
        (_bench[SieBench.Data], _bench[Elsewhere]) = (0x1111, 0x2222);
        _bench.State->Gr[3] = SieBench.Data;
        _bench.SetCr(0, EnhancedDat | ExecutionProtection);
    }

    private StateDescription Sd => _bench.Description;

    public void Dispose() => _bench.Dispose();

    private ulong Load(ulong asce)
    {
        _bench.SetCr(1, asce);
        _bench.Run("E32030000004", SieBench.SupervisorMask | Psw.Dat);
        Assert.Equal(SieBench.Code + 10, Sd.PswAddress);
        return _bench.State->Gr[2];
    }

    private void Have(uint flags, int ecb2 = 0)
    {
        var sd = Sd;
        sd.CpuFlags = SieFlags.ZArchitecture | flags;
        sd.Ecb2 = (byte)ecb2;
    }

    [Fact]
    public void Frames_of_1_mb_need_ged_or_ged2()
    {
        // One after the other with the same tables: what was translated is forgotten.
        Assert.Equal(0x2222UL, Load(SegmentTable));
        Have(SieFlags.GuestEnhancedDat);
        Assert.Equal(0x1111UL, Load(SegmentTable));
        Have(0);
        Assert.Equal(0x2222UL, Load(SegmentTable));
        Have(SieFlags.GuestEnhancedDat2);
        Assert.Equal(0x1111UL, Load(SegmentTable));
    }

    [Fact]
    public void Frames_of_2_gb_need_ged2()
    {
        _bench[SegmentTable] = PageTable;
        Assert.Equal(0x2222UL, Load(RegionTable | 4));
        Have(SieFlags.GuestEnhancedDat);
        Assert.Equal(0x2222UL, Load(RegionTable | 4));
        Have(SieFlags.GuestEnhancedDat2);
        Assert.Equal(0x1111UL, Load(RegionTable | 4));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData((int)ExecutionControlsB2.ExecutionProtection, 0, true)]
    [InlineData((int)ExecutionControlsB2.ExecutionProtection, 1, false)]
    public void Code_may_be_kept_from_execution_with_iep(int ecb2, int withoutControl, bool isProtected)
    {
        _bench[SegmentTable] = PageTable;
        _bench[PageTable + 2 * 8] = SieBench.Code | NoExecute;
        if (withoutControl != 0) _bench.SetCr(0, EnhancedDat);
        Have(SieFlags.GuestEnhancedDat, ecb2);
        _bench.SetCr(1, SegmentTable);
        _bench.Run("", SieBench.SupervisorMask | Psw.Dat);
        Assert.Equal(isProtected ? SieBench.ProgramNew + 4 : SieBench.Code + 4, Sd.PswAddress);
        if (isProtected) Assert.Equal((ushort)ProgramCode.Protection, _bench.Lowcore.ProgramInterruptionCode);
    }
}
