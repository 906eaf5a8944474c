using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>LOAD LENGTHENED and LOAD ROUNDED (chapter 19).</summary>
internal static unsafe class LoadFormat
{
    [Instruction(Op.LDEBR)]
    public static Insn* Ldebr(CpuState* c, Insn* i) => ShortToLong(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.LDEB)]
    public static Insn* Ldeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? ShortToLong(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.LXEBR)]
    public static Insn* Lxebr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1)
            ? Lengthen<ShortFormat, ExtendedFormat>(c, i, FprOperand.Read<ShortFormat>(c, i->R2)) : null;

    [Instruction(Op.LXEB)]
    public static Insn* Lxeb(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) && Operand.Word(c, i, out var b)
            ? Lengthen<ShortFormat, ExtendedFormat>(c, i, b) : null;

    [Instruction(Op.LXDBR)]
    public static Insn* Lxdbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? Lengthen<LongFormat, ExtendedFormat>(c, i, c->Fpr(i->R2)) : null;

    [Instruction(Op.LXDB)]
    public static Insn* Lxdb(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) && Operand.Doubleword(c, i, out var b)
            ? Lengthen<LongFormat, ExtendedFormat>(c, i, b) : null;

    [Instruction(Op.LEDBRA)]
    public static Insn* Ledbra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        var rounded = (float)operand;
        if ((i->M3 | i->M4) != 0 || !HostArithmetic.RoundsToNearest(c->Fpc) || !HostArithmetic.IsNormal(rounded)
            || !HostArithmetic.Settle(ref c->Fpc, rounded == operand))
        {
            return Round<LongFormat, ShortFormat>(c, i);
        }
        FprOperand.SetShort(c, i->R1, rounded);
        return i + 2;
    }

    /// <summary>LOAD ROUNDED (extended to long); R1 names a pair too, for a result that stays in the source's format.</summary>
    [Instruction(Op.LDXBRA)]
    public static Insn* Ldxbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Round<ExtendedFormat, LongFormat>(c, i) : null;

    [Instruction(Op.LEXBRA)]
    public static Insn* Lexbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1 | i->R2) ? Round<ExtendedFormat, ShortFormat>(c, i) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* ShortToLong(CpuState* c, Insn* i, float b, int halfwords)
    {
        if (!HostArithmetic.IsFinite(b)) return Lengthen<ShortFormat, LongFormat>(c, i, BitConverter.SingleToUInt32Bits(b));
        FprOperand.SetLong(c, i->R1, b);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Lengthen<TSource, TTarget>(CpuState* c, Insn* i, UInt128 operand)
        where TSource : struct, IBfpFormat
        where TTarget : struct, IBfpFormat
    {
        var context = new BfpContext(c->Fpc);
        return Ieee.Deliver<TTarget>(c, i, Bfp.Lengthen<TSource, TTarget>(operand, ref context), context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Round<TSource, TTarget>(CpuState* c, Insn* i)
        where TSource : struct, IBfpFormat
        where TTarget : struct, IBfpFormat
    {
        if (!Modifier.TryContext(c, i, hasAlwaysM3: false, out var context)) return null;
        var result = Bfp.Shorten<TSource, TTarget>(FprOperand.Read<TSource>(c, i->R2), ref context);
        return context.IsScaled
            ? Ieee.Deliver<TSource>(c, i, result, context)
            : Ieee.Deliver<TTarget>(c, i, result, context);
    }
}
