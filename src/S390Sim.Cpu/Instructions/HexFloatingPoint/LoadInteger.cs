using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>LOAD FP INTEGER (chapter 18): the normalized number without the digits right of the hexadecimal point.</summary>
internal static unsafe class LoadInteger
{
    [Instruction(Op.FIER)]
    public static Insn* Fier(CpuState* c, Insn* i) => Integer<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.FIDR)]
    public static Insn* Fidr(CpuState* c, Insn* i) => Integer<Long>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.FIXR)]
    public static Insn* Fixr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2) ? Integer<Extended>(c, i, Extended.Get(c, i->R2)) : null;

    private static Insn* Integer<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
    {
        var number = second.Normalized();
        var digits = Math.Clamp(number.Characteristic - 64, 0, T.Digits);
        return Result.PutNormalized<T>(c, i, number.Truncated(digits));
    }
}
