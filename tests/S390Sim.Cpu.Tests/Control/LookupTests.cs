using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

/// <summary>LPTEA, STRAG, LRA, TPROT and IVSK in what enhanced DAT changes.</summary>
public sealed unsafe class LookupTests : IDisposable
{
    private const ulong Edat = 1UL << 23;
    private readonly EngineBench _bench = new();

    public LookupTests() => _bench.BuildSpaces();

    private (int Cc, ulong R) Run(string code, ulong address, ulong mask = EngineBench.Dat64)
    {
        _bench.C->Gr[2] = 0xAAAA_AAAA_AAAA_AAAA;
        _bench.C->Gr[9] = address;
        _bench.Put(0x8E, "0000");
        _bench.Run(code, 1, mask);
        int interruption = _bench.Lowcore.ProgramInterruptionCode;
        return (interruption == 0 ? _bench.C->Cc : -interruption, _bench.C->Gr[2]);
    }

    [Theory]
    [InlineData("B9AA0029", 0x40123UL, 0, EngineBench.Pages + 0x40 * 8)]
    [InlineData("B9AA0429", 0x40123UL, 0, EngineBench.Pages + 0x40 * 8)]
    [InlineData("B9AA0029", 0x10_0000UL, 1, EngineBench.Pages + 0x800)]             // protected segment
    [InlineData("B9AA0029", 0x20_0000UL, 2, EngineBench.Segments + 2 * 8)]          // invalid segment
    [InlineData("B9AA0029", 0x30_0000UL, 2, (EngineBench.Segments + 3 * 8) | 4)]    // a protected frame
    [InlineData("B9AA0029", 0x8000_0000UL, 3, 0x38UL)]
    [InlineData("B9AA0229", 0x8000_0000UL, 2, (EngineBench.Thirds + 8) | 1)]        // invalid region
    [InlineData("B9AA0229", 0x200_0000_0000UL, 3, 0x3BUL)]                          // beyond the region table
    [InlineData("B9AA0329", 0x40000UL, -0x13, 0xAAAA_AAAA_AAAA_AAAAUL)]             // real space
    [InlineData("B9AA0529", 0x40000UL, -0x6, 0xAAAA_AAAA_AAAA_AAAAUL)]
    public void Load_page_table_entry_address(string code, ulong address, int cc, ulong expected)
    {
        _bench.C->Cr[0] |= Edat;
        _bench.Storage.Write64(EngineBench.Segments + 1 * 8, EngineBench.Pages | 0x800 | 0x200);
        _bench.Storage.Write64(EngineBench.Segments + 2 * 8, 0x20);
        _bench.Storage.Write64(EngineBench.Segments + 3 * 8, 0x30_0600);
        _bench.C->Cr[7] = EngineBench.Thirds | 0x4 | 0x1;
        _bench.C->Cr[13] = 0x20;
        Assert.Equal((cc, expected), Run(code, address));
    }

    [Theory]
    [InlineData("E50280009000", 0x40123UL, 0x40123UL)]
    [InlineData("E50280009000", 0x30_0456UL, 0x10_0456UL)]
    public void Store_real_address(string code, ulong address, ulong expected)
    {
        _bench.C->Cr[0] |= Edat;
        _bench.Storage.Write64(EngineBench.Segments + 3 * 8, 0x10_0400);
        _bench.C->Gr[8] = 0x50000;
        Run(code, address);
        Assert.Equal(expected, _bench.Storage.Read64(0x50000));
    }

    [Theory]
    [InlineData("E50280009000", 0x50000UL, 0x50_0000UL, "10 6 10000")]
    [InlineData("E50280009000", 0x50000UL, 0x60000UL, "11 6 10000")]
    [InlineData("E50280009000", 0x50004UL, 0x60000UL, "6 6 10006")]
    public void Store_real_address_of_what_is_not_translated(string code, ulong place, ulong address, string expected)
    {
        _bench.Storage.Write64(EngineBench.PageEntry(0x60000), 0x60400);
        _bench.C->Gr[8] = place;
        Run(code, address);
        Assert.Equal(expected, _bench.Interruption);
    }

