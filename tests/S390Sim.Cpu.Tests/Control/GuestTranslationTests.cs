using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>
/// The guest's storage through MSO and MSL and the host's tables, large frames at both levels, and when what is known of it must be
/// forgotten (sie.md section 6).
/// </summary>
public sealed unsafe class GuestTranslationTests : IDisposable
{
    private const ulong Block = 0x6_0000, OtherBlock = 0x6_1000;
    private const ulong SegmentTable = 0x4_0000, PageTable = 0x5_0000, SecondPageTable = 0x5_1000, RegionTable = 0x4_4000;
    private const ulong Origin = 0x10_0000, Size = 0x20_0000, Elsewhere = 0x30_0000;
    private const ulong GuestCode = 0x2000, Page = 0x9_0000;
    private const ulong Invalid = 0x400, Protected = 0x200, EnhancedDat = 1UL << 23;
    private const string Diagnose = "83020044", Load = "E33050000004", Store = "E33050000024";

    private readonly CpuBench _bench = new();
    private readonly Processor _other;

    public GuestTranslationTests()
    {
        for (var n = 0; n < 512; n++)
            Put(SegmentTable + (ulong)n * 8, n switch { 1 => PageTable, 2 => SecondPageTable, _ => 0x20 });
        for (var n = 0UL; n < 256; n++)
        {
            Put(PageTable + n * 8, Origin + (n << 12));
            Put(SecondPageTable + n * 8, Origin + 0x10_0000 + (n << 12));
        }
        _bench.Storage.Write(Origin + GuestCode, Convert.FromHexString(Load + Diagnose));
        _bench.Storage.Write(Origin + GuestCode + 0x100, Convert.FromHexString(Store + Diagnose));
        Put(Origin + Page, 1);
        Put(Elsewhere + Page, 2);
        Describe(Block);
        Describe(OtherBlock);
        var group = _bench.Processor.Group;
        _other = new Processor(_bench.Storage, _bench.Code, _bench.Handlers, _bench.Processor.Facilities, _bench.Processor.Clock,
            _bench.Processor.Events, new FloatingInterruptions(), 1)
        { Group = group };
    }

    public void Dispose()
    {
        _bench.Code.Dispose();
        _other.Dispose();
        _bench.Dispose();
    }

    private void Put(ulong address, ulong value) => _bench.Storage.Write64(address, value);

    private StateDescription At(ulong block) => new(_bench.Storage.Base + block);
    private StateDescription Description => At(Block);

    private void Describe(ulong block)
    {
        var sd = At(block);
        (sd.CpuFlags, sd.HostCpu, sd.Cr0) = (SieFlags.ZArchitecture, 0xFFFF, 0xE0);
        (sd.MainStorageOrigin, sd.MainStorageLimit) = (Origin, Origin + Size - 1);
        sd.Ecb = ExecutionControlsB.HostProtection;
    }

    // What ended SIE; the value that was loaded is in register 3.
    private StopReason Run(ulong address, ulong block = Block, Processor? processor = null, ulong asce = SegmentTable, bool stores = false)
    {
        processor ??= _bench.Processor;
        var c = processor.State;
        var sd = At(block);
        var dat = _bench.Storage.Read64(block + StateDescription.Cr0Offset + 8) == 0 ? 0 : Psw.Dat;
        (sd.PswMask, sd.PswAddress, sd.InterceptionCode) = (CpuBench.SupervisorMask | dat, GuestCode + (stores ? 0x100UL : 0), 0);
        (c->Cr[1], c->Gr[5]) = (asce, address);
        if (!processor.Sie.Enter(c, block)) return StopReason.Interception;
        var reason = processor.Run(c->InstructionCount + 10);
        processor.Sie.Leave(c);
        return reason;
    }

    private ulong Read(ulong address, ulong block = Block, Processor? processor = null, ulong asce = SegmentTable)
    {
        Assert.Equal((StopReason.Interception, 0x8302), (Run(address, block, processor, asce), At(block).Ipa));
        return (processor ?? _bench.Processor).State->Gr[3];
    }

