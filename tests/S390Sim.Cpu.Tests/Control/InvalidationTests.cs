using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

public sealed unsafe class InvalidationTests : IDisposable
{
    private const string Load = "E32090000004";     // LG 2,0(9)
    private const ulong Secondary = EngineBench.Dat64 | (2UL << 46);
    private readonly EngineBench _bench = new();

    public InvalidationTests() => _bench.BuildSpaces();

    // Loads every page, changes entries behind the TLB's back, executes, and tells which pages are still known.
    private ulong[] Known(string code, ulong mask, Action change, params ulong[] pages)
    {
        foreach (var page in pages) Assert.True(Try(page, mask));
        change();
        _bench.Run(code, 1, mask);
        Assert.Equal("0 0 0", _bench.Interruption);
        return [.. pages.Where(page => Try(page, mask))];
    }

    private bool Try(ulong address, ulong mask)
    {
        _bench.C->LoadPsw(new Psw(mask, EngineBench.Code));
        return _bench.C->Load64(address, 0, out _);
    }

    private void Spoil(params ulong[] pages)
    {
        foreach (var page in pages) _bench.Storage.Write64(EngineBench.PageEntry(page), 0x400);
    }

    [Theory]
    [InlineData("B2210034", 0UL, new ulong[] { 0x41000, 0x42000, 0x50000, 0x7_0000 })]                     // 40 only
    [InlineData("B2215034", 1UL, new ulong[] { 0x42000, 0x50000, 0x7_0000 })]                              // 40 and 41
    [InlineData("B2215034", 0xFFFF_FF10UL, new ulong[] { 0x7_0000 })]                                      // 40 to 50
    [InlineData("B2215134", 0x10UL, new ulong[] { 0x7_0000 })]                                             // locally
    public void Invalidate_page_table_entries(string code, ulong more, ulong[] expected)
    {
        _bench.C->Gr[3] = EngineBench.Pages | 0x7FF;
        _bench.C->Gr[4] = 0xFFFF_FFFF_0004_0FFF;
        _bench.C->Gr[5] = more;
        Assert.Equal(expected, Known(code, EngineBench.Dat64, () => Spoil(0x41000, 0x42000, 0x50000, 0x7_0000),
            0x40000, 0x41000, 0x42000, 0x50000, 0x7_0000));
        Assert.Equal(0x40400UL, _bench.Storage.Read64(EngineBench.PageEntry(0x40000)));
        Assert.Equal(6, _bench.Storage.Key(EngineBench.Pages) & 6);
    }

    [Fact]
    public void A_page_table_in_two_segments_is_invalidated_in_both()
    {
        _bench.Storage.Write64(EngineBench.Segments + 2 * 8, EngineBench.Pages);
        _bench.C->Gr[3] = EngineBench.Pages;
        _bench.C->Gr[4] = 0x40000;
        Assert.Equal([0x24_1000UL], Known("B2210034", EngineBench.Dat64, () => Spoil(0x41000), 0x40000, 0x24_0000, 0x24_1000));
    }

    [Fact]
    public void A_range_ends_with_the_page_table()
    {
        _bench.C->Gr[3] = EngineBench.Pages;
        _bench.C->Gr[4] = 0xF0000;
        _bench.C->Gr[5] = 0x10;
        _bench.Run("B2215034", 1);
        Assert.Equal("6 4 10004", _bench.Interruption);
        _bench.C->Gr[5] = 0xF;
        Assert.Equal(StopReason.InstructionLimit, _bench.Run("B2215034", 1));
        Assert.Equal(0xFF400UL, _bench.Storage.Read64(EngineBench.PageEntry(0xFF000)));
    }

    [Theory]
    [InlineData("B98E0034", 0x10_0000UL, 0x27UL, new ulong[] { 0x40000, 0x20_0000, 0x30_0000 })]            // a segment
    [InlineData("B98E0034", 0x10_0001UL, 0x27UL, new ulong[] { 0x40000, 0x30_0000 })]                       // and the next
    [InlineData("B98E0134", 0x10_0001UL, 0x27UL, new ulong[] { 0x40000, 0x30_0000 })]
    [InlineData("B98E6034", 0x800UL, 0x7UL, new ulong[] { })]                                               // by ASCE
    public void Invalidate_segment_table_entries(string code, ulong address, ulong secondEntry, ulong[] expected)
    {
        _bench.C->Gr[3] = EngineBench.Segments | 0x3;
        _bench.C->Gr[4] = address;
        _bench.C->Gr[6] = EngineBench.Segments | 0x3;
        Assert.Equal(expected, Known(code, EngineBench.Dat64, () => { Spoil(0x40000); SpoilSegments(); },
            0x40000, 0x10_0000, 0x20_0000, 0x30_0000));
        Assert.Equal(secondEntry & 0x20, _bench.Storage.Read64(EngineBench.Segments + 8) & 0x20);

        void SpoilSegments() => Spoil(0x10_0000, 0x20_0000, 0x30_0000);
    }

    [Theory]
    [InlineData(EngineBench.Thirds | 0x7, 31)]
    [InlineData(EngineBench.Seconds | 0xB, 42)]
    [InlineData(EngineBench.Firsts | 0xF, 53)]
    public void Invalidate_region_table_entries(ulong table, int shift)
    {
        _bench.C->Cr[7] = table;
        _bench.C->Gr[3] = table;
        _bench.C->Gr[4] = 5UL << shift;
        _bench.C->Gr[9] = 0x40000;
        _bench.Run(Load + "B98E0034" + Load, 3, Secondary);
        Assert.Equal(0x20UL, _bench.Storage.Read64((table & ~0xFFFUL) + 5 * 8) & 0x20);
        Assert.Equal("0 0 0", _bench.Interruption);
        _bench.C->Gr[4] = 0;
        _bench.Run("B98E0034" + Load, 2, Secondary);
        Assert.Equal(0x39 + (53 - shift) / 11, _bench.Lowcore.ProgramInterruptionCode);
    }

