using S390Sim.Cpu;
using S390Sim.Tests.Engine;

namespace S390Sim.Tests.Control;

public sealed unsafe class MovePageTests : IDisposable
{
    private const ulong First = 0x40000, Second = 0x50000, Problem2 = EngineBench.Dat64 | Psw.Problem | (2UL << 52);
    private readonly EngineBench _bench = new();

    public MovePageTests()
    {
        _bench.BuildSpaces();
        _bench.Storage.Write64(Second, 0x1122_3344_5566_7788);
        _bench.Storage.Write64(Second + 0xFF8, 0x99);
    }

    private string Run(ulong options, ulong mask = EngineBench.Dat64)
    {
        (_bench.C->Gr[0], _bench.C->Gr[3], _bench.C->Gr[4]) = (options, First | 0x123, Second | 0xFFF);
        _bench.Put(0x8E, "0000");
        _bench.Run("B2540034", 1, mask);
        var lowcore = _bench.Lowcore;
        return lowcore.ProgramInterruptionCode != 0 ? $"{lowcore.ProgramInterruptionCode:x} {lowcore.TranslationException:x}"
            : $"cc{_bench.C->Cc} {_bench.Storage.Read64(First):x} {_bench.Storage.Read64(First + 0xFF8):x}";
    }

    private void Invalidate(ulong page) => _bench.Storage.Write64(EngineBench.PageEntry(page), page | 0x400);

    [Theory]
    [InlineData(0UL, EngineBench.Dat64)]
    [InlineData(0xFFFF_FFFF_0000_0300UL, EngineBench.Dat64)]
    [InlineData(0UL, EngineBench.Mask31)]               // DAT off
    public void Moves(ulong options, ulong mask) => Assert.Equal("cc0 1122334455667788 99", Run(options, mask));

    [Theory]
    [InlineData(0xC00UL)]
    [InlineData(0x1000UL)]
    [InlineData(0x8000UL)]
    public void Options_that_are_not_specified(ulong options) => Assert.StartsWith("6 ", Run(options));

    [Theory]
    [InlineData(true, false, 0x100UL, "cc1 0 0")]
    [InlineData(false, true, 0x100UL, "cc2 0 0")]
    [InlineData(true, true, 0x100UL, "cc2 0 0")]
    [InlineData(true, false, 0UL, "11 40400")]
    [InlineData(false, true, 0UL, "11 50800")]
    [InlineData(true, true, 0UL, "11 50800")]
    public void Pages_that_are_invalid(bool first, bool second, ulong options, string expected)
    {
        if (first) Invalidate(First);
        if (second) Invalidate(Second);
        _bench.Lowcore.Bytes[0xA2] = 0xFF;
        Assert.Equal(expected, Run(options));
        if (expected.StartsWith("11", StringComparison.Ordinal)) Assert.Equal(0x34, _bench.Lowcore.OperandAccess);
    }

    [Fact]
    public void Others_page_translation_exceptions_have_no_operand_access_identification()
    {
        Invalidate(First);
        _bench.Lowcore.Bytes[0xA2] = 0xFF;
        _bench.C->Gr[3] = First;
        _bench.Run("E32030000004", 1, EngineBench.Dat64);
        Assert.Equal((0x11, 0), (_bench.Lowcore.ProgramInterruptionCode, _bench.Lowcore.OperandAccess));
    }

    [Fact]
    public void The_option_is_for_pages_only()
    {
        _bench.Storage.Write64(EngineBench.PageEntry(First), First | 0x200);
        Assert.Equal("4 40404", Run(0x100));
    }

    [Theory]
    [InlineData(0x20, 0x38, 0x00UL, "4 50808")]         // the PSW key does not fetch the second operand
    [InlineData(0x20, 0x38, 0x430UL, "cc0 1122334455667788 99")]
    [InlineData(0x30, 0x28, 0x00UL, "4 40408")]
    [InlineData(0x30, 0x28, 0x830UL, "cc0 1122334455667788 99")]
    [InlineData(0x30, 0x28, 0x840UL, "2 0")]            // not in the PSW-key mask
    [InlineData(0x20, 0x28, 0x040UL, "cc0 1122334455667788 99")]
    public void Keys(byte first, byte second, ulong options, string expected)
    {
        _bench.Storage.SetKey(First, first);
        _bench.Storage.SetKey(Second, second);
        _bench.C->Cr[3] = 0x1000_0000;
        _bench.Storage.Write64(0xA8, 0);
        Assert.Equal(expected, Run(options, Problem2));
        Assert.Equal(2, expected[0] == 'c' ? _bench.C->Psw.Key : _bench.Old.Key);
    }

    [Fact]
    public void Moving_over_code_is_seen()
    {
        _bench.Put(Second, "A7290007");                 // LGHI 2,7
        _bench.Put(First, "A7290001 0700");
        _bench.Go(First, 1, EngineBench.Dat64);
        Assert.Equal("cc0", Run(0)[..3]);
        _bench.Go(First, 1, EngineBench.Dat64);
        Assert.Equal(7UL, _bench.C->Gr[2]);
    }

    public void Dispose() => _bench.Dispose();
}
