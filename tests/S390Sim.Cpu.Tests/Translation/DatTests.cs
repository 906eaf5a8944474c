using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Translation;

public sealed unsafe class DatTests : IDisposable
{
    private const string Load = "E32090000004", Store = "E32090000024";     // LG and STG of GR2 at 0(GR9)
    private readonly EngineBench _bench = new();

    public DatTests() => _bench.BuildSpaces();

    private string Access(string code, ulong address, ulong mask = EngineBench.Dat64)
    {
        _bench.C->Gr[9] = address;
        _bench.Put(0x8E, "0000");
        _bench.Lowcore.Bytes.Slice(0xA8, 8).Clear();
        _bench.Run(code, 1, mask);
        var lowcore = _bench.Lowcore;
        return lowcore.ProgramInterruptionCode == 0 ? "" : $"{lowcore.ProgramInterruptionCode:x} {lowcore.TranslationException:x}";
    }

    [Theory]
    [InlineData(EngineBench.Segments | 0x3, 0x40000UL, "")]
    [InlineData(EngineBench.Segments | 0x3, 0x8000_0000UL, "38 80000800")]                          // beyond 2 GB
    [InlineData(EngineBench.Thirds | 0x7, 0x40000UL, "")]
    [InlineData(EngineBench.Thirds | 0x7, 0x400_0000_0000UL, "38 40000000800")]                     // beyond 4 TB
    [InlineData(EngineBench.Thirds | 0x7, 0x8000_0000UL, "3b 80000800")]
    [InlineData(EngineBench.Seconds | 0xB, 0x40000UL, "")]
    [InlineData(EngineBench.Seconds | 0xB, 0x400_0000_0000UL, "3a 40000000800")]
    [InlineData(EngineBench.Seconds | 0xB, 0x20_0000_0000_0000UL, "38 20000000000800")]             // beyond 8 PB
    [InlineData(EngineBench.Firsts | 0xF, 0x40000UL, "")]
    [InlineData(EngineBench.Firsts | 0xF, 0x20_0000_0000_0000UL, "39 20000000000800")]
    [InlineData(EngineBench.Segments | 0x3, 0x50_0000UL, "10 500800")]
    [InlineData(EngineBench.Segments, 0x2000_0000UL, "10 20000800")]                                // beyond 512 entries
    [InlineData(EngineBench.Thirds | 0x4, 0x100_0000_0000UL, "3b 10000000800")]
    [InlineData(0xFFFF_F000UL | 0x3, 0x40000UL, "5 0")]                                             // a table that is not there
    [InlineData(EngineBench.Thirds | 0xB, 0x40000UL, "12 0")]                                       // types that do not fit
    public void Every_type_of_asce(ulong asce, ulong address, string expected)
    {
        // Instructions come from the primary space, the operand from the secondary one.
        _bench.C->Cr[7] = asce;
        _bench.C->PurgeTlb();
        var space = expected.EndsWith("800", StringComparison.Ordinal) ? $"{expected[..^3]}802" : expected;
        Assert.Equal(space, Access(Load, address, EngineBench.Dat64 | (2UL << 46)));
    }

    [Fact]
    public void Table_offsets_shut_out_what_is_below()
    {
        _bench.Storage.Write64(EngineBench.Thirds, EngineBench.Segments | 0x40 | 0x7);
        _bench.C->Cr[7] = EngineBench.Thirds | 0x7;
        Assert.Equal("10 40802", Access(Load, 0x40000, EngineBench.Dat64 | (2UL << 46)));
    }

    [Theory]
    [InlineData(0x40400UL, Load, "11 40800")]
    [InlineData(0x40400UL, Store, "11 40400")]
    [InlineData(0x40200UL, Load, "")]
    [InlineData(0x40200UL, Store, "4 40404")]
    [InlineData(0x40800UL, Load, "12 0")]
    [InlineData(0x40100UL, Load, "12 0")]               // bit 55 without enhanced DAT
    public void Page_table_entries(ulong entry, string code, string expected)
    {
        _bench.Storage.Write64(EngineBench.PageEntry(0x40000), entry);
        Assert.Equal(expected, Access(code, 0x40000));
    }

