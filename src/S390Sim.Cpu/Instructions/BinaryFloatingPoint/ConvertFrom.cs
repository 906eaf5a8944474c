using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>CONVERT FROM FIXED and CONVERT FROM LOGICAL (chapter 19).</summary>
internal static unsafe class ConvertFrom
{
    [Instruction(Op.CEFBRA)]
    public static Insn* Cefbra(CpuState* c, Insn* i)
    {
        var fixedPoint = (int)c->Low(i->R2);
        var number = (float)fixedPoint;
        if ((i->M3 | i->M4) != 0 || !HostArithmetic.RoundsToNearest(c->Fpc)
            || !HostArithmetic.Settle(ref c->Fpc, (double)number == fixedPoint))
        {
            return FromFixed<ShortFormat>(c, i, fixedPoint);
        }
        FprOperand.SetShort(c, i->R1, number);
        return i + 2;
    }

    /// <summary>CONVERT FROM FIXED (32 to long BFP): always exact, so that the modifiers only have to be valid.</summary>
    [Instruction(Op.CDFBRA)]
    public static Insn* Cdfbra(CpuState* c, Insn* i)
    {
        if (i->M3 != 0) return FromFixed<LongFormat>(c, i, (int)c->Low(i->R2));
        FprOperand.SetLong(c, i->R1, (int)c->Low(i->R2));
        return i + 2;
    }

    [Instruction(Op.CXFBRA)]
    public static Insn* Cxfbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? FromFixed<ExtendedFormat>(c, i, (int)c->Low(i->R2)) : null;

    [Instruction(Op.CEGBRA)]
    public static Insn* Cegbra(CpuState* c, Insn* i)
    {
        var fixedPoint = (long)c->Gr[i->R2];
        var number = (float)fixedPoint;
        if ((i->M3 | i->M4) != 0 || !HostArithmetic.RoundsToNearest(c->Fpc)
            || !HostArithmetic.Settle(ref c->Fpc, IsExact(fixedPoint, number)))
        {
            return FromFixed<ShortFormat>(c, i, fixedPoint);
        }
        FprOperand.SetShort(c, i->R1, number);
        return i + 2;
    }

    [Instruction(Op.CDGBRA)]
    public static Insn* Cdgbra(CpuState* c, Insn* i)
    {
        var fixedPoint = (long)c->Gr[i->R2];
        var number = (double)fixedPoint;
        if ((i->M3 | i->M4) != 0 || !HostArithmetic.RoundsToNearest(c->Fpc)
            || !HostArithmetic.Settle(ref c->Fpc, IsExact(fixedPoint, number)))
        {
            return FromFixed<LongFormat>(c, i, fixedPoint);
        }
        FprOperand.SetLong(c, i->R1, number);
        return i + 2;
    }

    [Instruction(Op.CXGBRA)]
    public static Insn* Cxgbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? FromFixed<ExtendedFormat>(c, i, (long)c->Gr[i->R2]) : null;

    [Instruction(Op.CELFBR)]
    public static Insn* Celfbr(CpuState* c, Insn* i) => Convert<ShortFormat>(c, i, negative: false, c->Low(i->R2));

    [Instruction(Op.CDLFBR)]
    public static Insn* Cdlfbr(CpuState* c, Insn* i) => Convert<LongFormat>(c, i, negative: false, c->Low(i->R2));

    [Instruction(Op.CXLFBR)]
    public static Insn* Cxlfbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? Convert<ExtendedFormat>(c, i, negative: false, c->Low(i->R2)) : null;

    [Instruction(Op.CELGBR)]
    public static Insn* Celgbr(CpuState* c, Insn* i) => Convert<ShortFormat>(c, i, negative: false, c->Gr[i->R2]);

    [Instruction(Op.CDLGBR)]
    public static Insn* Cdlgbr(CpuState* c, Insn* i) => Convert<LongFormat>(c, i, negative: false, c->Gr[i->R2]);

    [Instruction(Op.CXLGBR)]
    public static Insn* Cxlgbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? Convert<ExtendedFormat>(c, i, negative: false, c->Gr[i->R2]) : null;

    // The greatest values round up to 2 to the 63rd, which does not come back.
    private static bool IsExact(long fixedPoint, double number) => number < long.MaxValue && (long)number == fixedPoint;

    private static Insn* FromFixed<TFormat>(CpuState* c, Insn* i, long value) where TFormat : struct, IBfpFormat
        => Convert<TFormat>(c, i, value < 0, value < 0 ? 0UL - (ulong)value : (ulong)value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Convert<TFormat>(CpuState* c, Insn* i, bool negative, ulong magnitude)
        where TFormat : struct, IBfpFormat
    {
        if (!Modifier.TryContext(c, i, hasAlwaysM3: false, out var context)) return null;
        return Ieee.Deliver<TFormat>(c, i, Bfp.FromFixed<TFormat>(negative, magnitude, ref context), context);
    }
}
