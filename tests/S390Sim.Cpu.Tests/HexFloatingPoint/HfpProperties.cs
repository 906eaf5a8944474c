using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Tests.General;

namespace S390Sim.Tests.HexFloatingPoint;

/// <summary>The hexadecimal-floating-point instructions against a model in big integers.</summary>
public sealed unsafe class HfpProperties : IDisposable
{
    private const ulong AfpRegisters = 1UL << 18, Untouched = 0x0123_4567_89AB_CDEF, UntouchedRest = 0x89AB_CDEF;
    private const int Short = 6, Long = 14, Extended = 28;
    private static readonly Config s_config = CaseCount.Usually(400, 0x360, 0x17);

    private readonly StorageBench _bench = new();

    public HfpProperties() => _bench.C->Cr[0] |= AfpRegisters;

    private void Load(int register, HfpNumber number)
    {
        var (high, low) = number.Registers;
        _bench.C->Fpr(register) = number.Digits == Short ? high | UntouchedRest : high;
        if (number.Digits == Extended) _bench.C->Fpr(register + 2) = low;
    }

    /// <summary>Executes an instruction on registers 0, 4 and 1 and says where it differs from the model.</summary>
    private string Run(Op op, HfpNumber first, HfpNumber second, HfpNumber? third, HfpModel model, HfpModel.Result expected)
    {
        var c = _bench.C;
        c->Fpr(0) = c->Fpr(2) = Untouched;
        Load(0, first);
        Load(4, second);
        if (third is not null) Load(1, third);
        c->Gr[9] = StorageBench.Data;
        _bench.Storage.Write64(StorageBench.Data, c->Fpr(4));
        var inStorage = InstructionTable.Get(op).Syntax.Contains("D2", StringComparison.Ordinal);
        var mask = CpuBench.SupervisorMask | 1UL << 44
            | (model.ExponentUnderflow ? Psw.HfpExponentUnderflow : 0) | (model.Significance ? Psw.HfpSignificance : 0);
        var before = (c->Fpr(0), c->Fpr(2));
        _bench.Run(op, inStorage ? new() { B2 = 9, R3 = 1 } : new() { R2 = 4, R3 = 1 }, 1, mask);

        if (_bench.Interruption != expected.Code) return $"code {_bench.Interruption}, not {expected.Code}";
        var conditionCode = expected.Code == ProgramCode.None ? c->Cc : _bench.ProgramOld.ConditionCode;
        if (conditionCode != (expected.ConditionCode ?? 1))
            return $"condition code {conditionCode}, not {expected.ConditionCode}";
        var wanted = Registers(expected.Number, before, expected.Code);
        return (c->Fpr(0), c->Fpr(2)) == wanted ? "" : $"{c->Fpr(0):x16} {c->Fpr(2):x16}, not {wanted.High:x16} {wanted.Low:x16}";
    }

    private static (ulong High, ulong Low) Registers(HfpNumber? number, (ulong High, ulong Low) before, ProgramCode code)
    {
        if (number is null) return before;
        var (high, low) = number.Registers;
        // A true zero has zeros in both parts; what lost its significance is none.
        if (number is { Fraction.IsZero: true, Characteristic: 0 } && code != ProgramCode.HfpSignificance) low = high;
        if (number.Digits == Short) high |= (uint)before.High;
        return (high, number.Digits == Extended ? low : before.Low);
    }

    private static Gen<HfpModel> Models
        => from u in Gen.Elements(false, true) from s in Gen.Elements(false, true) select new HfpModel(u, s);

    private void Holds(Op[] ops, int digits1, int digits2, Func<HfpModel, HfpNumber, HfpNumber, HfpModel.Result> result)
    {
        // The second number is often near the first one.
        var pairs = from a in HfpNumber.Of(digits1)
                    from b in HfpNumber.Of(digits2)
                    from near in Gen.Choose(0, 3)
                    from delta in Gen.Choose(-digits1 - 2, digits1 + 2)
                    from model in Models
                    let characteristic = Math.Clamp(a.Characteristic + delta, 0, 127)
                    select (a, b: near == 0 ? b with { Characteristic = characteristic } : b, model);
        foreach (var op in ops)
            Prop.ForAll(pairs.ToArbitrary(), test =>
            {
                var difference = Run(op, test.a, test.b, null, test.model, result(test.model, test.a, test.b));
                return (difference.Length == 0).Label($"{op}: {difference}");
            }).Check(s_config);
    }

    private static HfpNumber Minus(HfpNumber number) => number with { IsNegative = !number.IsNegative };

