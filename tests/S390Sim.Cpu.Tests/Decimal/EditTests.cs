using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.Decimal;

/// <summary>EDIT and EDIT AND MARK (chapter 8).</summary>
public sealed unsafe class EditTests : IDisposable
{
    private const ulong Pattern = StorageBench.Data, Source = StorageBench.Data + 0x1000;
    private static readonly Config s_config = CaseCount.Usually(1500, 0xED, 0xEDAB);

    private readonly StorageBench _bench = new();

    private void Run(Op op, byte[] pattern, string source, ulong mask = CpuBench.SupervisorMask)
    {
        _bench.Storage.Write(Pattern, pattern);
        _bench.Storage.Write(Source, Convert.FromHexString(source));
        _bench.C->Gr[8] = Pattern;
        _bench.C->Gr[9] = Source;
        _bench.Run(op, new() { L1 = pattern.Length - 1, B1 = 8, B2 = 9 }, 1, mask);
    }

    /// <summary>What the figure "Summary of Editing Functions" says, digit by digit of the source's text.</summary>
    private static (byte[] Result, int ConditionCode, int Mark) Model(byte[] pattern, string source)
    {
        var result = (byte[])pattern.Clone();
        var (at, mark, significant, nonzero) = (0, -1, false, false);
        for (var n = 0; n < pattern.Length; n++)
        {
            if (pattern[n] is not (0x20 or 0x21))
            {
                if (pattern[n] == 0x22) (significant, nonzero) = (false, false);
                if (!significant) result[n] = pattern[0];
                continue;
            }
            var digit = source[at++];
            nonzero |= digit != '0';
            if (significant || digit != '0')
            {
                if (!significant) mark = n;
                result[n] = (byte)(0xF0 + digit - '0');
            }
            else result[n] = pattern[0];
            significant |= digit != '0' || pattern[n] == 0x21;
            if ((at & 1) != 0 && source[at] >= 'A')
            {
                if (source[at] is not ('B' or 'D')) significant = false;
                at++;
            }
        }
        return (result, nonzero ? significant ? 1 : 2 : 0, mark);
    }

    [Fact]
    public void Editing_agrees_with_a_model()
    {
        var pattern = from size in Gen.Choose(1, 256)
                      from text in Gen.Frequency(
                          (6, Gen.Constant((byte)0x20)), (2, Gen.Constant((byte)0x21)), (1, Gen.Constant((byte)0x22)),
                          (2, Gen.Choose(0, 255).Select(v => (byte)v))).ArrayOf(size)
                      select text;
        var digit = Gen.Frequency((3, Gen.Constant('0')), (2, Gen.Choose('0', '9').Select(v => (char)v)));
        // Left halves hold digits; right halves digits or signs.
        var source = from left in digit.ArrayOf(256)
                     from right in Gen.Frequency((5, digit), (1, Gen.Elements('A', 'B', 'C', 'D', 'E', 'F'))).ArrayOf(256)
                     select string.Concat(left.Zip(right, (a, b) => $"{a}{b}"));
        Prop.ForAll(pattern.ToArbitrary(), source.ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (p, s, marks) =>
        {
            var (result, conditionCode, mark) = Model(p, s);
            _bench.C->Gr[1] = 7;
            Run(marks ? Op.EDMK : Op.ED, p, s);
            return _bench.Interruption == ProgramCode.None && _bench.C->Cc == conditionCode
                && _bench.Read(Pattern, p.Length).AsSpan().SequenceEqual(result)
                && _bench.C->Gr[1] == (marks && mark >= 0 ? Pattern + (ulong)mark : 7);
        }).Check(s_config);
    }

    [Theory]
    [InlineData(24, 0xAABB_CCDD_EE04_0001UL)]
    [InlineData(31, 0xAABB_CCDD_0004_0001UL)]
    [InlineData(64, 0x0000_0000_0004_0001UL)]
    public void The_mark_replaces_the_bits_of_an_address(int mode, ulong expected)
    {
        _bench.C->Gr[1] = 0xAABB_CCDD_EEFF_0011;
        Run(Op.EDMK, [0x40, 0x20, 0x20], "1234", CodewordTests.Mask(mode));
        Assert.Equal(expected, _bench.C->Gr[1]);
    }

    [Fact]
    public void An_invalid_left_digit_leaves_the_pattern_and_the_mark()
    {
        _bench.C->Gr[1] = 7;
        Run(Op.EDMK, [0x40, 0x20, 0x20, 0x20], "12A3");
        Assert.Equal(ProgramCode.Data, _bench.Interruption);
        Assert.Equal([0x40, 0x20, 0x20, 0x20], _bench.Read(Pattern, 4));
        Assert.Equal(7u, _bench.C->Gr[1]);
    }

    /// <summary>Source bytes are fetched when a digit is wanted; a sign stands beside its digit.</summary>
    [Theory]
    [InlineData("123C", 3, ProgramCode.None)]
    [InlineData("1234", 5, ProgramCode.Protection)]
    public void Only_the_source_that_is_used_is_fetched(string source, int selectors, ProgramCode code)
    {
        var end = Source + 0x1000;
        _bench.OpenAll();
        _bench.Protect(end, fetchToo: true);
        byte[] pattern = [0x40, .. Enumerable.Repeat((byte)0x20, selectors)];
        _bench.Storage.Write(Pattern, pattern);
        _bench.Storage.Write(end - 2, Convert.FromHexString(source));
        _bench.C->Gr[8] = Pattern;
        _bench.C->Gr[9] = end - 2;
        _bench.Run(Op.ED, new() { L1 = selectors, B1 = 8, B2 = 9 }, 1, StorageBench.Key2);
        Assert.Equal(code, _bench.Interruption);
        if (code != ProgramCode.None) Assert.Equal(pattern, _bench.Read(Pattern, pattern.Length));
    }

    [Fact]
    public void A_pattern_that_cannot_be_stored_stays()
    {
        _bench.OpenAll();
        _bench.Protect(Pattern);
        Run(Op.ED, [0x40, 0x20], "12", StorageBench.Key2);
        Assert.Equal(ProgramCode.Protection, _bench.Interruption);
        Assert.Equal([0x40, 0x20], _bench.Read(Pattern, 2));
    }

    public void Dispose() => _bench.Dispose();
}
