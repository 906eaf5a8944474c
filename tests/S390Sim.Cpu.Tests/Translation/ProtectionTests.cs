using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Translation;

public sealed unsafe class ProtectionTests : IDisposable
{
    private const string Load = "E32090000004", Store = "E32090000024";
    private const ulong Key2 = 2UL << 52;
    private readonly EngineBench _bench = new();

    private int Access(string code, ulong address, ulong mask = EngineBench.Mask64, int instructions = 1)
    {
        _bench.C->Gr[9] = address;
        _bench.Put(0x8E, "0000");
        _bench.Run(code, instructions, mask);
        return _bench.Lowcore.ProgramInterruptionCode;
    }

    private byte Bits(ulong address) => (byte)(_bench.Storage.Key(address) & 6);

    [Theory]
    [InlineData(0x1F8UL, true)]
    [InlineData(0x200UL, false)]
    [InlineData(0xFF8UL, false)]
    [InlineData(0x1000UL, true)]
    [InlineData(0x11F8UL, true)]
    [InlineData(0x1200UL, false)]
    public void Low_address_protection(ulong address, bool isProtected)
    {
        // A store elsewhere in the block first: what it leaves in the TLB must not let the next one through.
        _bench.C->Cr[0] |= 1UL << 28;
        Assert.Equal(0, Access(Store, (address & ~0xFFFUL) | 0xE00));
        Assert.Equal(isProtected ? 4 : 0, Access(Store, address));
        if (isProtected) Assert.Equal((address & ~0xFFFUL) | 0x480, _bench.Lowcore.TranslationException);
        Assert.Equal(0, Access(Load, address));
    }

    [Fact]
    public void Low_address_protection_spares_private_spaces()
    {
        _bench.BuildSpaces();
        _bench.C->Cr[0] |= 1UL << 28;
        Assert.Equal(4, Access(Store, 0x100, EngineBench.Dat64));
        _bench.C->Cr[1] |= 0x100;
        _bench.C->PurgeTlb();
        Assert.Equal(0, Access(Store, 0x100, EngineBench.Dat64));
    }

    [Theory]
    [InlineData("B22C0009", 0x1000UL, 4)]               // TB
    [InlineData("B22C0009", 0x2000UL, 0)]
    [InlineData("B9AF0089", 0x1000UL, 4)]               // PFMF, clearing
    [InlineData("B9AF0089", 0x2000UL, 0)]
    [InlineData("B2460029", 0x1000UL, 4)]               // STURA
    public void Low_address_protection_of_real_addresses(string code, ulong address, int expected)
    {
        _bench.C->Cr[0] |= 1UL << 28;
        _bench.C->Gr[8] = 0x1_0000;
        Assert.Equal(expected, Access(code, address));
    }

    [Theory]
    [InlineData(0x20, Load, 0)]
    [InlineData(0x20, Store, 0)]
    [InlineData(0x30, Load, 0)]
    [InlineData(0x30, Store, 4)]
    [InlineData(0x38, Load, 4)]
    [InlineData(0x98, Load, 4)]
    public void Key_controlled_protection(byte key, string code, int expected)
    {
        _bench.Storage.SetKey(EngineBench.Data, key);
        Assert.Equal(expected, Access(code, EngineBench.Data, EngineBench.Mask64 | Key2));
        Assert.Equal(0, Access(code, EngineBench.Data));
    }

    [Fact]
    public void Storage_protection_override_opens_key_9()
    {
        _bench.C->Cr[0] |= 1UL << 24;
        _bench.Storage.SetKey(EngineBench.Data, 0x98);
        Assert.Equal(0, Access(Store, EngineBench.Data, EngineBench.Mask64 | Key2));
    }

    [Theory]
    [InlineData(0x7F8UL, 0)]
    [InlineData(0x800UL, 4)]
    public void Fetch_protection_override_ends_at_2048(ulong address, int expected)
    {
        _bench.C->Cr[0] |= 1UL << 25;
        _bench.Storage.SetKey(0, 0x38);
        Assert.Equal(0, Access(Load, 0x700, EngineBench.Mask64 | Key2));
        Assert.Equal(expected, Access(Load, address, EngineBench.Mask64 | Key2));
    }

    [Fact]
    public void Fetch_protection_override_ends_at_2048_for_instructions_too()
    {
        _bench.C->Cr[0] |= 1UL << 25;
        _bench.Storage.SetKey(0, 0x38);
        _bench.Put(0x600, "A7F40800");                  // over 1600
        _bench.Put(0x1600, "A7F4F900");                 // to 800
        _bench.Go(0x600, 3, EngineBench.Mask64 | Key2);
        Assert.Equal("4 2 802", _bench.Interruption);
    }