    private void Remap() => Put(PageTable + (Page >> 12) * 8, Elsewhere + Page);

    /// <summary>The address of the host CPU in the state description is another's, or that of none.</summary>
    [Theory]
    [InlineData(0xFFFF)]
    [InlineData(1)]
    public void AnotherHostCpuPurges(int hostCpu)
    {
        Assert.Equal((1UL, (ushort)0), (Read(Page), Description.HostCpu));
        Remap();
        var sd = Description;
        sd.HostCpu = (ushort)hostCpu;
        Assert.Equal((2UL, (ushort)0), (Read(Page), Description.HostCpu));
    }

    [Fact]
    public void ThereAndBackAgainPurges()
    {
        Assert.Equal(1UL, Read(Page));
        Remap();
        Assert.Equal((2UL, (ushort)1), (Read(Page, processor: _other), Description.HostCpu));
        Assert.Equal((2UL, (ushort)0), (Read(Page), Description.HostCpu));
    }

    [Fact]
    public void AnotherStateDescriptionPurges()
    {
        Assert.Equal(1UL, Read(Page));
        Remap();
        Assert.Equal(2UL, Read(Page, OtherBlock));
        Assert.Equal(2UL, Read(Page));
    }

    /// <summary>Another ASCE of the host, another origin, another limit: nothing of before is used.</summary>
    [Fact]
    public void AnotherPlaceIsAnotherPlace()
    {
        Assert.Equal(1UL, Read(Page));
        for (var n = 0; n < 512; n++) Put(RegionTable + (ulong)n * 8, n == 1 ? SecondPageTable : 0x20);
        Put(SecondPageTable + (Page >> 12) * 8, Elsewhere + Page);
        Put(SecondPageTable + (GuestCode >> 12) * 8, Origin + GuestCode);
        Assert.Equal(2UL, Read(Page, asce: RegionTable));
        var sd = Description;
        sd.MainStorageOrigin = Origin + 0x10_0000;
        Assert.Equal(2UL, Read(Page));
        sd.MainStorageOrigin = Origin;
        Assert.Equal(1UL, Read(Page));
    }

    /// <summary>What the host invalidates in its tables goes from the guests' TLBs of all CPUs.</summary>
    [Theory]
    [InlineData("B2210054")]            // IPTE 5,4
    [InlineData("B98E7056")]            // IDTE 5,7,6: the segment
    [InlineData("B98E7058")]            // IDTE 5,7,8: by ASCE
    [InlineData("B2500029")]            // CSP 2,9
    [InlineData("B98A0029")]            // CSPG 2,9
    public void TheHostsInvalidationsReachGuests(string instruction)
    {
        Assert.Equal((1UL, 1UL), (Read(Page), Read(Page, OtherBlock, _other)));
        var c = _bench.State;
        (c->Gr[4], c->Gr[5], c->Gr[6], c->Gr[7], c->Gr[8]) = (Origin + Page, PageTable, Origin & ~0xF_FFFFUL, 0, 0x800);
        if (instruction.StartsWith("B98E", StringComparison.Ordinal)) c->Gr[5] = SegmentTable;
        (c->Gr[2], c->Gr[3], c->Gr[9]) = (0, 0, 0x7_0000 | 1);
        Remap();
        Assert.Equal(StopReason.InstructionLimit, _bench.Run(Convert.FromHexString(instruction)));
        Put(SegmentTable + 8, PageTable);
        Remap();
        Assert.Equal((2UL, 2UL), (Read(Page), Read(Page, OtherBlock, _other)));
    }

