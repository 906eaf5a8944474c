using System.Text;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests.General;

/// <summary>Instructions with lengths in registers: register updates in each mode, interruption, conversion models.</summary>
public sealed unsafe class LongOperandTests : IDisposable
{
    private const ulong From = 0x100000, To = 0x200000;
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(23, 29);

    private readonly StorageBench _bench = new();

    [Theory]
    [InlineData(0x0000_0000UL, 0x00FF_FFFFUL)]
    [InlineData(Psw.BasicAddressing, 0x7FFF_FFFFUL)]
    [InlineData(CpuBench.SupervisorMask, ulong.MaxValue)]
    public void Mvcl_updates_addresses_and_lengths(ulong mode, ulong addressMask)
    {
        const ulong High = 0xAABB_CCDD_0000_0000;
        var source = new byte[10000];
        new Random(3).NextBytes(source);
        _bench.Storage.Write(From, source);
        var extended = mode == CpuBench.SupervisorMask;
        _bench.C->Gr[2] = extended ? To + 5 : High | 0x8000_0000 | (To + 5);
        _bench.C->Gr[3] = High | 0x1200_0000 | 12000;
        _bench.C->Gr[4] = extended ? From : High | From;
        _bench.C->Gr[5] = High | 0x5A00_0000 | 10000;
        _bench.Run(Op.MVCL, new() { R1 = 2, R2 = 4 }, 0, mode);
        while (_bench.C->PswAddress == CpuBench.CodeAddress && _bench.Interruption == ProgramCode.None)
            _bench.Processor.Run(_bench.C->InstructionCount + 1);
        Assert.Equal(2, _bench.C->Cc);
        Assert.Equal(source, _bench.Read(To + 5, 10000));
        Assert.All(_bench.Read(To + 10005, 2000), b => Assert.Equal(0x5A, b));
        Assert.Equal(0, _bench.Read(To + 12005, 1)[0]);
        Assert.Equal((extended ? 0 : High) | ((To + 12005) & addressMask), _bench.C->Gr[2]);
        Assert.Equal(High | 0x1200_0000, _bench.C->Gr[3]);
        Assert.Equal((extended ? 0 : High) | (From + 10000), _bench.C->Gr[4]);
        Assert.Equal(High | 0x5A00_0000, _bench.C->Gr[5]);
    }

    [Fact]
    public void Mvcl_refuses_a_destructive_overlap()
    {
        _bench.Storage.Write(From, [1, 2, 3, 4]);
        _bench.C->Gr[2] = From + 1;
        _bench.C->Gr[3] = 3;
        _bench.C->Gr[4] = From;
        _bench.C->Gr[5] = 3;
        _bench.Run(Op.MVCL, new() { R1 = 2, R2 = 4 });
        Assert.Equal(3, _bench.C->Cc);
        Assert.Equal([1, 2, 3, 4], _bench.Read(From, 4));
        Assert.Equal(3u, _bench.C->Gr[3]);
    }

    [Fact]
    public void An_exception_leaves_mvcl_where_it_came_to()
    {
        _bench.OpenAll();
        _bench.Protect(To + 8192);
        _bench.C->Gr[2] = To;
        _bench.C->Gr[3] = 12000;
        _bench.C->Gr[4] = From;
        _bench.C->Gr[5] = 12000;
        _bench.Run(Op.MVCL, new() { R1 = 2, R2 = 4 }, 10, StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal(To + 8192, _bench.C->Gr[2]);
        Assert.Equal(12000u - 8192, _bench.C->Gr[3]);
        Assert.Equal(From + 8192, _bench.C->Gr[4]);
        Assert.Equal(12000u - 8192, _bench.C->Gr[5]);
    }

    [Fact]
    public void A_hostile_length_ends_at_the_instruction_limit()
    {
        _bench.C->Gr[2] = To;
        _bench.C->Gr[3] = ulong.MaxValue;
        _bench.C->Gr[4] = From;
        _bench.C->Gr[5] = 0;
        _bench.Run(Op.MVCLE, new() { R1 = 2, R3 = 4 });
        Assert.Equal(3, _bench.C->Cc);
        Assert.Equal(ulong.MaxValue - 4096, _bench.C->Gr[3]);
        _bench.C->Gr[2] = To;
        _bench.C->Gr[3] = 0xFF_FFFF;
        var before = _bench.C->InstructionCount;
        _bench.Run(Op.MVCL, new() { R1 = 2, R2 = 4 }, 5);
        Assert.Equal(before + 5, _bench.C->InstructionCount);
        Assert.Equal(CpuBench.CodeAddress, _bench.C->PswAddress);
        Assert.Equal(0xFF_FFFFu - 5 * 4096, _bench.C->Gr[3]);
    }

    [Fact]
    public void Clcl_stops_at_the_first_difference()
    {
        var lengths = Gen.Choose(0, 9000).ToArbitrary();
        Prop.ForAll(lengths, lengths, Gen.Choose(0, 9500).ToArbitrary(), (m, n, at) =>
        {
            _bench.Storage.Write(From, new byte[10000]);
            _bench.Storage.Write(To, new byte[10000]);
            _bench.Storage.Write(To + (ulong)at, [1]);
            _bench.C->Gr[2] = From;
            _bench.C->Gr[3] = (ulong)m;
            _bench.C->Gr[4] = To;
            _bench.C->Gr[5] = (ulong)n;
            _bench.RunToEnd(Op.CLCL, new() { R1 = 2, R2 = 4 });
            var differs = at < n;
            return _bench.C->Cc == (differs ? 1 : 0)
                && _bench.C->Gr[2] == From + (ulong)(differs ? Math.Min(at, m) : m)
                && _bench.C->Gr[4] == To + (ulong)(differs ? at : n)
                && _bench.C->Gr[5] == (ulong)(differs ? n - at : 0);
        }).Check(s_config);
    }

    [Fact]
    public void Cksm_is_the_sum_of_words_with_the_carry_going_around()
    {
        Prop.ForAll(Gen.Choose(0, 9000).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (length, seed) =>
        {
            var bytes = new byte[length + 3 & ~3];
            new Random(seed).NextBytes(bytes.AsSpan(0, length));
            _bench.Storage.Write(From, bytes);
            _bench.C->Gr[1] = 0xFFFF_FFFF_0000_0001;
            _bench.C->Gr[2] = From;
            _bench.C->Gr[3] = (ulong)length;
            _bench.RunToEnd(Op.CKSM, new() { R1 = 1, R2 = 2 });
            ulong sum = 1;
            for (var n = 0; n < bytes.Length; n += 4)
            {
                sum += System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(n));
                if (sum > uint.MaxValue) sum -= uint.MaxValue;
            }
            return _bench.C->Gr[1] == (0xFFFF_FFFF_0000_0000 | sum) && _bench.C->Gr[3] == 0 && _bench.C->Cc == 0;
        }).Check(s_config);
    }

