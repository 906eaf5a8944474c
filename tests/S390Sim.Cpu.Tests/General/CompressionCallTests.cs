using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>COMPRESSION CALL (chapter 7; SA22-7208).</summary>
public sealed unsafe class CompressionCallTests : IDisposable
{
    private const ulong Plain = 0x200000, Packed = 0x210000, Back = 0x220000, Tables = 0x400000;
    private const ulong Expand = 0x100, FormatOne = 0x200, Translate = 0x10000, ZeroPadding = 0x20000;
    private const int MaxText = 3000;
    private static readonly Config s_config = CaseCount.Usually(60, 0xC0, 0xDE1);

    private readonly StorageBench _bench = new();

    private void Registers(ulong control, ulong dictionary, ulong first, int length1, ulong second, int length2)
    {
        var c = _bench.C;
        (c->Gr[0], c->Gr[1]) = (control, dictionary);
        (c->Gr[2], c->Gr[3], c->Gr[4], c->Gr[5]) = (first, (ulong)length1, second, (ulong)length2);
    }

    private void RunToEnd(ulong mask = CpuBench.SupervisorMask) => _bench.RunToEnd(Op.CMPSC, new() { R1 = 2, R2 = 4 }, mask);

    private void Run(ulong limit = 1, ulong mask = CpuBench.SupervisorMask)
        => _bench.Run(Op.CMPSC, new() { R1 = 2, R2 = 4 }, limit, mask);

    private static ulong Control(int size, bool isFormatOne) => (ulong)size << 12 | (isFormatOne ? FormatOne : 0);

    /// <summary>Symbols behind each other, from a bit of the first byte on.</summary>
    private static byte[] Pack(IEnumerable<int> symbols, int bits, int start)
    {
        var digits = symbols.Select(symbol => Convert.ToString(symbol, 2).PadLeft(bits, '0'));
        var text = new string('0', start) + string.Concat(digits);
        var bytes = new byte[(text.Length + 7) / 8];
        for (var n = 0; n < text.Length; n++) if (text[n] == '1') bytes[n / 8] |= (byte)(0x80 >> (n % 8));
        return bytes;
    }

