using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>DIVIDE (chapter 18): operands are normalized, the quotient is truncated, and no remainder is kept.</summary>
internal static unsafe class Divide
{
    [Instruction(Op.DER)]
    public static Insn* Der(CpuState* c, Insn* i) => By<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.DE)]
    public static Insn* De(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? By<Short>(c, i, second) : null;

    [Instruction(Op.DDR)]
    public static Insn* Ddr(CpuState* c, Insn* i) => By<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.DD)]
    public static Insn* Dd(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? By<Long>(c, i, second) : null;

    [Instruction(Op.DXR)]
    public static Insn* Dxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? By<Extended>(c, i, Extended.Get(c, i->R2)) : null;

    private static Insn* By<T>(CpuState* c, Insn* i, Hfp divisor) where T : struct, IFormat
    {
        if (divisor.IsZero) return c->Program(ProgramCode.HfpDivide);
        var a = T.Get(c, i->R1).Normalized();
        var b = divisor.Normalized();
        var fraction = T.Digits > 14
            ? Digits(a.Fraction >> 8, b.Fraction >> 8)
            : Quotient((ulong)(a.Fraction >> 64), (ulong)(b.Fraction >> 64));
        var quotient = new Hfp(a.IsNegative != b.IsNegative, a.Characteristic - b.Characteristic + 64, fraction);
        return Result.PutNormalized<T>(c, i, quotient);
    }

    /// <summary>Fraction of a quotient of fractions of 56 bits: sixty bits, of which the first four may be a carry.</summary>
    private static UInt128 Quotient(ulong a, ulong b)
        => ((UInt128)a << Long.FractionBits) / b << (Hfp.Point - Long.FractionBits);

    /// <summary>The same of fractions of 112 bits, four digits at a time.</summary>
    private static UInt128 Digits(UInt128 a, UInt128 b)
    {
        UInt128 quotient = Next(ref a, b);
        for (var n = 0; n < Extended.Digits; n += 4)
        {
            a <<= 16;
            quotient = quotient << 16 | Next(ref a, b);
        }
        return quotient << 8;
    }

    // The divisor's first bits, rounded up, give a partial quotient that is at most one too small.
    private static ulong Next(ref UInt128 rest, UInt128 divisor)
    {
        var partial = (ulong)(rest >> 64) / ((ulong)(divisor >> 64) + 1);
        rest -= divisor * partial;
        if (rest < divisor) return partial;
        rest -= divisor;
        return partial + 1;
    }
}