    public static TheoryData<Op, string, string> Conversions() => new()
    {
        { Op.CU12, "utf-8", "utf-16BE" }, { Op.CU14, "utf-8", "utf-32BE" }, { Op.CU21, "utf-16BE", "utf-8" },
        { Op.CU24, "utf-16BE", "utf-32BE" }, { Op.CU41, "utf-32BE", "utf-8" }, { Op.CU42, "utf-32BE", "utf-16BE" },
    };

    [Theory]
    [MemberData(nameof(Conversions))]
    public void Conversions_agree_with_the_host(Op op, string from, string to)
    {
        var text = new StringBuilder();
        var random = new Random(5);
        for (var n = 0; n < 3000; n++)
        {
            var value = random.Next(4) switch
            {
                0 => random.Next(0x80),
                1 => random.Next(0x800),
                2 => random.Next(0xD800),
                _ => random.Next(0x10000, 0x110000),
            };
            text.Append(new Rune(value));
        }
        var source = Encoding.GetEncoding(from).GetBytes(text.ToString());
        var expected = Encoding.GetEncoding(to).GetBytes(text.ToString());
        _bench.Storage.Write(From, source);
        _bench.C->Gr[2] = To;
        _bench.C->Gr[3] = 20000;
        _bench.C->Gr[4] = From;
        _bench.C->Gr[5] = (ulong)source.Length;
        _bench.RunToEnd(op, new() { R1 = 2, R2 = 4, M3 = op is Op.CU41 or Op.CU42 ? (byte)0 : (byte)1 });
        Assert.Equal(0, _bench.C->Cc);
        Assert.Equal(expected, _bench.Read(To, expected.Length));
        Assert.Equal(20000ul - (ulong)expected.Length, _bench.C->Gr[3]);
        Assert.Equal(0ul, _bench.C->Gr[5]);
    }

    [Theory]
    [InlineData("aaabbbccc", "xxxbbbyyy", 3, 0, 3)]
    [InlineData("aaabbb", "xxxyyb", 3, 1, 5)]
    [InlineData("aaabbb", "xxxyyy", 3, 2, 6)]
    [InlineData("abc", "abc", 0, 0, 0)]
    public void Cuse_finds_equal_substrings(string first, string second, int length, int conditionCode, int passed)
    {
        _bench.Storage.Write(From, Encoding.ASCII.GetBytes(first));
        _bench.Storage.Write(To, Encoding.ASCII.GetBytes(second));
        _bench.C->Gr[0] = (ulong)length;
        _bench.C->Gr[2] = From;
        _bench.C->Gr[3] = (ulong)first.Length;
        _bench.C->Gr[4] = To;
        _bench.C->Gr[5] = (ulong)second.Length;
        _bench.RunToEnd(Op.CUSE, new() { R1 = 2, R2 = 4 });
        Assert.Equal(conditionCode, _bench.C->Cc);
        Assert.Equal(From + (ulong)passed, _bench.C->Gr[2]);
        Assert.Equal((ulong)(first.Length - passed), _bench.C->Gr[3]);
        Assert.Equal(To + (ulong)passed, _bench.C->Gr[4]);
    }

    [Theory]
    [InlineData(Op.TRTE, 0, 7, 0x77u)]
    [InlineData(Op.TRTE, 4, 7, 0x7700u)]        // two-byte function codes: entry 7 at offset 14
    [InlineData(Op.TRTRE, 0, 7, 0x77u)]
    public void Trte_finds_a_function_code(Op op, byte m3, byte argument, uint code)
    {
        var characters = new byte[6000];
        var at = 5000;
        characters[at] = argument;
        _bench.Storage.Write(From, characters);
        _bench.Storage.Write(To + (m3 == 0 ? argument : argument * 2u), [0x77, 0]);
        _bench.C->Gr[1] = To;
        _bench.C->Gr[2] = op == Op.TRTE ? From : From + 5999;
        _bench.C->Gr[3] = 6000;
        _bench.RunToEnd(op, new() { R1 = 2, R2 = 6, M3 = m3 });
        Assert.Equal(1, _bench.C->Cc);
        Assert.Equal(From + (ulong)at, _bench.C->Gr[2]);
        Assert.Equal(op == Op.TRTE ? 1000u : 5001u, _bench.C->Gr[3]);
        Assert.Equal(code, _bench.C->Gr[6]);
    }

    public void Dispose() => _bench.Dispose();
}
