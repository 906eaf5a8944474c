using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>HALVE (chapter 18): the fraction is shifted right by one bit, then normalized.</summary>
internal static unsafe class Halve
{
    [Instruction(Op.HER)]
    public static Insn* Her(CpuState* c, Insn* i) => Half<Short>(c, i, Short.Get(c, i->R2));

    [Instruction(Op.HDR)]
    public static Insn* Hdr(CpuState* c, Insn* i) => Half<Long>(c, i, Long.Get(c, i->R2));

    private static Insn* Half<T>(CpuState* c, Insn* i, Hfp second) where T : struct, IFormat
        => Result.PutNormalized<T>(c, i, second with { Fraction = second.Fraction >> 1 });
}
