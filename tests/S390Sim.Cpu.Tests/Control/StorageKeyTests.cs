using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

public sealed unsafe class StorageKeyTests : IDisposable
{
    private const ulong Block = 0x20_0000;
    private readonly EngineBench _bench = new();

    private void Run(string code, ulong r1, ulong r2, ulong mask = EngineBench.Mask64)
    {
        (_bench.C->Gr[3], _bench.C->Gr[4]) = (r1, r2);
        _bench.Run(code, 1, mask);
    }

    [Theory]
    [InlineData("B22B0034", 0x26, 0x42, 0x42, 2, 0xAAAA_AA42UL)]            // unconditional: R1 and cc stay
    [InlineData("B22B8034", 0x26, 0x42, 0x42, 2, 0xAAAA_AA42UL)]            // nonquiescing
    [InlineData("B22B6034", 0x26, 0x20, 0x26, 0, 0xAAAA_2620UL)]            // neither R nor C counts
    [InlineData("B22B6034", 0x26, 0x28, 0x28, 1, 0xAAAA_2628UL)]            // F differs: all of it
    [InlineData("B22B4034", 0x26, 0x22, 0x26, 0, 0xAAAA_2622UL)]            // R does not count
    [InlineData("B22B4034", 0x24, 0x22, 0x22, 1, 0xAAAA_2422UL)]
    [InlineData("B22B2034", 0x26, 0x24, 0x26, 0, 0xAAAA_2624UL)]            // C does not count
    [InlineData("B22B2034", 0x22, 0x24, 0x24, 1, 0xAAAA_2224UL)]
    [InlineData("B22B0034", 0x26, 0x43, 0x42, 2, 0xAAAA_AA43UL)]            // bit 63 is ignored
    public void Set_storage_key_extended(string code, byte old, byte key, byte expected, int cc, ulong r1)
    {
        _bench.Storage.SetKey(Block, old);
        Run(code, 0xAAAA_AA00UL | key, Block | 0xFFF, EngineBench.Mask64 | (2UL << 44));
        Assert.Equal((expected, cc, r1), (_bench.Storage.Key(Block), _bench.C->Cc, _bench.C->Gr[3]));
    }

    [Theory]
    [InlineData(EngineBench.Mask64, 0x2F_E123UL, 0x30_0123UL, 2)]
    [InlineData(EngineBench.Mask31, 0xFFFF_FFFF_802F_E123UL, 0xFFFF_FFFF_0030_0123UL, 2)]
    [InlineData(0UL, 0xFF2F_E123UL, 0x30_0123UL, 2)]
    [InlineData(EngineBench.Mask64, 0x20_0000UL, 0x30_0000UL, 256)]
    public void Multiple_blocks_up_to_a_megabyte(ulong mask, ulong address, ulong next, int count)
    {
        Run("B22B1034", 0x38, address, mask);
        Assert.Equal(next, _bench.C->Gr[4]);
        Assert.Equal(count, Enumerable.Range(0x200, 0x110).Count(n => _bench.Storage.Key((ulong)n << 12) == 0x38));
    }

    [Fact]
    public void Blocks_that_are_not_there_end_it_with_the_address_of_the_first()
    {
        Run("B22B1034", 0x38, 0x3F_F000);
        Assert.Equal(0x40_0000UL, _bench.C->Gr[4]);
        Run("B22B1034", 0x38, 0x40_0000);
        Assert.Equal("5 4 10004", _bench.Interruption);
        Assert.Equal(0x40_0000UL, _bench.C->Gr[4]);
    }

    [Fact]
    public void Without_the_facilities_the_options_do_nothing()
    {
        using var bench = new S390Sim.Testing.CpuBench(facilities: new FacilitySet([0, 1, 2]));
        (bench.State->Gr[3], bench.State->Gr[4]) = (0x20, Block);
        bench.Storage.SetKey(Block, 0x26);
        bench.Run([0xB2, 0x2B, 0xF0, 0x34]);
        Assert.Equal((0x20, 0x20UL, Block), (bench.Storage.Key(Block), bench.State->Gr[3], bench.State->Gr[4]));
        Assert.Equal(0, bench.Storage.Key(Block + 0x1000));
    }

    [Fact]
    public void Keys_are_those_of_real_addresses()
    {
        _bench.C->Prefix = 0x6_0000;
        _bench.Storage.SetKey(0x6_1000, 0x46);
        Run("B2290034", 0xFFFF, 0x1FFF);                // ISKE
        Assert.Equal(0xFF46UL, _bench.C->Gr[3]);
    }

    [Theory]
    [InlineData(0x40, 0)]
    [InlineData(0x42, 1)]
    [InlineData(0x4C, 2)]
    [InlineData(0x4E, 3)]
    public void Reset_reference_bit_extended(byte key, int cc)
    {
        _bench.Storage.SetKey(Block, key);
        Run("B22A0034", 0, Block | 0x10);
        Assert.Equal((cc, key & ~4), (_bench.C->Cc, _bench.Storage.Key(Block)));
    }

