using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>SQUARE ROOT (chapter 18): the normalized root, rounded by adding one half of its last place.</summary>
internal static unsafe class SquareRoot
{
    [Instruction(Op.SQER)]
    public static Insn* Sqer(CpuState* c, Insn* i) => Of<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.SQE)]
    public static Insn* Sqe(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? Of<Short>(c, i, second) : null;

    [Instruction(Op.SQDR)]
    public static Insn* Sqdr(CpuState* c, Insn* i) => Of<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.SQD)]
    public static Insn* Sqd(CpuState* c, Insn* i) => Long.Load(c, i, out var second) ? Of<Long>(c, i, second) : null;

    [Instruction(Op.SQXR)]
    public static Insn* Sqxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? Of<Extended>(c, i, Extended.Get(c, i->R2)) : null;

    private static Insn* Of<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
    {
        if (second.IsZero) return Result.PutNormalized<T>(c, i, second);
        if (second.IsNegative) return c->Program(ProgramCode.HfpSquareRoot);
        var number = second.Normalized();
        // An even exponent is halved; an odd one is made even by a leading zero digit.
        var isOdd = (number.Characteristic & 1) != 0;
        var fraction = isOdd ? number.Fraction >> 4 : number.Fraction;
        var characteristic = (number.Characteristic + (isOdd ? 1 : 0) - 64) / 2 + 64;
        var bits = 4 * T.Digits;
        var root = (Root(fraction, bits + 1) + 1) >> 1;
        return Result.PutNormalized<T>(c, i, new(false, characteristic, root << (Hfp.Point - bits)));
    }

    /// <summary>The first bits of the square root of a fraction, each found by a trial subtraction.</summary>
    private static UInt128 Root(UInt128 fraction, int bits)
    {
        fraction <<= 128 - Hfp.Point;
        var root = UInt128.Zero;
        var rest = UInt128.Zero;
        for (var n = 0; n < bits; n++)
        {
            rest = (rest << 2) | (fraction >> 126);
            fraction <<= 2;
            var trial = (root << 2) | UInt128.One;
            root <<= 1;
            if (rest < trial) continue;
            rest -= trial;
            root |= UInt128.One;
        }
        return root;
    }
}
