using S390Sim.Cpu;
using S390Sim.Testing;

namespace S390Sim.Tests.Control;

/// <summary>Every reason of a validity interception, met by a program that executes SIE (sie.md section 3).</summary>
public sealed unsafe class ValidityTests : IDisposable
{
    private const ulong Block = 0x6_0000, SegmentTable = 0x4_0000, PageTable = 0x5_0000, Origin = 0x10_0000;
    private const ulong HostPrefix = 0x7_0000, Free = 0x8_0000, Beyond = 1UL << 40;
    private const uint Valid = SieFlags.ZArchitecture;

    private readonly CpuBench _bench = new();

    public ValidityTests()
    {
        for (var n = 0; n < 512; n++) _bench.Storage.Write64(SegmentTable + (ulong)n * 8, n == 1 ? PageTable : 0x20);
        for (var n = 0UL; n < 256; n++) _bench.Storage.Write64(PageTable + n * 8, Origin + (n << 12));
        _bench.Storage.Write(Origin + 0x2000, Convert.FromHexString("83020044"));
        _bench.Storage.Write(HostPrefix, _bench.Storage.Read(0, 0x200));
        _bench.State->Prefix = (uint)HostPrefix;
        var sd = Description;
        sd.CpuFlags = Valid;
        sd.HostCpu = 0xFFFF;
        sd.MainStorageOrigin = Origin;
        sd.MainStorageLimit = Origin;
        sd.PswMask = CpuBench.SupervisorMask;
        sd.PswAddress = 0x2000;
        sd.Cr0 = 0xE0;
    }

    private StateDescription Description => new(_bench.Storage.Base + Block);

    public void Dispose() => _bench.Dispose();

