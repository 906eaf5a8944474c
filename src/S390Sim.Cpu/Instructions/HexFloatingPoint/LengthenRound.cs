using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.HexFloatingPoint;

/// <summary>LOAD LENGTHENED and LOAD ROUNDED (chapter 18). Nothing is normalized.</summary>
internal static unsafe class LengthenRound
{
    [Instruction(Op.LDER)]
    public static Insn* Lder(CpuState* c, Insn* i) => ToLong(c, i, Short.Get(c, i->R2));

    [Instruction(Op.LDE)]
    public static Insn* Lde(CpuState* c, Insn* i) => Short.Load(c, i, out var second) ? ToLong(c, i, second) : null;

    [Instruction(Op.LXER)]
    public static Insn* Lxer(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? ToExtended(c, i, Short.Get(c, i->R2)) : null;

    [Instruction(Op.LXE)]
    public static Insn* Lxe(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) && Short.Load(c, i, out var second) ? ToExtended(c, i, second) : null;

    [Instruction(Op.LXDR)]
    public static Insn* Lxdr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) ? ToExtended(c, i, Long.Get(c, i->R2)) : null;

    [Instruction(Op.LXD)]
    public static Insn* Lxd(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R1) && Long.Load(c, i, out var second) ? ToExtended(c, i, second) : null;

    [Instruction(Op.LEDR)]
    public static Insn* Ledr(CpuState* c, Insn* i) => Rounded<Short>(c, i, Long.Get(c, i->R2));

    [Instruction(Op.LEXR)]
    public static Insn* Lexr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R2) ? Rounded<Short>(c, i, Extended.Get(c, i->R2)) : null;

    [Instruction(Op.LDXR)]
    public static Insn* Ldxr(CpuState* c, Insn* i)
        => Extended.ArePairs(c, i->R2) ? Rounded<Long>(c, i, Extended.Get(c, i->R2)) : null;

    private static Insn* ToLong(CpuState* c, Insn* i, Hfp number)
    {
        Long.Put(c, i->R1, number);
        return i + (i->Length >> 1);
    }

    /// <summary>A zero fraction becomes a true zero with the operand's sign.</summary>
    private static Insn* ToExtended(CpuState* c, Insn* i, Hfp number)
    {
        if (number.IsZero) Extended.PutZero(c, i->R1, number.IsNegative);
        else Extended.Put(c, i->R1, number);
        return i + (i->Length >> 1);
    }

    /// <summary>A one is added to the first bit that is dropped; a carry is made the first digit, and may overflow.</summary>
    private static Insn* Rounded<T>(CpuState* c, Insn* i, Hfp number) where T : struct, IFormat
    {
        var half = UInt128.One << (Hfp.Point - 1 - 4 * T.Digits);
        var rounded = (number with { Fraction = number.Fraction + half }).WithoutCarry().Truncated(T.Digits);
        T.Put(c, i->R1, rounded);
        return rounded.Characteristic <= 127 ? i + (i->Length >> 1) : c->Program(ProgramCode.HfpExponentOverflow);
    }
}