    [Theory]
    [InlineData(Short, Op.AER, Op.AE)]
    [InlineData(Long, Op.ADR, Op.AD)]
    [InlineData(Extended, Op.AXR)]
    public void Normalized_sums(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, a, b) => m.Add(a, b, true));

    [Theory]
    [InlineData(Short, Op.SER, Op.SE)]
    [InlineData(Long, Op.SDR, Op.SD)]
    [InlineData(Extended, Op.SXR)]
    public void Normalized_differences(int digits, params Op[] ops)
        => Holds(ops, digits, digits, (m, a, b) => m.Add(a, Minus(b), true));

    [Theory]
    [InlineData(Short, Op.AUR, Op.AU)]
    [InlineData(Long, Op.AWR, Op.AW)]
    public void Unnormalized_sums(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, a, b) => m.Add(a, b, false));

    [Theory]
    [InlineData(Short, Op.SUR, Op.SU)]
    [InlineData(Long, Op.SWR, Op.SW)]
    public void Unnormalized_differences(int digits, params Op[] ops)
        => Holds(ops, digits, digits, (m, a, b) => m.Add(a, Minus(b), false));

    [Theory]
    [InlineData(Short, Op.CER, Op.CE)]
    [InlineData(Long, Op.CDR, Op.CD)]
    [InlineData(Extended, Op.CXR)]
    public void Comparisons(int digits, params Op[] ops)
        => Holds(ops, digits, digits, (_, a, b) => new(null, HfpModel.Compare(a, b), ProgramCode.None));

    [Theory]
    [InlineData(Short, Short, Op.MEER, Op.MEE)]
    [InlineData(Short, Long, Op.MDER, Op.MDE)]
    [InlineData(Long, Long, Op.MDR, Op.MD)]
    [InlineData(Long, Extended, Op.MXDR, Op.MXD)]
    [InlineData(Extended, Extended, Op.MXR)]
    public void Products(int digits, int result, params Op[] ops)
        => Holds(ops, digits, digits, (m, a, b) => m.Multiply(a, b, result));

    [Theory]
    [InlineData(Short, Op.DER, Op.DE)]
    [InlineData(Long, Op.DDR, Op.DD)]
    [InlineData(Extended, Op.DXR)]
    public void Quotients(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, a, b) => m.Divide(a, b));

    [Theory]
    [InlineData(Short, Op.SQER, Op.SQE)]
    [InlineData(Long, Op.SQDR, Op.SQD)]
    [InlineData(Extended, Op.SQXR)]
    public void Roots(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, _, b) => m.SquareRoot(b));

    [Theory]
    [InlineData(Short, Op.HER)]
    [InlineData(Long, Op.HDR)]
    public void Halves(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, _, b) => m.Halve(b));

    [Theory]
    [InlineData(Short, Op.FIER)]
    [InlineData(Long, Op.FIDR)]
    [InlineData(Extended, Op.FIXR)]
    public void Integers(int digits, params Op[] ops) => Holds(ops, digits, digits, (m, _, b) => m.Integer(b));

    [Theory]
    [InlineData(Long, Short, Op.LEDR)]
    [InlineData(Extended, Short, Op.LEXR)]
    [InlineData(Extended, Long, Op.LDXR)]
    public void Roundings(int from, int to, params Op[] ops) => Holds(ops, to, from, (_, _, b) => HfpModel.Rounded(b, to));

    [Theory]
    [InlineData(Short, Op.MAER, Op.MAE)]
    [InlineData(Long, Op.MADR, Op.MAD)]
    public void Fused_sums(int digits, params Op[] ops)
        => HoldsOfThree(ops, digits, (m, a, b, c) => m.MultiplyAdd(a, b, c));

    [Theory]
    [InlineData(Short, Op.MSER, Op.MSE)]
    [InlineData(Long, Op.MSDR, Op.MSD)]
    public void Fused_differences(int digits, params Op[] ops)
        => HoldsOfThree(ops, digits, (m, a, b, c) => m.MultiplyAdd(Minus(a), b, c));

    [Theory]
    [InlineData(Op.MAYR), InlineData(Op.MAYHR), InlineData(Op.MAYLR)]
    [InlineData(Op.MAY), InlineData(Op.MAYH), InlineData(Op.MAYL)]
    public void Unnormalized_fused_sums(Op op)
        => HoldsOfThree([op], Long, (_, a, b, c) => Part(op, HfpModel.MultiplyAddUnnormalized(a, b, c)));

    [Theory]
    [InlineData(Op.MYR), InlineData(Op.MYHR), InlineData(Op.MYLR)]
    [InlineData(Op.MY), InlineData(Op.MYH), InlineData(Op.MYL)]
    public void Unnormalized_products(Op op) => HoldsOfThree([op], Long, (_, _, b, c) => Part(op, new(
        b.IsNegative != c.IsNegative, b.Characteristic + c.Characteristic - 64, b.Fraction * c.Fraction, Extended)));

    /// <summary>Both parts of a number, or the one that the instruction's name asks for.</summary>
    private static HfpModel.Result Part(Op op, HfpNumber number)
    {
        var half = BigInteger.One << 56;
        // A low-order part counts as a long number whose characteristic is 14 less.
        var part = op.ToString() switch
        {
            var name when name.Contains('H') => number with { Fraction = number.Fraction / half, Digits = Long },
            var name when name.Contains('L')
                => new(number.IsNegative, number.Characteristic - 14, number.Fraction % half, Long),
            // Not a true zero: the low-order characteristic is less even if the high-order one is zero.
            _ => number with { Characteristic = (number.Characteristic & 127) == 0 ? 128 : number.Characteristic },
        };
        return new(part, null, ProgramCode.None);
    }

    private void HoldsOfThree(Op[] ops, int digits, Func<HfpModel, HfpNumber, HfpNumber, HfpNumber, HfpModel.Result> result)
    {
        // The first number is near the product of the others.
        var triples = from a in HfpNumber.Of(digits)
                      from b in HfpNumber.Of(digits)
                      from c in HfpNumber.Of(digits)
                      from near in Gen.Choose(0, 3)
                      from delta in Gen.Choose(-2 * digits - 4, 2 * digits + 4)
                      let wanted = b.Characteristic + c.Characteristic - 64 + delta
                      from model in Models
                      select (a: near == 0 ? a : a with { Characteristic = Math.Clamp(wanted, 0, 127) }, b, c, model);
        foreach (var op in ops)
            Prop.ForAll(triples.ToArbitrary(), test =>
            {
                var expected = result(test.model, test.a, test.b, test.c);
                var difference = Run(op, test.a, test.b, test.c, test.model, expected);
                return (difference.Length == 0).Label($"{op}: {difference}");
            }).Check(s_config);
    }

    public void Dispose() => _bench.Dispose();
}