    [Theory]
    [InlineData(0x1100UL, 0x6_1100UL)]      // the prefix area is real 0-1FFF
    [InlineData(0x6_1100UL, 0x1100UL)]
    [InlineData(0x8_0100UL, 0x8_0100UL)]
    public void The_address_of_a_large_frame_is_absolute(ulong offset, ulong real)
    {
        _bench.C->Cr[0] |= Edat;
        _bench.Storage.Write64(EngineBench.Segments + 3 * 8, 0x400);
        _bench.C->Prefix = 0x6_0000;
        _bench.Storage.Write(0x6_0000, _bench.Storage.Read(0, 0x1000));
        Assert.Equal((0, real), Run("E32090000003", 0x30_0000 | offset));           // LRAG
        _bench.Storage.Write64(offset, 0x77);
        Assert.Equal(0x77UL, Run("E32090000004", 0x30_0000 | offset).R);            // LG
    }

    [Fact]
    public void Two_gigabyte_frames()
    {
        _bench.C->Cr[0] |= Edat;
        _bench.C->Cr[7] = EngineBench.Thirds | 0x7;
        _bench.Storage.Write64(EngineBench.Thirds + 8, 0x404);
        _bench.Storage.Write64(0x12_3450, 0x99);
        Assert.Equal(0x99UL, Run("E32090000004", 0x8012_3450, EngineBench.Dat64 | (2UL << 46)).R);
        Assert.Equal((0, 0x12_3450UL), Run("E32090000003", 0x8012_3450, EngineBench.Dat64 | (2UL << 46)));
    }

    [Theory]
    [InlineData(0x1_2800UL, 0x38, 0x28, 0)]             // of the entry: key 2, fetch protected
    [InlineData(0x1_3000UL, 0x28, 0x30, 1)]
    [InlineData(0x1_3800UL, 0x28, 0x38, 2)]
    [InlineData(0x0_2800UL, 0x30, 0x30, 1)]             // not valid: of the storage key
    public void Keys_of_large_frames(ulong bits, byte key, byte effective, int permitted)
    {
        _bench.C->Cr[0] |= Edat;
        _bench.Storage.Write64(EngineBench.Segments + 3 * 8, 0x30_0400 | bits);
        _bench.Storage.SetKey(0x30_0000, key);
        Assert.Equal(permitted, Run("E50190000020", 0x30_0000).Cc);                 // TPROT with key 2
        Assert.Equal(effective, (byte)Run("B2230029", 0x30_0000).R);                // IVSK
        var mask = EngineBench.Dat64 | (2UL << 52);
        Assert.Equal(permitted == 2 ? 4 : 0, -Math.Min(0, Run("E32090000004", 0x30_0000, mask).Cc));
        Assert.Equal(permitted != 0 ? 4 : 0, -Math.Min(0, Run("E32090000024", 0x30_0000, mask).Cc));
    }

    [Theory]
    [InlineData(EngineBench.Mask64, 0x13)]
    [InlineData(EngineBench.Dat64 | Psw.Problem, 0x2)]
    public void Insert_virtual_storage_key_is_refused(ulong mask, int expected)
        => Assert.Equal(-expected, Run("B2230029", 0x40000, mask).Cc);

    [Theory]
    [InlineData(true, 4, 0x10884UL)]
    [InlineData(false, 0, 0UL)]
    public void Instruction_execution_protection(bool isOn, int code, ulong identification)
    {
        _bench.C->Cr[0] |= Edat | (isOn ? 1UL << 43 : 0);
        _bench.Storage.Write64(EngineBench.PageEntry(0x10000), 0x10100);
        _bench.Storage.Write64(0xA8, 0);
        Run("0700", 0);
        Assert.Equal((code, identification), (_bench.Lowcore.ProgramInterruptionCode, _bench.Lowcore.TranslationException));
    }

    [Fact]
    public void Key_protection_is_told_apart()
    {
        _bench.Storage.SetKey(0x40000, 0x38);
        Run("E32090000004", 0x40000, EngineBench.Dat64 | (2UL << 52));
        Assert.Equal(0x40808UL, _bench.Lowcore.TranslationException);
    }

    public void Dispose() => _bench.Dispose();
}