    /// <summary>Both pages of the prefix area must be there, and not be protected, at every entry: validity 0037.</summary>
    [Theory]
    [InlineData(0, Invalid)]
    [InlineData(1, Invalid)]
    [InlineData(0, Protected)]
    [InlineData(1, Protected)]
    public void ThePrefixAreaMustBeThere(ulong page, ulong bit)
    {
        const ulong prefix = 0x4_0000;
        var place = PageTable + ((prefix >> 12) + page) * 8;
        var entry = _bench.Storage.Read64(place);
        var sd = Description;
        sd.Prefix = (uint)prefix;
        Put(place, entry | bit);
        AssertInvalid();
        Put(place, entry);
        Assert.Equal(1UL, Read(Page));
        // From one entry to the next.
        (_bench.State->Gr[4], _bench.State->Gr[5]) = (Origin + prefix + (page << 12), PageTable);
        _bench.Run(Convert.FromHexString("B2210054"));
        Put(place, entry | bit);
        AssertInvalid();
        Put(place, entry);
        Assert.Equal(1UL, Read(Page));

        void AssertInvalid()
        {
            Assert.Equal(StopReason.Interception, Run(Page));
            Assert.Equal(((byte)0x20, 0x0037_0000U, GuestCode), (Description.InterceptionCode, Description.Ipb, Description.PswAddress));
        }
    }

    /// <summary>Both are multiples of 1 MB, whatever their low bits say; behind the limit is an addressing exception of the guest's.</summary>
    [Theory]
    [InlineData(Origin, Origin + Size - 1)]
    [InlineData(Origin + 0xF_FFFF, Origin + Size - 0x10_0000)]
    [InlineData(Origin + 0x1234, Origin + Size - 0x8_0000)]
    public void OriginAndLimitAreRounded(ulong origin, ulong limit)
    {
        var sd = Description;
        (sd.MainStorageOrigin, sd.MainStorageLimit) = (origin, limit);
        Put(Origin + Size - 8, 0x55);
        Assert.Equal((1UL, 0x55UL), (Read(Page), Read(Size - 8)));
        Assert.Equal(StopReason.Interception, Run(Size));
        Assert.Equal(((byte)8, (ushort)ProgramCode.Addressing, GuestCode + 6), (sd.InterceptionCode, sd.ProgramCode, sd.PswAddress));
        Assert.Equal(StopReason.Interception, Run(ulong.MaxValue - 7));
        Assert.Equal((ushort)ProgramCode.Addressing, sd.ProgramCode);
    }

    /// <summary>With storage-limit suppression both are ignored, and only the host's tables count.</summary>
    [Fact]
    public void WithoutLimitsTheTablesDecide()
    {
        Put(SegmentTable, PageTable);
        var sd = Description;
        sd.CpuFlags |= SieFlags.StorageLimitSuppression;
        (sd.MainStorageOrigin, sd.MainStorageLimit) = (Origin * 2, Origin);
        Assert.Equal((1UL, 1UL), (Read(Page), Read(Origin + Page)));
        AssertFault(0x50_0000, ProgramCode.SegmentTranslation, 0x50_0000);
        AssertFault(1UL << 31, ProgramCode.AsceType, 1UL << 31);
    }

    /// <summary>What the host's tables do not allow is the host's, with its own virtual address.</summary>
    [Fact]
    public void FaultsAreOfTheHost()
    {
        Put(PageTable + (Page >> 12) * 8, Origin + Page | Invalid);
        AssertFault(Page + 8, ProgramCode.PageTranslation, Origin + Page + 8);
        Put(PageTable + (Page >> 12) * 8, Origin + Page | Protected);
        Assert.Equal(1UL, Read(Page));
        AssertFault(Page, ProgramCode.Protection, Origin + Page, stores: true);
        Put(SegmentTable + 8, PageTable | Protected);
        Put(PageTable + (Page >> 12) * 8, Origin + Page);
        Put(SegmentTable + 16, 0x20);
        AssertFault(0x10_0000, ProgramCode.SegmentTranslation, Origin + 0x10_0000, isPrefixThere: false);
    }

