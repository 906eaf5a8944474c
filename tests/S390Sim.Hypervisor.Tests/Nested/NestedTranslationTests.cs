using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Nested;

/// <summary>A nested guest's addresses: through the tables of its host, and the map of that host's storage.</summary>
public sealed class NestedTranslationTests
{
    private const ulong R1 = 0x8_0000, R2 = 0x8_4000, R3 = 0x8_8000, Segments = 0x8_C000, Pages = 0x9_0000, Size = 0x4000;
    private const ulong Edat = 1UL << 23;

    /// <summary>
    /// Every kind of address space, with the address that the guest starts at and where that is in the host's storage.
    /// </summary>
    [Theory]
    [InlineData("segment", 0x10_0000UL, 0x10_0000UL)]
    [InlineData("region third", 0x1_8010_0000UL, 0x10_0000UL)]
    [InlineData("region second", 0x600_8010_0000UL, 0x10_0000UL)]
    [InlineData("region first", 0x8060_0600_8010_0000UL, 0x10_0000UL)]
    [InlineData("1 MB frame", 0x1_8010_0000UL, 0x20_0000UL)]
    [InlineData("2 GB frame", 0x1_8010_0000UL, 0x10_0000UL)]
    [InlineData("real space", 0x20_0000UL, 0x20_0000UL)]
    public void EveryKindOfSpaceIsShadowed(string kind, ulong origin, ulong there)
    {
        using var level = new KvmLevel();
        level.Prepare("");
        for (var table = R1; table < Pages; table += 8) level.Write64(table, 0x20);
        for (var n = 0UL; n < 256; n++) level.Write64(Pages + n * 8, there + (n << 12));
        level.Write64(R1 + (origin >> 53) * 8, R2 | 0xF);
        level.Write64(R2 + (origin >> 42 & 0x7FF) * 8, R3 | 0xB);
        level.Write64(R3 + (origin >> 31 & 0x7FF) * 8, kind == "2 GB frame" ? 0x400 | 4UL : Segments | 7);
        level.Write64(Segments + (origin >> 20 & 0x7FF) * 8, kind == "1 MB frame" ? there | 0x400 : Pages);
        level.SetControl(0, 0xE0 | Edat);
        level.SetControl(1, kind switch
        {
            "segment" => Segments | 3,
            "region second" => R2 | 0xB,
            "region first" => R1 | 0xF,
            "real space" => 0x20,
            _ => R3 | 7,
        });
        level.Describe(sd => (sd.MainStorageOrigin, sd.MainStorageLimit) = (origin, origin));
        // Stores to two pages, then leaves.
        level.Write(there + HostLevel.GuestCode,
            Convert.FromHexString("C01900012345" + "501034C0" + "C0A900020000" + "5010A010" + "83000044"));
        level.Start();
        Assert.Equal(Interception.Instruction, (Interception)level.Field(sd => sd.InterceptionCode));
        Assert.Equal((0x0001_2345U, 0x0001_2345U),
            ((uint)(level.Read64(there + 0x4C3) >> 32), (uint)(level.Read64(there + 0x2_0010) >> 32)));
    }

    [Theory]
    [InlineData(0x8060_0600_8010_0000UL, ProgramCode.AsceType)]
    [InlineData(0x1_0010_0000UL, ProgramCode.RegionThirdTranslation)]
    [InlineData(0x1_8020_0000UL, ProgramCode.SegmentTranslation)]
    [InlineData(0x1_8030_0000UL, ProgramCode.TranslationSpecification)]
    public void WhatTheTablesRefuseIsTheHostsException(ulong address, ProgramCode code)
    {
        using var bare = HostLevel.Create(isNested: false);
        using var nested = HostLevel.Create(isNested: true);
        foreach (var level in (HostLevel[])[bare, nested])
        {
            level.Prepare("5810A000");
            for (var table = R3; table < Pages; table += 8) level.Write64(table, 0x20);
            for (var n = 0UL; n < 256; n++) level.Write64(Pages + n * 8, HostLevel.Origin + (n << 12));
            level.Write64(R3 + 3 * 8, Segments | 7);
            level.Write64(Segments + 1 * 8, Pages);
            level.Write64(Segments + 3 * 8, Pages | 4);
            level.SetControl(0, 0xE0 | Edat);
            level.SetControl(1, R3 | 7);
            const ulong Origin = 0x1_8010_0000;
            level.Describe(sd => (sd.MainStorageOrigin, sd.MainStorageLimit) = (Origin, ulong.MaxValue));
            level[10] = address - Origin;
            if (address < Origin) level.Describe(sd => (sd.MainStorageOrigin, sd.Prefix) = (0, 0));
            level.Start();
        }
        if (address >= 0x1_8010_0000) Assert.Equal(code, nested.Interruption);
        Assert.Equal((bare.Interruption, bare.Teid, bare.ProgramOld), (nested.Interruption, nested.Teid, nested.ProgramOld));
    }