    /// <summary>Cases: changes to a block that is valid, as (offset, width in bytes, value), and the reason.</summary>
    public static TheoryData<string, ValidityReason, (int Offset, int Width, ulong Value)[]> Invalid
    {
        get
        {
            var data = new TheoryData<string, ValidityReason, (int, int, ulong)[]>();
            void Add(string name, ValidityReason reason, params (int, int, ulong)[] changes) => data.Add(name, reason, changes);
            (int, int, ulong) Flags(uint on) => (StateDescription.CpuFlagsOffset, 4, Valid | on);
            (int, int, ulong) Eca(uint on) => (StateDescription.EcaOffset, 4, on);
            (int, int, ulong) Ecb(byte on) => (StateDescription.EcbOffset, 1, on);
            (int, int, ulong) Ecb2(byte on) => (StateDescription.Ecb2Offset, 1, on);
            (int, int, ulong) Ecb3(byte on) => (StateDescription.Ecb3Offset, 1, on);
            (int, int, ulong) Ecd(uint on) => (StateDescription.EcdOffset, 4, on);
            (int, int, ulong) Sca(ulong low) => (StateDescription.ScaOriginLowOffset, 4, low);
            (int, int, ulong) Crypto(ulong designation) => (StateDescription.CryptoBlockOffset, 4, designation);
            (int, int, ulong) Extension(ulong designation) => (StateDescription.ExtensionOffset, 8, designation);

            Add("not z/Architecture", ValidityReason.Mode, (StateDescription.CpuFlagsOffset, 4, 0));
            Add("a protected guest", ValidityReason.Mode, (StateDescription.FormatOffset, 1, 2));
            Add("MCDS", ValidityReason.Mode, Flags(SieFlags.MultipleDataSpaces));
            Add("preferred, MCDS", ValidityReason.PreferredDataSpaces, Flags(SieFlags.Preferred | SieFlags.MultipleDataSpaces));
            Add("RRF", ValidityReason.RegionRelocateAbsent, Flags(SieFlags.RegionRelocate));
            Add("SLSV", ValidityReason.InterpretedSieAbsent, Flags(SieFlags.StorageLevelV));
            Add("SLSR", ValidityReason.InterpretedSieAbsent, Flags(SieFlags.StorageLevelR));
            Add("GED and GED2", ValidityReason.Mode, Flags(SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2));
            Add("a zone", ValidityReason.Zone, (StateDescription.ZoneOffset, 2, 1));
            Add("MSO above MSL", ValidityReason.Extent, (StateDescription.MainStorageOriginOffset, 8, Origin * 2));
            Add("prefix at the end", ValidityReason.Prefix, (StateDescription.PrefixAndBlockingOffset, 4, 0x10_0000));
            Add("SCA low", ValidityReason.ControlAreaLow, Sca(0x1FC0));
            Add("SCA in the prefix area", ValidityReason.ControlAreaInPrefix, Sca(HostPrefix + 0x1000));
            Add("SCA crossing a page", ValidityReason.ControlAreaCrossing, Sca(Free + 0x7D0));
            Add("SCA beyond", ValidityReason.ControlAreaAddress, (StateDescription.ScaOriginHighOffset, 4, 1), Sca(Free));
            Add("ESCA reaching beyond", ValidityReason.ControlAreaAddress,
                Ecb2(ExecutionControlsB2.ExtendedSca), Sca(0x3F_F000));
            Add("preferred with MSO", ValidityReason.PreferredOrigin, Flags(SieFlags.Preferred));
            Add("facility list low", ValidityReason.FacilityList, (StateDescription.FacilityListOffset, 4, 0x1FF8));
            Add("facility list in the prefix area", ValidityReason.FacilityList,
                (StateDescription.FacilityListOffset, 4, HostPrefix + 8));
            Add("facility list odd", ValidityReason.FacilityList, (StateDescription.FacilityListOffset, 4, Free + 4));
            Add("facility list of 32 bits", ValidityReason.FacilityList,
                (StateDescription.FacilityListOffset, 4, Free | 0x8000_0000));
            Add("facility list beyond", ValidityReason.FacilityList, (StateDescription.FacilityListOffset, 4, 0x3F_FFF8));
            Add("AP without CRYCB", ValidityReason.CryptoMissing, Eca(ExecutionControlsA.Crypto));
            Add("AES without CRYCB", ValidityReason.CryptoMissing, Ecb3(ExecutionControlsB3.AesKeys));
            Add("DEA without CRYCB", ValidityReason.CryptoMissing, Ecb3(ExecutionControlsB3.DeaKeys));
            Add("CRYCB format 2", ValidityReason.CryptoFormat, Eca(ExecutionControlsA.Crypto), Crypto(Free | 2));
            Add("CRYCB low", ValidityReason.CryptoAddress, Eca(ExecutionControlsA.Crypto), Crypto(0x1000));
            Add("CRYCB beyond", ValidityReason.CryptoAddress, Eca(ExecutionControlsA.Crypto), Crypto(0x3F_FF88));
            Add("CRYCB crossing", ValidityReason.CryptoCrossing, Eca(ExecutionControlsA.Crypto), Crypto(Free + 0xF08 | 3));
            Add("ITDB low", ValidityReason.TransactionBlock,
                Ecb(ExecutionControlsB.Transactions), (StateDescription.TransactionBlockOffset, 8, 0x1F00));
            Add("ITDB beyond", ValidityReason.TransactionBlock,
                Ecb(ExecutionControlsB.Transactions), (StateDescription.TransactionBlockOffset, 8, Beyond));
            Add("GVRD low", ValidityReason.VectorArea,
                Eca(ExecutionControlsA.Vector), (StateDescription.VectorAreaOffset, 8, 0x200));
            Add("GVRD beyond", ValidityReason.VectorArea,
                Eca(ExecutionControlsA.Vector), (StateDescription.VectorAreaOffset, 8, Beyond));
            Add("RICCB", ValidityReason.Instrumentation,
                Ecb3(ExecutionControlsB3.Instrumentation), (StateDescription.InstrumentationBlockOffset, 8, Beyond));
            Add("no SDNX", ValidityReason.ExtensionOrigin, Ecb(ExecutionControlsB.GuardedStorage));
            Add("SDNX for the etoken", ValidityReason.ExtensionOrigin, Ecd(ExecutionControlsD.EToken), Extension(0x1000 | 8));
            Add("SDNX of 32 bytes", ValidityReason.ExtensionSize, Ecb(ExecutionControlsB.GuardedStorage), Extension(Free | 5));
            Add("SDNX of 8 KB", ValidityReason.ExtensionSize, Ecb(ExecutionControlsB.GuardedStorage), Extension(Free | 13));
            Add("SDNX not aligned", ValidityReason.ExtensionAlignment,
                Ecb(ExecutionControlsB.GuardedStorage), Extension(Free + 0x80 | 8));
            Add("SDNX beyond", ValidityReason.ExtensionOrigin, Ecb(ExecutionControlsB.GuardedStorage), Extension(Beyond | 12));
            Add("no limits, but nothing mapped", ValidityReason.PrefixAccess,
                Flags(SieFlags.StorageLimitSuppression | SieFlags.Preferred), (StateDescription.MainStorageOriginOffset, 8, Origin * 2));
            Add("prefix not mapped", ValidityReason.PrefixAccess,
                (StateDescription.MainStorageOriginOffset, 8, 0), (StateDescription.MainStorageLimitOffset, 8, 0));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Each_reason(string name, ValidityReason reason, (int Offset, int Width, ulong Value)[] changes)
    {
        foreach (var (offset, width, value) in changes) Put(offset, width, value);
        var before = Description.Bytes.ToArray();
        Run();
        Assert.True(Description.InterceptionCode == 0x20, name);
        Assert.Equal(((ushort)0x1110, (uint)reason << 16), (Description.Ipa, Description.Ipb));
        // Nothing else of the block changed, but for the host CPU's address, which is noted before the prefix area is tried.
        var after = Description.Bytes.ToArray();
        foreach (var n in (int[])[0x50, 0x51, 0x56, 0x57, 0x58, 0x59]) after[n] = before[n];
        if (reason == ValidityReason.PrefixAccess) (after[0x52], after[0x53]) = (before[0x52], before[0x53]);
        Assert.Equal(before, after);
        Assert.Equal(0UL, _bench.Processor.Sie.Entries);
    }

    /// <summary>Both pages of the prefix area must be there, and may be stored into.</summary>
    [Theory]
    [InlineData(0, 0x400)]
    [InlineData(1, 0x400)]
    [InlineData(0, 0x200)]
    [InlineData(1, 0x200)]
    public void The_prefix_area_is_accessible(int page, uint bits)
    {
        var entry = PageTable + (ulong)page * 8;
        _bench.Storage.Write64(entry, _bench.Storage.Read64(entry) | bits);
        Run();
        Assert.Equal((uint)ValidityReason.PrefixAccess << 16, Description.Ipb);
        _bench.Storage.Write64(entry, Origin + ((ulong)page << 12));
        Run();
        Assert.Equal((byte)Interception.Instruction, Description.InterceptionCode);
    }

    /// <summary>What the controls of a designation leave off is not looked at.</summary>
    [Fact]
    public void Designations_of_what_is_off_are_ignored()
    {
        var sd = Description;
        (sd.TransactionBlock, sd.VectorArea, sd.InstrumentationBlock, sd.Extension) = (Beyond, Beyond, Beyond, Beyond | 5);
        (sd.CryptoBlock, sd.CollaborativeMemory) = (uint.MaxValue, ulong.MaxValue);
        Run();
        Assert.Equal((byte)Interception.Instruction, sd.InterceptionCode);
        // The host manages these registers itself.
        sd.Eca = ExecutionControlsA.Vector;
        sd.Ecb = ExecutionControlsB.GuardedStorage;
        sd.Ecd = ExecutionControlsD.HostRegisters;
        sd.PswAddress = 0x2000;
        Run();
        Assert.Equal((byte)Interception.Instruction, sd.InterceptionCode);
    }

    [Fact]
    public void Designations_in_order_are_valid()
    {
        var sd = Description;
        sd.ScaOriginLow = (uint)Free + 0x7C0;       // its last byte is the page's
        sd.FacilityList = 0x3F_FFE0;                // and this the storage's
        sd.Eca = ExecutionControlsA.Vector | ExecutionControlsA.Crypto;
        sd.Ecb = ExecutionControlsB.Transactions | ExecutionControlsB.GuardedStorage;
        sd.Ecb3 = ExecutionControlsB3.Instrumentation;
        sd.CryptoBlock = (uint)Free + 0xF00 | 3;
        (sd.TransactionBlock, sd.VectorArea, sd.InstrumentationBlock, sd.Extension) = (0x2000, 0x3F_FE00, 0, Free | 12);
        Run();
        Assert.Equal((byte)Interception.Instruction, sd.InterceptionCode);
        sd.Ecb2 = ExecutionControlsB2.ExtendedSca;
        sd.PswAddress = 0x2000;
        Run();
        Assert.Equal((byte)Interception.Instruction, sd.InterceptionCode);
    }

    /// <summary>With several reasons the first of section 3 is told: taken away one by one, the next appears.</summary>
    [Fact]
    public void The_first_reason_is_told()
    {
        var sd = Description;
        sd.CpuFlags = Valid | SieFlags.Preferred | SieFlags.MultipleDataSpaces | SieFlags.RegionRelocate | SieFlags.StorageLevelR;
        (sd.Zone, sd.MainStorageOrigin, sd.Prefix) = (1, Origin * 2, 0x20_0000);
        sd.ScaOriginLow = 0x10;
        sd.FacilityList = 1;
        sd.Eca = ExecutionControlsA.Crypto | ExecutionControlsA.Vector;
        sd.Ecb = ExecutionControlsB.Transactions | ExecutionControlsB.GuardedStorage;
        sd.Ecb3 = ExecutionControlsB3.Instrumentation;
        (sd.TransactionBlock, sd.VectorArea, sd.InstrumentationBlock) = (Beyond, Beyond, Beyond);
        foreach (var (reason, repair) in Repairs)
        {
            Run();
            Assert.Equal((uint)reason << 16, Description.Ipb);
            repair(this);
        }
        Run();
        Assert.Equal((byte)Interception.Instruction, Description.InterceptionCode);
    }

    private static IEnumerable<(ValidityReason, Action<ValidityTests>)> Repairs =>
    [
        (ValidityReason.PreferredDataSpaces, t => t.Put(0, 4, t.Description.CpuFlags & ~SieFlags.Preferred)),
        (ValidityReason.Mode, t => t.Put(0, 4, t.Description.CpuFlags & ~SieFlags.MultipleDataSpaces | SieFlags.Preferred)),
        (ValidityReason.RegionRelocateAbsent, t => t.Put(0, 4, t.Description.CpuFlags & ~SieFlags.RegionRelocate)),
        (ValidityReason.InterpretedSieAbsent, t => t.Put(0, 4, Valid | SieFlags.Preferred)),
        (ValidityReason.Zone, t => t.Put(StateDescription.ZoneOffset, 2, 0)),
        (ValidityReason.Extent, t => t.Put(StateDescription.MainStorageOriginOffset, 8, Origin)),
        (ValidityReason.Prefix, t => t.Put(StateDescription.PrefixAndBlockingOffset, 4, 0)),
        (ValidityReason.ControlAreaLow, t => t.Put(StateDescription.ScaOriginLowOffset, 4, 0)),
        (ValidityReason.PreferredOrigin, t => t.Put(0, 4, Valid)),
        (ValidityReason.FacilityList, t => t.Put(StateDescription.FacilityListOffset, 4, 0)),
        (ValidityReason.CryptoMissing, t => t.Put(StateDescription.CryptoBlockOffset, 4, Free)),
        (ValidityReason.TransactionBlock, t => t.Put(StateDescription.TransactionBlockOffset, 8, Free)),
        (ValidityReason.VectorArea, t => t.Put(StateDescription.VectorAreaOffset, 8, Free)),
        (ValidityReason.Instrumentation, t => t.Put(StateDescription.InstrumentationBlockOffset, 8, Free)),
        (ValidityReason.ExtensionOrigin, t => t.Put(StateDescription.ExtensionOffset, 8, Free | 8)),
    ];

    private void Put(int offset, int width, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _bench.Storage.Write(Block + (ulong)offset, bytes[^width..]);
    }

    // SIE, then an operation exception of the host.
    private void Run()
    {
        _bench.State->Cr[1] = SegmentTable;
        _bench.State->Gr[2] = Block;
        _bench.Run(Convert.FromHexString("B21420000000"), 100, CpuBench.SupervisorMask);
        Assert.Equal((ushort)ProgramCode.Operation, (ushort)_bench.Storage.Read64(HostPrefix + 0x88));
    }
}