    [Theory]
    [InlineData(false, "12 0")]
    [InlineData(true, "")]
    public void Change_recording_override_needs_edat(bool edat, string expected)
    {
        if (edat) _bench.C->Cr[0] |= 1UL << 23;
        _bench.Storage.Write64(EngineBench.PageEntry(0x40000), 0x40100);
        Assert.Equal(expected, Access(Store, 0x40000));
    }

    [Fact]
    public void Segment_protection_needs_no_edat()
    {
        _bench.Storage.Write64(EngineBench.Segments, EngineBench.Pages | 0x200);
        Assert.Equal("4 40404", Access(Store, 0x40000));
        Assert.Equal("", Access(Load, 0x40000));
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "5 0")]                          // the frame's address is taken for a page table
    public void Large_frames_need_edat(bool edat, string expected)
    {
        if (edat) _bench.C->Cr[0] |= 1UL << 23;
        // Entry 2 maps its megabyte to the third one; as a page-table origin 0x700000 is not installed.
        _bench.Storage.Write64(EngineBench.Segments + 2 * 8, edat ? 0x30_0400UL : 0x70_0400);
        _bench.Storage.Write64(0x30_1238, 0x1234);
        Assert.Equal(expected, Access(Load, 0x20_1238));
        if (edat) Assert.Equal(0x1234UL, _bench.C->Gr[2]);
    }

    [Theory]
    [InlineData(true, "4 40406")]
    [InlineData(false, "")]
    public void Region_protection_needs_edat(bool edat, string expected)
    {
        if (edat) _bench.C->Cr[0] |= 1UL << 23;
        _bench.Storage.Write64(EngineBench.Thirds, EngineBench.Segments | 0x207);
        _bench.C->Cr[7] = EngineBench.Thirds | 0x7;
        Assert.Equal(expected, Access(Store, 0x40000, EngineBench.Dat64 | (2UL << 46)));
    }

    [Fact]
    public void A_common_segment_has_no_place_in_a_private_space()
    {
        _bench.Storage.Write64(EngineBench.Segments, EngineBench.Pages | 0x10);
        Assert.Equal("", Access(Load, 0x40000));
        _bench.C->Cr[7] = EngineBench.Segments | 0x103;
        Assert.Equal("12 0", Access(Load, 0x40000, EngineBench.Dat64 | (2UL << 46)));
    }

    [Fact]
    public void A_real_space_uses_no_tables()
    {
        _bench.C->Cr[7] = 0x20;
        _bench.Storage.Write64(0x40000, 0x77);
        Assert.Equal("", Access(Load, 0x40000, EngineBench.Dat64 | (2UL << 46)));
        Assert.Equal(0x77UL, _bench.C->Gr[2]);
    }

    [Fact]
    public void Invalidation_is_seen_at_once()
    {
        Assert.Equal("", Access(Load, 0x40000));
        _bench.C->Gr[3] = EngineBench.Pages;
        _bench.C->Gr[4] = _bench.C->Gr[9] = 0x40000;
        _bench.Run("B2210034" + Load, 2, EngineBench.Dat64);
        Assert.Equal("11 6 10004", _bench.Interruption);
        Assert.Equal(0x40400UL, _bench.Storage.Read64(EngineBench.PageEntry(0x40000)));
        Assert.Equal(6, _bench.Storage.Key(EngineBench.Pages) & 6);
    }

    [Theory]
    [InlineData("B20D0000")]                            // PTLB
    [InlineData("B2100800")]                            // SPX
    public void A_purge_forgets_translations(string purge)
    {
        var mask = EngineBench.Dat64 | (2UL << 46);
        _bench.C->Gr[8] = 0x41000;
        _bench.C->Cr[1] = EngineBench.Segments | 0x3;
        _bench.Storage.Write64(0x41000, EngineBench.Segments | 0x3);
        Assert.Equal("", Access(Load, 0x40000, mask));
        _bench.Storage.Write64(EngineBench.PageEntry(0x40000), 0x40400);
        _bench.Run(purge + Load, 2, mask);
        Assert.Equal(0x11, _bench.Lowcore.ProgramInterruptionCode);
    }

    [Fact]
    public void Spaces_keep_their_translations_apart()
    {
        // A second set of tables maps the page elsewhere.
        const ulong OtherSegments = 0x3C000, OtherPages = 0x3E000;
        for (ulong n = 0; n < 256; n++) _bench.Storage.Write64(OtherPages + n * 8, n << 12);
        _bench.Storage.Write64(OtherPages + 0x40 * 8, 0x50000);
        _bench.Storage.Write64(OtherSegments, OtherPages);
        _bench.C->Cr[7] = OtherSegments;
        _bench.Storage.Write64(0x40000, 1);
        _bench.Storage.Write64(0x50000, 2);
        _bench.C->Cr[0] |= 1UL << 26;
        _bench.C->Gr[9] = 0x40000;
        // LG 2; SAC secondary; LG 3; SAC primary; LG 4; SAC access register with AR 9 = 1; LG 5
        _bench.C->Ar[9] = 1;
        _bench.Run("E32090000004 B2190100 E33090000004 B2190000 E34090000004 B2190200 E35090000004", 7, EngineBench.Dat64);
        Assert.Equal(0, _bench.Lowcore.ProgramInterruptionCode);
        Assert.Equal([1UL, 2, 1, 2], Enumerable.Range(2, 4).Select(n => _bench.C->Gr[n]));
    }

    [Theory]
    [InlineData("B1209000", EngineBench.Dat64, 0x40123UL, 0, 0x40123UL)]
    [InlineData("B1209000", EngineBench.Dat64, 0x50_0000UL, 1, EngineBench.Segments + 5 * 8)]
    [InlineData("B1209000", EngineBench.Dat64, 0x60000UL, 2, EngineBench.Pages + 0x60 * 8)]
    [InlineData("B1209000", EngineBench.Dat64, 0x8000_0000UL, 3, 0xFFFF_FFFF_8000_0038UL)]
    [InlineData("B1209000", EngineBench.Mask31 | Psw.Dat, 0x60000UL, 2, 0xFFFF_FFFF_0000_0000UL | (EngineBench.Pages + 0x60 * 8))]
    [InlineData("E32090000003", EngineBench.Dat64, 0x40123UL, 0, 0x40123UL)]
    public void Load_real_address(string code, ulong mask, ulong address, int cc, ulong expected)
    {
        _bench.Storage.Write64(EngineBench.PageEntry(0x60000), 0x60400);
        _bench.C->Gr[2] = ulong.MaxValue;
        Assert.Equal("", Access(code, address, mask));
        Assert.Equal((cc, expected), (_bench.C->Cc, _bench.C->Gr[2]));
    }

    [Fact]
    public void Load_real_address_that_is_suppressed_leaves_the_condition_code()
    {
        _bench.Storage.Write64(EngineBench.PageEntry(0x60000), 0x1_0006_0000);
        Assert.Equal("13 0", Access("B1209000", 0x60000, EngineBench.Mask31 | Psw.Dat | (2UL << 44)));
        Assert.Equal(2, _bench.Old.ConditionCode);
    }

    [Fact]
    public void An_invalid_entry_at_address_0_is_an_entry()
    {
        // The segment table lies at absolute 0: what is there is an invalid entry as long as bit 58 is one.
        _bench.Storage.Write64(0, 0x20);
        _bench.C->Cr[7] = 0;
        Assert.Equal("", Access("E32090000003", 0, EngineBench.Dat64 | (2UL << 46)));
        Assert.Equal((1, 0UL), (_bench.C->Cc, _bench.C->Gr[2]));
    }

    public void Dispose() => _bench.Dispose();
}
