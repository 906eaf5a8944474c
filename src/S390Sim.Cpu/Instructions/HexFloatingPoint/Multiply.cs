using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>MULTIPLY (chapter 18): operands are normalized, and so is the product, which is then truncated.</summary>
internal static unsafe class Multiply
{
    [Instruction(Op.MEER)]
    public static Insn* Meer(CpuState* c, Insn* i) => To<Short>(c, i, Short.Get(c, i->R1), Short.Get(c, i->R2));

    [Instruction(Op.MEE)]
    public static Insn* Mee(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? To<Short>(c, i, Short.Get(c, i->R1), second) : null;

    [Instruction(Op.MDER)]
    public static Insn* Mder(CpuState* c, Insn* i) => To<Long>(c, i, Short.Get(c, i->R1), Short.Get(c, i->R2));

    [Instruction(Op.MDE)]
    public static Insn* Mde(CpuState* c, Insn* i)
        => Short.Load(c, i, out var second) ? To<Long>(c, i, Short.Get(c, i->R1), second) : null;

    [Instruction(Op.MDR)]
    public static Insn* Mdr(CpuState* c, Insn* i) => To<Long>(c, i, Long.Get(c, i->R1), Long.Get(c, i->R2));

    [Instruction(Op.MD)]
    public static Insn* Md(CpuState* c, Insn* i)
        => Long.Load(c, i, out var second) ? To<Long>(c, i, Long.Get(c, i->R1), second) : null;

    [Instruction(Op.MXDR)]
    public static Insn* Mxdr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? To<Extended>(c, i, Long.Get(c, i->R1), Long.Get(c, i->R2)) : null;

    [Instruction(Op.MXD)]
    public static Insn* Mxd(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) && Long.Load(c, i, out var second)
            ? To<Extended>(c, i, Long.Get(c, i->R1), second) : null;

    [Instruction(Op.MXR)]
    public static Insn* Mxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1, i->R2)
            ? To<Extended>(c, i, Extended.Get(c, i->R1), Extended.Get(c, i->R2)) : null;

    private static Insn* To<T>(CpuState* c, Insn* i, Hfp first, Hfp second) where T : struct, IFormat
        => Result.PutNormalized<T>(c, i, Hfp.Product(first.Normalized(), second.Normalized()));
}