    [Fact]
    public void Reset_reference_bits_multiple()
    {
        _bench.C->Prefix = 0x20_0000;                   // absolute addresses: no prefixing
        _bench.Storage.Write(0x20_0000, _bench.Storage.Read(0, 0x1000));
        int[] referred = [0, 1, 33, 63];
        foreach (var n in referred) _bench.Storage.SetKey(0x24_0000 + (ulong)n * 0x1000, 0x56);
        _bench.Storage.SetKey(0x24_2000, 0x52);
        _bench.Storage.SetKey(0x28_0000, 0x56);
        Run("B9AE0034", 0, 0x27_FFFF);
        Assert.Equal(0xC000_0000_4000_0001UL, _bench.C->Gr[3]);
        Assert.All(referred, n => Assert.Equal(0x52, _bench.Storage.Key(0x24_0000 + (ulong)n * 0x1000)));
        Assert.Equal((0x52, 0x56), (_bench.Storage.Key(0x24_2000), _bench.Storage.Key(0x28_0000)));
    }

    [Theory]
    [InlineData(0x2_0056UL, 0x56, false)]
    [InlineData(0x1_0056UL, 0x20, true)]
    [InlineData(0x3_0856UL, 0x56, true)]
    [InlineData(0x2_0620UL, 0x26, false)]               // only R and C differ, and neither counts
    [InlineData(0x2_8656UL, 0x56, false)]
    public void Frame_management_of_4_KB(ulong control, byte key, bool isCleared)
    {
        _bench.Storage.SetKey(Block, control == 0x2_0620 ? (byte)0x26 : (byte)0x20);
        _bench.Storage.Write64(Block + 0xFF8, 1);
        _bench.C->Prefix = 0x6_0000;
        _bench.Storage.Write(0x6_0000, _bench.Storage.Read(0, 0x1000));
        Run("B9AF0034", control, Block | 0x123);
        Assert.Equal((key, isCleared ? 0UL : 1, Block | 0x123),
            (_bench.Storage.Key(Block), _bench.Storage.Read64(Block + 0xFF8), _bench.C->Gr[4]));
    }

    [Theory]
    [InlineData(EngineBench.Mask64, 0x1F_E123UL, 0x20_0000UL)]
    [InlineData(EngineBench.Mask31, 0xAAAA_AAAA_801F_E123UL, 0xAAAA_AAAA_0020_0000UL)]
    public void Frame_management_of_1_MB(ulong mask, ulong address, ulong next)
    {
        _bench.Storage.Write64(0x1F_DFF8, 1);
        _bench.Storage.Write64(0x1F_E000, 1);
        _bench.Storage.Write64(0x1F_FFF8, 1);
        Run("B9AF0034", 0x3_1070, address, mask);
        Assert.Equal(next, _bench.C->Gr[4]);
        Assert.Equal([1UL, 0, 0], new ulong[] { 0x1F_DFF8, 0x1F_E000, 0x1F_FFF8 }.Select(_bench.Storage.Read64));
        ulong[] blocks = [0x1F_D000, 0x1F_E000, 0x1F_F000, 0x20_0000];
        Assert.Equal([0, 0x70, 0x70, 0], blocks.Select(a => (int)_bench.Storage.Key(a)));
    }

    [Fact]
    public void Frame_management_of_2_GB_is_interruptible_and_ends_where_storage_does()
    {
        (_bench.C->Gr[3], _bench.C->Gr[4]) = (0x2_2070, 0x10_0000);
        _bench.Run("B9AF0034", 3);
        Assert.Equal((0x40_0000UL, EngineBench.Code), (_bench.C->Gr[4], _bench.C->PswAddress));
        _bench.Go(EngineBench.Code, 1);
        Assert.Equal("5 4 10004", _bench.Interruption);
        Assert.Equal((0, 0x70), (_bench.Storage.Key(0xF_F000), _bench.Storage.Key(0x10_0000)));
        Assert.Equal(0x70, _bench.Storage.Key(0x3F_F000));
    }

    [Theory]
    [InlineData(0x1UL, EngineBench.Mask64)]
    [InlineData(0x100UL, EngineBench.Mask64)]
    [InlineData(0x4_0000UL, EngineBench.Mask64)]
    [InlineData(0x8000_0000UL, EngineBench.Mask64)]
    [InlineData(0x3000UL, EngineBench.Mask64)]
    [InlineData(0x7000UL, EngineBench.Mask64)]
    [InlineData(0x2000UL, 0UL)]                         // 2 GB in the 24-bit mode
    public void Frame_management_that_is_not_specified(ulong control, ulong mask)
    {
        Run("B9AF0034", control, Block, mask);
        Assert.Equal("6 4 10004", _bench.Interruption);
    }

    [Fact]
    public void Test_block_clears()
    {
        _bench.Storage.Write64(Block + 8, 1);
        _bench.C->Gr[0] = 1;
        Run("B22C0034", 0, Block | 0x123);
        Assert.Equal((0UL, 0UL, 0), (_bench.Storage.Read64(Block + 8), _bench.C->Gr[0], _bench.C->Cc));
    }

    public void Dispose() => _bench.Dispose();
}