    [Fact]
    public void Indexes_wrap_around_at_the_end_of_a_region_table()
    {
        _bench.C->Gr[3] = EngineBench.Firsts | 0xF;
        _bench.C->Gr[4] = (2047UL << 53) | 2;
        _bench.Run("B98E0034");
        Assert.All(new ulong[] { 2047, 0, 1 },
            n => Assert.Equal(0x20UL, _bench.Storage.Read64(EngineBench.Firsts + n * 8) & 0x20));
    }

    [Theory]
    [InlineData(0x1000UL)]
    [InlineData(0x8_0800UL)]
    public void Bits_that_must_be_zero(ulong address)
    {
        _bench.C->Gr[4] = address;
        _bench.Run("B98E0034");
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Fact]
    public void A_table_that_ends_outside_of_storage_stays_as_it_is()
    {
        const ulong Origin = (4 << 20) - 0x1000;
        _bench.C->Gr[3] = Origin;
        _bench.C->Gr[4] = (511UL << 20) | 1;
        _bench.Run("B98E0034");
        Assert.Equal("5 4 10004", _bench.Interruption);
        Assert.Equal(0UL, _bench.Storage.Read64(Origin + 511 * 8));
    }

    [Theory]
    [InlineData("B2500034", 4)]
    [InlineData("B98A0034", 8)]
    public void Compare_and_swap_and_purge(string code, int size)
    {
        var (old, replacement) = size == 4
            ? (0x11223344UL << 32, 0x55667788UL << 32) : (0x1122334411223344UL, 0x5566778855667788UL);
        var shift = size == 4 ? 32 : 0;
        _bench.Storage.Write64(0x40000, old);
        _bench.C->Gr[2] = old >> shift;
        _bench.C->Gr[3] = replacement >> shift;
        _bench.C->Gr[4] = 0x40001;
        code = code.Replace("34", "24");
        Assert.Empty(Known(code, EngineBench.Dat64, () => Spoil(0x41000), 0x41000));
        Assert.Equal(replacement, _bench.Storage.Read64(0x40000));
        Assert.Equal([0x42000UL], Known(code, EngineBench.Dat64, () => Spoil(0x42000), 0x42000));
        Assert.Equal(replacement >> shift, _bench.C->Gr[2]);
        _bench.Run(code);
        Assert.Equal(0, _bench.C->Cc);
        _bench.C->Gr[2]++;
        _bench.Run(code);
        Assert.Equal(1, _bench.C->Cc);
    }

    [Theory]
    [InlineData("B2500034")]
    [InlineData("B98A0034")]
    [InlineData("B98F0034")]
    public void Odd_registers(string code)
    {
        _bench.Run(code);
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Theory]
    [InlineData(EngineBench.Pages, 0x10_3000UL, 3)]
    [InlineData(EngineBench.Segments | 0x10, 0x30_0000UL, 3)]
    [InlineData(EngineBench.Thirds | 0x14, 3UL << 31, 3)]
    [InlineData(EngineBench.Seconds | 0x18, 3UL << 42, 3)]
    [InlineData(EngineBench.Firsts | 0x1C, 3UL << 53, 3)]
    public void Compare_and_replace_dat_table_entry(ulong table, ulong address, int index)
    {
        var place = (table & ~0xFFFUL) + (ulong)index * 8;
        var old = _bench.Storage.Read64(place);
        (_bench.C->Gr[2], _bench.C->Gr[3]) = (old ^ 1, 0x1234_5000);
        (_bench.C->Gr[4], _bench.C->Gr[5]) = (table, address);
        _bench.Run("B98F0024");
        Assert.Equal((1, old, old), (_bench.C->Cc, _bench.C->Gr[2], _bench.Storage.Read64(place)));
        _bench.Run("B98F6124");
        Assert.Equal((0, old, 0x1234_5000UL), (_bench.C->Cc, _bench.C->Gr[2], _bench.Storage.Read64(place)));
    }

    [Theory]
    [InlineData(0x4UL)]
    [InlineData(0x8UL)]
    [InlineData(0xCUL)]
    public void Types_of_tables_that_are_not_assigned(ulong type)
    {
        _bench.C->Gr[4] = EngineBench.Pages | type;
        _bench.Run("B98F0024");
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Fact]
    public void Replacing_a_page_table_entry_clears_its_translations()
    {
        (_bench.C->Gr[2], _bench.C->Gr[3]) = (0x400, 0x40400);
        (_bench.C->Gr[4], _bench.C->Gr[5]) = (EngineBench.Pages, 0x40000);
        Assert.Equal([0x41000UL], Known("B98F0024", EngineBench.Dat64, () => Spoil(0x40000, 0x41000), 0x40000, 0x41000));
    }

    [Fact]
    public void A_change_of_a_key_leaves_other_translations()
    {
        (_bench.C->Gr[3], _bench.C->Gr[4]) = (0, 0x42000);
        Assert.Equal([0x40000UL, 0x41000UL], Known("B22B0034", EngineBench.Dat64, () => Spoil(0x40000, 0x41000, 0x42000),
            0x40000, 0x41000, 0x42000));
    }

    public void Dispose() => _bench.Dispose();
}