    /// <summary>A mapping that the host changed is used once it has purged its TLB, in whatever way.</summary>
    [Theory]
    [InlineData("B20D0000")]        // PTLB
    [InlineData("B221005600000000")]    // IPTE with table origin in 5 and address in 6; then the entry is stored anew
    [InlineData("B250000B")]        // CSP that purges
    [InlineData("B20D0000", true)]
    public void APurgeOfTheHostReachesItsGuests(string purge, bool otherCpu = false)
    {
        using var level = new KvmLevel(new("lent") { OffersNesting = true, Cpus = 2 });
        level.Prepare("5810A000" + "83000044");
        level.Write(HostLevel.Origin + 0x3000, [0, 0, 0, 1]);
        level.Write(HostLevel.Origin + 0x4000, [0, 0, 0, 2]);
        level[10] = 0x3000;
        level.Start();
        Assert.Equal(1U, (uint)level[1]);

        level.Describe(sd => sd.PswAddress = HostLevel.GuestCode);
        level.Write64(HostLevel.PageTable + 3 * 8, HostLevel.Origin + 0x4000);
        level[5] = HostLevel.PageTable;
        level[6] = HostLevel.Origin + 0x3000;
        (level[0], level[1], level[11]) = (0, 0, 0x7_0001);      // CSP: compares 0 with 0 at 70000, and purges TLBs
        var code = Convert.FromHexString(purge);
        if (otherCpu)
        {
            var other = level.Bench.Machine.Cpus[1];
            other.Start();
            level.Write(0x7_1000, [.. code, 0xB2, 0xB2, 0x0F, 0xF0]);
            other.Psw = new Psw(HostLevel.Mask, 0x7_1000);
            Assert.Equal(StopReason.Wait, other.Run(ulong.MaxValue));
        }
        else
        {
            Assert.Equal(StopReason.Wait, level.Run(code));
        }
        if (purge.StartsWith("B221", StringComparison.Ordinal))
            level.Write64(HostLevel.PageTable + 3 * 8, HostLevel.Origin + 0x4000);
        level.Start();
        Assert.Equal(2U, (uint)level[1]);
    }

    /// <summary>Another address space of the host is another map.</summary>
    [Fact]
    public void AnotherSpaceIsAnotherMap()
    {
        using var level = new KvmLevel();
        level.Prepare("5810A000" + "83000044");
        level.Write(HostLevel.Origin + 0x3000, [0, 0, 0, 1]);
        level.Write(HostLevel.Origin + 0x10_3000, [0, 0, 0, 2]);
        level.Write(HostLevel.Origin + 0x10_2000, level.Read(HostLevel.Origin + 0x2000, 16));
        level[10] = 0x3000;
        level.Start();
        Assert.Equal(1U, (uint)level[1]);
        level.Write(Segments, level.Read(HostLevel.SegmentTable, 0x1000));
        level.Write64(Segments + 8, Pages);
        for (var n = 0UL; n < 256; n++) level.Write64(Pages + n * 8, HostLevel.Origin + 0x10_0000 + (n << 12));
        level.SetControl(1, Segments);
        level.Describe(sd => sd.PswAddress = HostLevel.GuestCode);
        level.Start();
        Assert.Equal(2U, (uint)level[1]);
    }

