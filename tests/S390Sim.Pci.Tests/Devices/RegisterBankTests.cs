namespace S390Sim.Pci.Tests;

/// <summary>What declarations of registers mean for accesses.</summary>
public sealed class RegisterBankTests
{
    private readonly List<string> _heard = [];

    [Fact]
    public void An_access_reaches_the_bytes_that_it_names()
    {
        var bank = new RegisterBank(64);
        var wide = bank.ReadWrite(0x00, 8, "wide", reset: 0x8877_6655_4433_2211);
        bank.ReadOnly(0x08, 2, "fixed", reset: 0xABCD);
        bank.ReadWrite(0x0A, 2, "low", reset: 0x1234);
        Assert.Equal(0x8877_6655UL, bank.Load(4, 4));
        Assert.Equal(0x33UL, bank.Load(2, 1));
        Assert.Equal(0x1234_ABCDUL, bank.Load(8, 4));
        Assert.Equal(0xFFFF_FFFF_1234_ABCDUL, bank.Load(8, 8));
        bank.Store(4, 4, 0xDDCC_BBAA);
        Assert.Equal(0xDDCC_BBAA_4433_2211UL, wide.Value);
        bank.Store(8, 4, 0x5678_9999);
        Assert.Equal(0x5678_ABCDUL, bank.Load(8, 4));
        bank.Reset();
        Assert.Equal((0x8877_6655_4433_2211UL, 0x1234_ABCDUL), (bank.Load(0, 8), bank.Load(8, 4)));
    }

    [Fact]
    public void Only_writable_bits_change()
    {
        var bank = new RegisterBank(16);
        bank.ReadWrite(0, 4, "some", reset: 0xF0F0_0000, writable: 0x0000_FFFF);
        bank.Store(0, 4, 0x1234_5678);
        Assert.Equal(0xF0F0_5678UL, bank.Load(0, 4));
    }

    [Fact]
    public void Ones_clear()
    {
        var bank = new RegisterBank(16);
        var status = bank.WriteOneToClear(0, 4, "status", clearable: 0xFF, write: v => _heard.Add($"{v:x}"));
        status.Value = 0x1FF;
        bank.Store(0, 4, 0x10F);
        Assert.Equal(0x1F0UL, status.Value);
        bank.Store(1, 1, 0x01);
        Assert.Equal(0x1F0UL, status.Value);
        Assert.Equal(["f", "0"], _heard);
    }

    [Fact]
    public void The_device_hears_the_whole_new_value()
    {
        var bank = new RegisterBank(16);
        bank.ReadWrite(0, 4, "control", read: () => 0x1111_2222, write: v => _heard.Add($"control {v:x}"));
        bank.WriteOnly(4, 4, "command", v => _heard.Add($"command {v:x}"));
        bank.Store(2, 2, 0xABCD);
        bank.Store(6, 2, 0xABCD);
        Assert.Equal(["control abcd2222", "command abcd0000"], _heard);
        Assert.Equal(0xFFFF_FFFFUL, bank.Load(4, 4));
    }

    [Theory]
    [InlineData(0x00UL, 4, true)]
    [InlineData(0x00UL, 8, false)]
    [InlineData(0x02UL, 4, false)]
    [InlineData(0x08UL, 8, true)]
    [InlineData(0x08UL, 2, false)]
    [InlineData(0x0CUL, 4, true)]
    [InlineData(0x10UL, 8, true)]
    [InlineData(0x10UL, 3, false)]
    [InlineData(0x40UL, 4, false)]
    public void Lengths_are_declared(ulong offset, int length, bool accepted)
        => Assert.Equal(accepted, new RegisterBank(64).Lengths(0, 4).Lengths(8, 4, 8).Accepts(offset, length));

    [Fact]
    public void Holes_are_ones_or_what_the_bank_says_or_refused()
    {
        var zeros = new RegisterBank(64) { Unassigned = 0 };
        zeros.ReadOnly(4, 2, "two", reset: 0x1234);
        Assert.Equal((0UL, 0x1234UL), (zeros.Load(0, 4), zeros.Load(4, 4)));
        var strict = new RegisterBank(64) { RefusesHoles = true };
        strict.ReadOnly(4, 2, "two");
        Assert.True(strict.Accepts(4, 2));
        Assert.False(strict.Accepts(4, 4));
        Assert.False(strict.Accepts(60, 4));
    }

    [Fact]
    public void A_bank_may_decode_offsets_only()
    {
        var bank = new RegisterBank(64) { DecodesOffsetsOnly = true };
        var wide = bank.ReadWrite(0, 8, "wide", reset: 0x1111_2222_3333_4444);
        Assert.Equal((0x3333_4444UL, 0xFFFF_FFFFUL), (bank.Load(0, 4), bank.Load(4, 4)));
        bank.Store(4, 4, 5);
        Assert.Equal(0x1111_2222_3333_4444UL, wide.Value);
        bank.Store(0, 4, 0xFFFF_0000_0000_0006);
        Assert.Equal(6UL, wide.Value);
    }

    [Fact]
    public void Declarations_that_cannot_be_are_refused()
    {
        var bank = new RegisterBank(16);
        bank.ReadOnly(4, 4, "one");
        Assert.Throws<ArgumentException>(() => bank.ReadOnly(6, 4, "overlaps"));
        Assert.Throws<ArgumentException>(() => bank.ReadOnly(14, 4, "leaves"));
        Assert.Throws<ArgumentException>(() => new RegionMap(32).Add(24, bank));
        Assert.Throws<ArgumentException>(() => new RegionMap(32).Add(0, bank).Add(15, bank));
    }

    [Fact]
    public void Regions_share_a_bar_with_nothing_between_them()
    {
        var (first, second) = (new RegisterBank(16), new RegisterBank(16));
        first.ReadWrite(8, 8, "a");
        var b = second.ReadWrite(0, 4, "b");
        var map = new RegionMap(128).Add(0, first).Add(64, second);
        map.Store(64, 4, 7);
        Assert.Equal((7UL, 7UL, 0UL), (b.Value, map.Load(64, 4), map.Load(8, 8)));
        Assert.Equal([true, false, false, true, false, false], [map.Accepts(8, 8), map.Accepts(16, 4), map.Accepts(60, 4),
            map.Accepts(72, 8), map.Accepts(80, 4), map.Accepts(ulong.MaxValue - 3, 4)]);
        map.Reset();
        Assert.Equal(0UL, b.Value);
    }
}