    [Fact]
    public void A_key_change_is_seen_by_the_next_access()
    {
        _bench.C->Gr[3] = 0x38;
        _bench.C->Gr[4] = EngineBench.Data;
        // STG; SPKA 0; SSKE 3,4; SPKA 2; STG
        Assert.Equal(4, Access(Store + "B20A0000 B22B0034 B20A0020" + Store, EngineBench.Data, EngineBench.Mask64, 5));
        Assert.Equal(EngineBench.Code + 24, _bench.Old.Address);
    }

    [Fact]
    public void A_key_that_forbids_the_next_instruction_stops_there()
    {
        _bench.Storage.SetKey(EngineBench.Code, 0x38);
        _bench.Run("B20A0020 0700", 2);                 // SPKA 2
        Assert.Equal("4 2 10006", _bench.Interruption);
    }

    [Fact]
    public void Reference_and_change_bits()
    {
        const ulong Data = EngineBench.Data;
        Access(Load, Data);
        Assert.Equal(4, Bits(Data));
        Access(Store, Data);
        Assert.Equal(6, Bits(Data));
        // RRBE 0,9; LG; RRBE again sees the reference; SSKE clears both; STG sets both although the TLB knew the page.
        Access("B22A0009" + Load + "B22A0009", Data, EngineBench.Mask64, 3);
        Assert.Equal((3, 2), (_bench.C->Cc, Bits(Data)));
        _bench.C->Gr[3] = 0;
        Access(Load + "B22B0039" + Store, Data, EngineBench.Mask64, 3);
        Assert.Equal(6, Bits(Data));
    }

    [Fact]
    public void Fetching_instructions_refers_to_their_page()
    {
        _bench.C->Gr[9] = EngineBench.Code;
        _bench.Run("B22A0009 0700 0700", 3);            // RRBE of its own page
        Assert.Equal(4, Bits(EngineBench.Code));
    }

    [Fact]
    public void An_operand_in_two_pages_is_checked_in_both()
    {
        _bench.Storage.SetKey(EngineBench.Data + 0x1000, 0x30);
        _bench.C->Gr[2] = ulong.MaxValue;
        Assert.Equal(4, Access(Store, EngineBench.Data + 0xFFC, EngineBench.Mask64 | Key2));
        Assert.Equal(0UL, _bench.Storage.Read64(EngineBench.Data + 0xFF8));
    }

    [Theory]
    [InlineData(0UL, 0x100UL, 0x100UL)]
    [InlineData(0x60000UL, 0x100UL, 0x60100UL)]
    [InlineData(0x60000UL, 0x1FF8UL, 0x61FF8UL)]        // the second half
    [InlineData(0x60000UL, 0x60100UL, 0x100UL)]
    [InlineData(0x60000UL, 0x61FF8UL, 0x1FF8UL)]
    [InlineData(0x3F_E000UL, 0x1FF0UL, 0x3F_FFF0UL)]    // the end of storage
    public void Prefixing(ulong prefix, ulong real, ulong absolute)
    {
        _bench.Storage.Write64(0x800, prefix << 32);
        _bench.Storage.Write(prefix, _bench.Storage.Read(0, 0x1000));
        _bench.C->Gr[2] = 0x1234_5678;
        _bench.C->Gr[9] = real;
        _bench.Run("B2100800" + Store, 2);
        Assert.Equal(0x1234_5678UL, _bench.Storage.Read64(absolute));
        Assert.Equal(prefix, _bench.C->Prefix);
    }

    [Fact]
    public void A_prefix_area_must_be_installed()
    {
        _bench.Storage.Write64(0x800, 0x40_0000UL << 32);
        _bench.Run("B2100800");
        Assert.Equal("5 4 10004", _bench.Interruption);
    }

    [Theory]
    [InlineData(0UL, 0xFF_FFFEUL)]
    [InlineData(Psw.BasicAddressing, 0x7FFF_FFFEUL)]
    [InlineData(EngineBench.Mask64, 0xFFFF_FFFF_FFFF_FFFEUL)]
    public void Addresses_wrap(ulong mode, ulong top)
    {
        _bench.C->Gr[9] = top;
        _bench.C->Gr[10] = 4;
        _bench.Storage.Write64(0, 0x1122_3344_5566_7788);
        _bench.Run("E329A0000004", 1, mode);            // LG 2,0(9,10)
        Assert.Equal(0x3344_5566_7788_0000UL | _bench.Storage.Read64(8) >> 48, _bench.C->Gr[2]);
    }

    public void Dispose() => _bench.Dispose();
}