    /// <summary>The host has fewer frames than the nested guest touches: pages go and come, and nothing is lost.</summary>
    [Fact]
    public void ANestedGuestIsPaged()
    {
        const ulong Frames = 320, Touched = 400;
        using var level = new KvmLevel(new("lent", GuestSize: 4 << 20) { OffersNesting = true, FrameLimit = Frames });
        // Adds r4 to a word of each of 400 pages from 30000 on, three times over.
        level.Prepare("A7590003" + "C0A900030000" + "A7690190" + "5810A000" + "1A14" + "5010A000" + "A7AB1000"
            + "A767FFF9" + "A757FFF2" + "83000044");
        level.Write64(HostLevel.PageTable + (HostLevel.Missing >> 12) * 8, HostLevel.Origin + HostLevel.Missing);
        level.Write64(HostLevel.SegmentTable + 2 * 8, HostLevel.PageTable + 0x800);
        for (var n = 0UL; n < 256; n++)
            level.Write64(HostLevel.PageTable + 0x800 + n * 8, HostLevel.Origin + 0x10_0000 + (n << 12));
        level.Write64(HostLevel.PageTable + (HostLevel.Protected >> 12) * 8, HostLevel.Origin + HostLevel.Protected);
        level.Describe(sd => sd.MainStorageLimit = HostLevel.Origin + 0x10_0000);
        level[4] = 5;
        level.Start(limit: 1_000_000);
        Assert.Equal(Interception.Instruction, (Interception)level.Field(sd => sd.InterceptionCode));
        for (var n = 0UL; n < Touched; n++) Assert.Equal(15U, (uint)(level.Read64(HostLevel.Origin + 0x3_0000 + n * 4096) >> 32));
        Assert.True(level.Bench.Memory.Paged.Out > Touched);
        Assert.True(level.Bench.Memory.ResidentPages <= Frames);
    }

    /// <summary>What a nested guest stores is in the dirty log of its host's host.</summary>
    [Fact]
    public void AStoreIsInTheDirtyLog()
    {
        using var level = new KvmLevel();
        level.Prepare("5010A000" + "5810A000" + "83000044");
        level[10] = 0x3000;
        level.Start();
        Assert.Equal(SlotStatus.Ok, level.Bench.Memory.SetSlot(0, 0, level.Bench.Memory.Size, SlotFlags.DirtyLog));
        var log = new ulong[MemorySlot.LogWords(level.Bench.Memory.Size)];
        level.Bench.Memory.GetDirtyLog(0, log);
        level.Describe(sd => sd.PswAddress = HostLevel.GuestCode);
        level.Start();
        Assert.Equal(SlotStatus.Ok, level.Bench.Memory.GetDirtyLog(0, log));
        Assert.True(IsSet(HostLevel.Origin + 0x3000));
        Assert.True(IsSet(HostLevel.Block));
        Assert.False(IsSet(HostLevel.Origin + 0x4000));

        bool IsSet(ulong guest) => (log[guest >> 18] >> (int)(guest >> 12 & 63) & 1) != 0;
    }

    /// <summary>
    /// Pages all over a space of 16 EB need more tables than a map may have: it begins anew, and nothing is wrong.
    /// </summary>
    [Fact]
    public void AMapThatIsFullBeginsAnew()
    {
        using var level = new KvmLevel();
        level.Prepare("");
        for (var table = R1; table < Pages; table += 8) level.Write64(table, 0x20);
        // Every region is the same one: the table designates itself at all levels it can, and the rest is one chain.
        for (var n = 0UL; n < 2048; n++) level.Write64(R1 + n * 8, R2 | 0xF);
        for (var n = 0UL; n < 2048; n++) level.Write64(R2 + n * 8, R3 | 0xB);
        for (var n = 0UL; n < 2048; n++) level.Write64(R3 + n * 8, Segments | 7);
        for (var n = 0UL; n < 2048; n++) level.Write64(Segments + n * 8, Pages);
        for (var n = 0UL; n < 256; n++) level.Write64(Pages + n * 8, HostLevel.Origin + (n << 12));
        level.SetControl(1, R1 | 0xF);
        level.Describe(sd => (sd.CpuFlags, sd.MainStorageOrigin) = (sd.CpuFlags | SieFlags.StorageLimitSuppression, 0));
        // 1000 times: next region first and something lower, add 1 to a word there.
        level.Write(HostLevel.Origin + HostLevel.GuestCode,
            Convert.FromHexString("A75903E8" + "A7A80000" + "5810A100" + "A71A0001" + "5010A100" + "B90800AB" + "A757FFF8"
                + "83000044"));
        level[11] = (1UL << 53) + (5UL << 42) + (3UL << 31) + (7UL << 20);
        level.Start(limit: 1_000_000);
        Assert.Equal(Interception.Instruction, (Interception)level.Field(sd => sd.InterceptionCode));
        Assert.Equal(1000U, (uint)(level.Read64(HostLevel.Origin + 0x100) >> 32));
        Assert.True(level.Bench.Machine.NestedExits.HostFaults >= 1000);
    }
}
