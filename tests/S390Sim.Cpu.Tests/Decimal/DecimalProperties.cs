using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.Decimal;

/// <summary>Decimal arithmetic against big integers (chapter 8).</summary>
public sealed unsafe class DecimalProperties : IDisposable
{
    private const ulong First = StorageBench.Data, Second = StorageBench.Data + 0x100;
    private static readonly Config s_config = CaseCount.Usually(600, 0x390, 0x801);

    private readonly StorageBench _bench = new();

    /// <summary>A field in storage: digits and sign as hexadecimal digits.</summary>
    private sealed record Field(string Text)
    {
        public int Length => Text.Length / 2;
        public bool IsNegative => Text[^1] is 'B' or 'D';
        public BigInteger Magnitude => BigInteger.Parse(Text[..^1], CultureInfo.InvariantCulture);
        public BigInteger Value => IsNegative ? -Magnitude : Magnitude;
    }

    /// <summary>What an instruction left: the first operand, the condition code, the interruption.</summary>
    private sealed record Outcome(string Operand, int? ConditionCode, ProgramCode Code);

    private static Gen<Field> FieldOf(int length, int zeros = 0)
    {
        var count = 2 * length - 1;
        var digit = Gen.Choose(0, 9).Select(d => (char)('0' + d));
        var digits = Gen.Frequency(
            (5, digit.ArrayOf(count).Select(d => new string(d))),
            (3, from n in Gen.Choose(0, count) from d in digit.ArrayOf(n) select new string(d)),
            (1, Gen.Constant(new string('9', count))),
            (1, Gen.Constant("0")),
            (1, Gen.Choose(0, count - 1).Select(n => "1" + new string('0', n))));
        return from d in digits
               from sign in Gen.Elements('C', 'C', 'D', 'D', 'A', 'B', 'E', 'F')
               select new Field(d.PadLeft(count, '0')[Math.Min(zeros, count)..].PadLeft(count, '0') + sign);
    }

    private static Gen<Field> Fields => Gen.Choose(1, 16).SelectMany(length => FieldOf(length));

    private static string Packed(BigInteger magnitude, bool isNegative, int length)
    {
        var digits = magnitude.ToString(CultureInfo.InvariantCulture).PadLeft(2 * length - 1, '0');
        return digits[^(2 * length - 1)..] + (isNegative ? 'D' : 'C');
    }

    /// <summary>A result that sets the condition code and may overflow.</summary>
    private static Outcome Result(BigInteger value, bool isNegative, int length, bool mask)
    {
        var magnitude = BigInteger.Abs(value);
        var overflows = magnitude >= BigInteger.Pow(10, 2 * length - 1);
        return new(Packed(magnitude, isNegative && (overflows || !value.IsZero), length),
            overflows ? 3 : value.IsZero ? 0 : isNegative ? 1 : 2,
            overflows && mask ? ProgramCode.DecimalOverflow : ProgramCode.None);
    }

    private Outcome Run(Op op, Field first, Field? second, Operands operands, bool mask)
    {
        _bench.Storage.Write(First, Convert.FromHexString(first.Text));
        if (second is not null) _bench.Storage.Write(Second, Convert.FromHexString(second.Text));
        _bench.C->Gr[8] = First;
        _bench.C->Gr[9] = Second;
        _bench.Run(op, operands with { L1 = first.Length - 1, B1 = 8 }, 1,
            CpuBench.SupervisorMask | (mask ? Psw.DecimalOverflow : 0));
        var code = _bench.Interruption;
        return new(Convert.ToHexString(_bench.Read(First, first.Length)),
            code == ProgramCode.None ? _bench.C->Cc : _bench.ProgramOld.ConditionCode, code);
    }

    private Outcome Run(Op op, Field first, Field second, bool mask)
        => Run(op, first, second, new() { L2 = second.Length - 1, B2 = 9 }, mask);

    private void Holds(Gen<(Field First, Field Second)> pairs, Op op, Func<Field, Field, bool, Outcome> model)
        => Prop.ForAll(pairs.ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (pair, mask) =>
        {
            var expected = model(pair.First, pair.Second, mask);
            var actual = Run(op, pair.First, pair.Second, mask);
            if (expected.ConditionCode is null) actual = actual with { ConditionCode = null };
            return (expected == actual).Label($"{op} {pair} {mask}: {actual}, not {expected}");
        }).Check(s_config);

    private static Gen<(Field, Field)> Pairs => from first in Fields from second in Fields select (first, second);

