using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>DIVIDE and DIVIDE TO INTEGER (chapter 19).</summary>
internal static unsafe class Divide
{
    [Instruction(Op.DEBR)]
    public static Insn* Debr(CpuState* c, Insn* i) => Short(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.DEB)]
    public static Insn* Deb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Short(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.DDBR)]
    public static Insn* Ddbr(CpuState* c, Insn* i) => Long(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.DDB)]
    public static Insn* Ddb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Long(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [Instruction(Op.DXBR)]
    public static Insn* Dxbr(CpuState* c, Insn* i)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var context = new BfpContext(c->Fpc);
        var (a, b) = (FprOperand.Read<ExtendedFormat>(c, i->R1), FprOperand.Read<ExtendedFormat>(c, i->R2));
        return Ieee.Deliver<ExtendedFormat>(c, i, Bfp.Divide<ExtendedFormat>(a, b, ref context), context);
    }

    [Instruction(Op.DIEBR)]
    public static Insn* Diebr(CpuState* c, Insn* i) => ToInteger<ShortFormat>(c, i);

    [Instruction(Op.DIDBR)]
    public static Insn* Didbr(CpuState* c, Insn* i) => ToInteger<LongFormat>(c, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Short(CpuState* c, Insn* i, float b, int halfwords)
    {
        var quotient = FprOperand.Short(c, i->R1) / b;
        if (!HostArithmetic.IsSettled(c->Fpc, quotient)) return ShortClosely(c, i, b);
        FprOperand.SetShort(c, i->R1, quotient);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Long(CpuState* c, Insn* i, double b, int halfwords)
    {
        var quotient = FprOperand.Long(c, i->R1) / b;
        if (!HostArithmetic.IsSettled(c->Fpc, quotient)) return LongClosely(c, i, b);
        FprOperand.SetLong(c, i->R1, quotient);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* ShortClosely(CpuState* c, Insn* i, float b)
    {
        if (HostArithmetic.TryDivide(ref c->Fpc, FprOperand.Short(c, i->R1), b, out var quotient))
        {
            FprOperand.SetShort(c, i->R1, quotient);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Divide<ShortFormat>(
            FprOperand.Read<ShortFormat>(c, i->R1), BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.Deliver<ShortFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* LongClosely(CpuState* c, Insn* i, double b)
    {
        if (HostArithmetic.TryDivide(ref c->Fpc, FprOperand.Long(c, i->R1), b, out var quotient))
        {
            FprOperand.SetLong(c, i->R1, quotient);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Divide<LongFormat>(c->Fpr(i->R1), BitConverter.DoubleToUInt64Bits(b), ref context);
        return Ieee.Deliver<LongFormat>(c, i, result, context);
    }

    // The quotient goes to the third operand, the remainder to the first; M4 rounds the quotient.
    private static Insn* ToInteger<TFormat>(CpuState* c, Insn* i) where TFormat : struct, IBfpFormat
    {
        if (i->R1 == i->R2 || i->R1 == i->R3 || i->R2 == i->R3) return c->Program(ProgramCode.Specification);
        if (!Modifier.TryRounding(c, i->M4, out var final)) return null;
        var context = new BfpContext(c->Fpc);
        var results = Bfp.DivideToInteger<TFormat>(
            FprOperand.Read<TFormat>(c, i->R1), FprOperand.Read<TFormat>(c, i->R2), final, ref context);
        if (context.IsSuppressed) return Ieee.Interrupt(c, context.Dxc);
        c->Cc = results.ConditionCode;
        FprOperand.Write<TFormat>(c, i->R3, results.Quotient);
        return Ieee.Deliver<TFormat>(c, i, results.Remainder, context);
    }
}