    [Fact]
    public void What_is_compressed_expands_again()
    {
        var cases = from seed in Gen.Choose(0, 1_000_000)
                    from size in Gen.Choose(1, 5)
                    from isFormatOne in Gen.Elements(false, true)
                    from length in Gen.Frequency((1, Gen.Choose(0, 8)), (3, Gen.Choose(0, MaxText)))
                    from start in Gen.Choose(0, 7)
                    select (seed, size, isFormatOne, length, start);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var dictionary = new CompressionDictionary(test.seed, test.size, test.isFormatOne);
            var text = new List<byte>();
            while (text.Count < test.length) text.AddRange(dictionary.AnyText());
            byte[] plain = [.. text.Take(test.length)];
            var symbols = dictionary.Compress(plain);
            var packed = Pack(symbols, dictionary.Bits, test.start);
            var end = test.start + symbols.Count * dictionary.Bits;

            _bench.Storage.Write(Tables, dictionary.Bytes);
            _bench.Storage.Write(Plain, plain);
            _bench.Storage.Write(Packed, new byte[packed.Length + 1]);
            Registers(Control(test.size, test.isFormatOne), Tables | (uint)test.start, Packed, 2 * MaxText, Plain, plain.Length);
            RunToEnd();
            var isPacked = _bench.C->Cc == 0 && _bench.C->Gr[5] == 0 && _bench.C->Gr[2] == Packed + (ulong)end / 8
                && _bench.C->Gr[1] == (Tables | (ulong)end % 8)
                && _bench.Read(Packed, packed.Length).AsSpan().SequenceEqual(packed);

            Registers(Control(test.size, false) | Expand, Tables + (8UL << dictionary.Bits) + (uint)test.start,
                Back, plain.Length, Packed, packed.Length);
            RunToEnd();
            var isPlain = _bench.C->Cc == 0 && _bench.C->Gr[3] == 0 && _bench.C->Gr[2] == Back + (ulong)plain.Length
                && _bench.Read(Back, plain.Length).AsSpan().SequenceEqual(plain);
            return isPacked.Label($"packed, {_bench.Interruption}").And(isPlain.Label("expanded"));
        }).Check(s_config);
    }

    /// <summary>Makes every entry of both dictionaries a single character, and puts others into their places.</summary>
    private void Dictionary(params (int Index, ulong Entry)[] entries)
    {
        for (ulong n = 0; n < 512; n++)
        {
            _bench.Storage.Write64(Tables + n * 8, 0);
            _bench.Storage.Write64(Tables + 0x1000 + n * 8, 1UL << 56 | n << 48);
        }
        foreach (var (index, entry) in entries) _bench.Storage.Write64(Tables + (ulong)index * 8, entry);
    }

    private void Compress(string text, ulong control = 0x1000, int room = 64)
    {
        _bench.Storage.Write(Plain, System.Text.Encoding.Latin1.GetBytes(text));
        Registers(control, Tables, Packed, room, Plain, text.Length);
        RunToEnd();
    }

    private int Symbol(int n)
    {
        var bytes = _bench.Read(Packed, 64);
        var value = 0;
        for (var bit = n * 9; bit < n * 9 + 9; bit++) value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1);
        return value;
    }

    /// <summary>The second 'b' is tried when it is right behind the first; with another child between them it is not.</summary>
    [Theory]
    [InlineData("bbc", 0x101)]
    [InlineData("bcb", (int)'a')]
    public void Only_neighbours_share_a_first_character(string children, int symbol)
    {
        var entry = 3UL << 61 | 0x1FUL << 56 | 0x100UL << 40;
        for (var n = 0; n < 3; n++) entry |= (ulong)children[n] << (32 - 8 * n);
        var second = children.LastIndexOf('b');
        Dictionary(('a', entry), (0x100, 1UL << 53 | (ulong)'x' << 32), (0x100 + second, 1UL << 53 | (ulong)'y' << 32));
        Compress("aby");
        Assert.Equal(symbol, Symbol(0));
    }

    [Theory]
    [InlineData(0x0000_0000_0000_0000UL, ProgramCode.None)]
    [InlineData(0x0080_0000_0000_0000UL, ProgramCode.None)]     // four additional extension characters
    [InlineData(0x00A0_0000_0000_0000UL, ProgramCode.Data)]
    [InlineData(0x20A0_0000_0000_0000UL, ProgramCode.Data)]
    [InlineData(0xC000_0000_0000_0000UL, ProgramCode.None)]     // five children and a sibling descriptor
    [InlineData(0xC020_0000_0000_0000UL, ProgramCode.Data)]
    [InlineData(0xE000_0000_0000_0000UL, ProgramCode.Data)]
    public void Character_entries_are_checked(ulong entry, ProgramCode code)
    {
        Dictionary(('a', entry | 0x100UL << 40), (0x100 + 5, 1UL << 61));
        Compress("az");
        Assert.Equal(code, _bench.Interruption);
        if (code == ProgramCode.Data) Assert.Equal(0u, new Lowcore(_bench.Storage.Base).DataExceptionCode);
    }

    /// <summary>A chain of single children 'a', each with four more characters: the 53rd symbol would have 261.</summary>
    [Theory]
    [InlineData(260, ProgramCode.None)]
    [InlineData(261, ProgramCode.Data)]
    public void A_symbol_has_at_most_260_characters(int length, ProgramCode code)
    {
        var entries = new List<(int, ulong)> { ('a', 1UL << 61 | 1UL << 60 | 0x100UL << 40 | (ulong)'a' << 32) };
        for (var n = 0; n < 200; n++)
        {
            var additional = n < 50 ? 4 : 0;
            var entry = 1UL << 61 | 1UL << 60 | (ulong)additional << 53 | (ulong)(0x101 + n) << 40;
            for (var k = 0; k <= additional; k++) entry |= (ulong)'a' << (32 - 8 * k);
            entries.Add((0x100 + n, entry));
        }
        Dictionary([.. entries]);
        Compress(new string('a', length));
        Assert.Equal(code, _bench.Interruption);
        if (code == ProgramCode.None) Assert.Equal(0u, _bench.C->Gr[5]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void A_format_one_descriptor_has_siblings(int count)
    {
        Dictionary(('a', 6UL << 61 | 0x100UL << 40), (0x105, (ulong)count << 60));
        Compress("az", 0x1000 | FormatOne);
        Assert.Equal(count == 0 ? ProgramCode.Data : ProgramCode.None, _bench.Interruption);
    }

    [Theory]
    [InlineData(0UL, ProgramCode.Data)]                                     // no characters
    [InlineData(6UL << 61, ProgramCode.Data)]                               // more than five in a preceded entry
    [InlineData(1UL << 61 | 0x100UL << 48 | 1, ProgramCode.Data)]           // an entry that precedes itself
    [InlineData(5UL << 61 | 0x61UL << 48 | 255, ProgramCode.None)]          // the last five of 260 characters
    public void Expansion_entries_are_checked(ulong entry, ProgramCode code)
    {
        Dictionary((0x200 + 0x100, entry));
        _bench.Storage.Write(Packed, [0x80, 0x00]);
        Registers(0x1000 | Expand, Tables + 0x1000, Back, 300, Packed, 2);
        RunToEnd();
        Assert.Equal(code, _bench.Interruption);
        if (code == ProgramCode.None) Assert.Equal(40u, _bench.C->Gr[3]);
    }

    /// <summary>127 entries may make a symbol, of one character each.</summary>
    [Theory]
    [InlineData(126, ProgramCode.None)]
    [InlineData(127, ProgramCode.Data)]
    public void Expansion_follows_127_entries(int preceded, ProgramCode code)
    {
        var entries = Enumerable.Range(0, preceded)
            .Select(n => (0x300 + n, 1UL << 61 | (n == 0 ? 'a' : 0xFFUL + (uint)n) << 48 | (ulong)'b' << 40 | (uint)(n + 1)));
        Dictionary([.. entries]);
        var symbol = 0x100 + preceded - 1;
        _bench.Storage.Write(Packed, Pack([symbol], 9, 0));
        Registers(0x1000 | Expand, Tables + 0x1000, Back, 300, Packed, 2);
        RunToEnd();
        Assert.Equal(code, _bench.Interruption);
        if (code == ProgramCode.None) Assert.Equal([(byte)'a', .. Enumerable.Repeat((byte)'b', 126)], _bench.Read(Back, 127));
    }

    [Theory]
    [InlineData(3, 4, 0x1000)]
    [InlineData(2, 5, 0x1000)]
    [InlineData(0, 4, 0x1000)]
    [InlineData(2, 0, 0x1000)]
    [InlineData(2, 4, 0x0000)]
    [InlineData(2, 4, 0x6000)]
    [InlineData(2, 4, 0xF000)]
    public void Registers_and_symbol_size_are_checked(int r1, int r2, ulong control)
    {
        Registers(control, Tables, Packed, 8, Plain, 8);
        _bench.Run(Op.CMPSC, new() { R1 = (byte)r1, R2 = (byte)r2 });
        Assert.Equal(ProgramCode.Specification, _bench.Interruption);
    }

    [Theory]
    [InlineData(24), InlineData(31), InlineData(64)]
    public void Registers_keep_what_is_no_address(int mode)
    {
        Dictionary();
        var high = mode == 64 ? 0 : 0xAABB_CCDD_0000_0000UL;
        _bench.Storage.Write(Plain, "abcdefgh"u8);
        Registers(0x1000, high | Tables, high | Packed, 64, high | Plain, 8);
        _bench.C->Gr[3] |= high;
        _bench.C->Gr[5] |= high;
        RunToEnd(CodewordTests.Mask(mode));
        Assert.Equal(0, _bench.C->Cc);
        Assert.Equal(high | (Packed + 9), _bench.C->Gr[2]);
        Assert.Equal(high | 55, _bench.C->Gr[3]);
        Assert.Equal(high | (Plain + 8), _bench.C->Gr[4]);
        Assert.Equal(high, _bench.C->Gr[5]);
    }

    /// <summary>The amount of work in one execution has a limit; condition code 3 asks for more.</summary>
    [Fact]
    public void Long_operands_take_several_executions()
    {
        Dictionary();
        Registers(0x1000, Tables, Packed, 0x8000, Plain, 0x6000);
        Run();
        Assert.Equal(3, _bench.C->Cc);
        Assert.InRange(_bench.C->Gr[5], 1u, 0x5FFFu);
        Assert.Equal((0x6000 - _bench.C->Gr[5]) * 9 / 8, _bench.C->Gr[2] - Packed);
    }

    /// <summary>Symbols before an exception are done: registers say how far, and nothing is lost or done twice.</summary>
    [Theory]
    [InlineData(true), InlineData(false)]
    public void An_exception_comes_after_the_symbols_before_it(bool isSecond)
    {
        Dictionary();
        _bench.OpenAll();
        _bench.Protect(isSecond ? Plain + 0x1000 : Packed + 0x1000, fetchToo: true);
        var (first, second) = (Packed + (isSecond ? 0 : 0xFF7UL), Plain + (isSecond ? 0xFF8UL : 0));
        _bench.Storage.Write(second, new byte[8]);
        Registers(0x1000, Tables, first, 256, second, 64);
        RunToEnd(StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(second + 8, _bench.C->Gr[4]);
        Assert.Equal(56u, _bench.C->Gr[5]);
        Assert.Equal(first + 9, _bench.C->Gr[2]);
        Assert.Equal(247u, _bench.C->Gr[3]);
    }

    [Fact]
    public void The_translation_table_has_other_symbols()
    {
        Dictionary();
        _bench.Storage.Write(Tables + 0x2000 + 'a' * 2, [0xFE, 0x55]);
        _bench.Storage.Write(Plain, "a"u8);
        Registers(0x1000 | Translate, Tables | (0x2000 / 128) << 3, Packed, 8, Plain, 1);
        RunToEnd();
        Assert.Equal(0x055, Symbol(0));
    }

    [Fact]
    public void Padding_reaches_a_boundary_or_the_end_of_the_operand()
    {
        Dictionary();
        _bench.Storage.Write(Packed, [.. Enumerable.Repeat((byte)0xFF, 0x300)]);
        _bench.Storage.Write(Plain, new byte[8]);
        Registers(0x1000 | ZeroPadding, Tables, Packed, 0x200, Plain, 8);
        RunToEnd();
        Assert.Equal(new byte[256], _bench.Read(Packed, 256));
        Assert.Equal(0xFF, _bench.Read(Packed + 256, 1)[0]);
        Registers(0x1000 | ZeroPadding, Tables, Packed + 0x200, 20, Plain, 8);
        RunToEnd();
        Assert.Equal(new byte[20], _bench.Read(Packed + 0x200, 20));
        Assert.Equal(0xFF, _bench.Read(Packed + 0x200 + 20, 1)[0]);
    }

    public void Dispose() => _bench.Dispose();
}