    // Nothing of the guest's instruction happened, and there is no interception.
    private void AssertFault(ulong address, ProgramCode code, ulong host, bool stores = false, bool isPrefixThere = true)
    {
        if (!isPrefixThere) Put(SegmentTable + 8, PageTable);
        var reason = Run(address, stores: stores);
        var fault = _bench.State->HostFault;
        Assert.Equal((StopReason.HostFault, code, host, stores), (reason, fault.Code, fault.Address, fault.IsStore));
        Assert.Equal((GuestCode + (stores ? 0x100UL : 0), (byte)0), (Description.PswAddress, Description.InterceptionCode));
    }

    /// <summary>A segment of the host's with enhanced DAT is a frame; without, the same entry designates a page table.</summary>
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public void LargeFramesOfTheHost(bool isEnhanced, ulong expected)
    {
        // As a frame 0x30_0000, as a page table the same place, whose pages are those of the origin.
        for (var n = 0UL; n < 256; n++) Put(Elsewhere + n * 8, Origin + (n << 12));
        Put(SegmentTable + 8, Elsewhere | 0x400);
        _bench.Storage.Write(Elsewhere + GuestCode, Convert.FromHexString(Load + Diagnose));
        _bench.State->Cr[0] = isEnhanced ? EnhancedDat : 0;
        Assert.Equal(expected, Read(Page));
    }

    [Fact]
    public void ProtectionOfALargeFrame()
    {
        _bench.State->Cr[0] = EnhancedDat;
        var sd = Description;
        sd.Prefix = 0x10_0000;
        Put(SegmentTable + 8, Origin | 0x400 | Protected);
        Assert.Equal(1UL, Read(Page));
        AssertFault(Page, ProgramCode.Protection, Origin + Page, stores: true);
    }

    /// <summary>A region of the host's is a frame of 2 GB with enhanced DAT 2; the guest is where the host is.</summary>
    [Fact]
    public void AFrameOf2Gb()
    {
        for (var n = 0; n < 512; n++) Put(RegionTable + (ulong)n * 8, n == 0 ? 0x400UL | 0x4 : 0x24);
        _bench.State->Cr[0] = EnhancedDat;
        Assert.Equal(1UL, Read(Page, asce: RegionTable | 0x4));
        var sd = Description;
        sd.MainStorageOrigin = Elsewhere;
        sd.MainStorageLimit = Elsewhere;
        _bench.Storage.Write(Elsewhere + GuestCode, Convert.FromHexString(Load + Diagnose));
        Assert.Equal(2UL, Read(Page, asce: RegionTable | 0x4));
    }

    /// <summary>
    /// The guest's own large frames: with its control in CR0, and if its host lets it. They lie over 4 KB pages of the host, of
    /// which some may be missing; without enhanced DAT the same entry designates a page table.
    /// </summary>
    [Theory]
    [InlineData(0U, true, false)]
    [InlineData(SieFlags.GuestEnhancedDat, true, true)]
    [InlineData(SieFlags.GuestEnhancedDat, false, false)]
    [InlineData(SieFlags.GuestEnhancedDat2, true, true)]
    public void LargeFramesOfTheGuest(uint flag, bool isControlOn, bool isLarge)
    {
        const ulong table = 0x8000, frame = 0x10_0000;
        for (var n = 0UL; n < 512; n++) Put(Origin + table + n * 8, n == 0 ? frame | 0x400 : 0x20);
        for (var n = 0UL; n < 256; n++) Put(Origin + frame + n * 8, n << 12);
        _bench.Storage.Write(Origin + frame + GuestCode, Convert.FromHexString(Load + Diagnose));
        Put(Origin + frame + Page, 3);
        var sd = Description;
        sd.CpuFlags |= flag;
        sd.Cr0 = 0xE0 | (isControlOn ? EnhancedDat : 0);
        Put(Block + StateDescription.Cr0Offset + 8, table);
        Assert.Equal(isLarge ? 3UL : 1, Read(Page));
        if (!isLarge) return;
        Put(SecondPageTable + (Page >> 12) * 8, Invalid);
        sd.HostCpu = 0xFFFF;
        AssertFault(Page + 16, ProgramCode.PageTranslation, Origin + frame + Page + 16);
    }
}