    [Theory]
    [InlineData(Op.AP, 1)]
    [InlineData(Op.SP, -1)]
    public void Sums_are_algebraic(Op op, int sign) => Holds(Pairs, op, (first, second, mask) =>
    {
        var sum = first.Value + sign * second.Value;
        return Result(sum, sum.Sign < 0, first.Length, mask);
    });

    [Fact]
    public void Zap_takes_the_second_operand() => Holds(Pairs, Op.ZAP,
        (first, second, mask) => Result(second.Value, second.IsNegative, first.Length, mask));

    [Fact]
    public void Cp_compares_without_overflow() => Holds(Pairs, Op.CP, (first, second, _) =>
        new(first.Text, BigInteger.Compare(first.Value, second.Value) switch { 0 => 0, < 0 => 1, _ => 2 }, ProgramCode.None));

    private static Gen<(Field, Field)> Factors =>
        from second in Gen.Choose(1, 8)
        from first in Gen.Choose(1, 16)
        from zeros in Gen.Elements(0, 2 * second, 2 * second, 2 * second - 1)
        from a in FieldOf(first, zeros)
        from b in FieldOf(second)
        select (a, b);

    [Fact]
    public void Mp_multiplies_where_there_are_zeros_on_the_left() => Holds(Factors, Op.MP, (first, second, _) =>
    {
        if (second.Length >= first.Length) return new(first.Text, null, ProgramCode.Specification);
        if (first.Text[..(2 * second.Length)].Trim('0').Length != 0) return new(first.Text, null, ProgramCode.Data);
        var product = Packed(first.Magnitude * second.Magnitude, first.IsNegative != second.IsNegative, first.Length);
        return new(product, null, ProgramCode.None);
    });

    [Fact]
    public void Dp_divides_where_the_quotient_has_room() => Holds(Factors, Op.DP, (first, second, _) =>
    {
        if (second.Length >= first.Length) return new(first.Text, null, ProgramCode.Specification);
        if (second.Magnitude.IsZero) return new(first.Text, null, ProgramCode.DecimalDivide);
        var room = first.Length - second.Length;
        var quotient = BigInteger.DivRem(first.Magnitude, second.Magnitude, out var remainder);
        if (quotient >= BigInteger.Pow(10, 2 * room - 1)) return new(first.Text, null, ProgramCode.DecimalDivide);
        return new(Packed(quotient, first.IsNegative != second.IsNegative, room)
            + Packed(remainder, first.IsNegative, second.Length), null, ProgramCode.None);
    });

    [Fact]
    public void Srp_multiplies_by_powers_of_ten_and_rounds()
    {
        var shifts = Gen.Choose(-32, 31).ToArbitrary();
        var roundings = Gen.Choose(0, 9).ToArbitrary();
        Prop.ForAll(Fields.ToArbitrary(), shifts, roundings, (field, shift, rounding) =>
        {
            var magnitude = shift >= 0
                ? field.Magnitude * BigInteger.Pow(10, shift)
                : (field.Magnitude + rounding * BigInteger.Pow(10, -shift - 1)) / BigInteger.Pow(10, -shift);
            var expected = Result(field.IsNegative ? -magnitude : magnitude, field.IsNegative, field.Length, true);
            var actual = Run(Op.SRP, field, null, new() { I3 = rounding, D2 = 0xFC0 | (shift & 63) }, true);
            return (expected == actual).Label($"{field} {shift} {rounding}: {actual}, not {expected}");
        }).Check(s_config);
    }

    /// <summary>Each digit and each sign is looked at, whatever the others are.</summary>
    [Fact]
    public void An_invalid_digit_or_sign_changes_nothing()
    {
        var ops = Gen.Elements(Op.AP, Op.SP, Op.CP, Op.MP, Op.DP).ToArbitrary();
        Prop.ForAll(ops, Gen.Choose(0, 21).ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (op, position, code) =>
        {
            // Sixteen hexadecimal digits, then six.
            var whole = "000000000000123C" + "01234D";
            var isSign = position is 15 or 21;
            var bad = (isSign ? code : 10 + code).ToString("X1", CultureInfo.InvariantCulture);
            whole = whole[..position] + bad + whole[(position + 1)..];
            var first = new Field(whole[..16]);
            var actual = Run(op, first, new Field(whole[16..]), true);
            return (actual.Code == ProgramCode.Data && actual.Operand == whole[..16]).Label($"{op} {whole}: {actual}");
        }).Check(s_config);
    }

    public void Dispose() => _bench.Dispose();
}
