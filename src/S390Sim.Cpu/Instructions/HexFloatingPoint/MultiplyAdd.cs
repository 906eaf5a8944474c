using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>
/// MULTIPLY AND ADD, MULTIPLY AND SUBTRACT (chapter 18): the third operand times the second, plus or less the first. The
/// intermediate product and sum are exact; only the normalized sum is truncated. No significance exception, and the condition
/// code stays.
/// </summary>
internal static unsafe class MultiplyAdd
{
    [Instruction(Op.MAER)]
    public static Insn* Maer(CpuState* c, Insn* i) => Sum<Short>(c, i, Short.Get(c, i->R2), Short.Get(c, i->R1));

    [Instruction(Op.MAE)]
    public static Insn* Mae(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? Sum<Short>(c, i, second, Short.Get(c, i->R1)) : null;

    [Instruction(Op.MADR)]
    public static Insn* Madr(CpuState* c, Insn* i) => Sum<Long>(c, i, Long.Get(c, i->R2), Long.Get(c, i->R1));

    [Instruction(Op.MAD)]
    public static Insn* Mad(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? Sum<Long>(c, i, second, Long.Get(c, i->R1)) : null;

    [Instruction(Op.MSER)]
    public static Insn* Mser(CpuState* c, Insn* i) => Sum<Short>(c, i, Short.Get(c, i->R2), -Short.Get(c, i->R1));

    [Instruction(Op.MSE)]
    public static Insn* Mse(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? Sum<Short>(c, i, second, -Short.Get(c, i->R1)) : null;

    [Instruction(Op.MSDR)]
    public static Insn* Msdr(CpuState* c, Insn* i) => Sum<Long>(c, i, Long.Get(c, i->R2), -Long.Get(c, i->R1));

    [Instruction(Op.MSD)]
    public static Insn* Msd(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? Sum<Long>(c, i, second, -Long.Get(c, i->R1)) : null;

    private static Insn* Sum<T>(CpuState* c, Insn* i, Hfp second, Hfp addend) where T : struct, IFormat
    {
        var product = Hfp.Product(T.Get(c, i->R3).Normalized(), second.Normalized()).Normalized();
        return Result.PutNormalized<T>(c, i, Hfp.ExactSum(product, addend.Normalized()));
    }
}
