using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// MULTIPLY AND ADD and MULTIPLY AND SUBTRACT (chapter 19): third times second operand, plus or minus the first, rounded once.
/// </summary>
internal static unsafe class MultiplyAdd
{
    [Instruction(Op.MAEBR)]
    public static Insn* Maebr(CpuState* c, Insn* i) => AddShort(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.MAEB)]
    public static Insn* Maeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? AddShort(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.MADBR)]
    public static Insn* Madbr(CpuState* c, Insn* i) => AddLong(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.MADB)]
    public static Insn* Madb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? AddLong(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [Instruction(Op.MSEBR)]
    public static Insn* Msebr(CpuState* c, Insn* i) => SubtractShort(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.MSEB)]
    public static Insn* Mseb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? SubtractShort(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.MSDBR)]
    public static Insn* Msdbr(CpuState* c, Insn* i) => SubtractLong(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.MSDB)]
    public static Insn* Msdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? SubtractLong(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* AddShort(CpuState* c, Insn* i, float b, int halfwords)
    {
        var result = MathF.FusedMultiplyAdd(FprOperand.Short(c, i->R3), b, FprOperand.Short(c, i->R1));
        if (!HostArithmetic.IsSettled(c->Fpc, result)) return ShortClosely(c, i, b, subtract: false);
        FprOperand.SetShort(c, i->R1, result);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* AddLong(CpuState* c, Insn* i, double b, int halfwords)
    {
        var result = Math.FusedMultiplyAdd(FprOperand.Long(c, i->R3), b, FprOperand.Long(c, i->R1));
        if (!HostArithmetic.IsSettled(c->Fpc, result)) return LongClosely(c, i, b, subtract: false);
        FprOperand.SetLong(c, i->R1, result);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SubtractShort(CpuState* c, Insn* i, float b, int halfwords)
    {
        var result = MathF.FusedMultiplyAdd(FprOperand.Short(c, i->R3), b, -FprOperand.Short(c, i->R1));
        if (!HostArithmetic.IsSettled(c->Fpc, result)) return ShortClosely(c, i, b, subtract: true);
        FprOperand.SetShort(c, i->R1, result);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SubtractLong(CpuState* c, Insn* i, double b, int halfwords)
    {
        var result = Math.FusedMultiplyAdd(FprOperand.Long(c, i->R3), b, -FprOperand.Long(c, i->R1));
        if (!HostArithmetic.IsSettled(c->Fpc, result)) return LongClosely(c, i, b, subtract: true);
        FprOperand.SetLong(c, i->R1, result);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* ShortClosely(CpuState* c, Insn* i, float b, bool subtract)
    {
        var addend = FprOperand.Short(c, i->R1);
        if (HostArithmetic.TryMultiplyAdd(
                ref c->Fpc, FprOperand.Short(c, i->R3), b, subtract ? -addend : addend, out var exact))
        {
            FprOperand.SetShort(c, i->R1, exact);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var (first, third) = (FprOperand.Read<ShortFormat>(c, i->R1), FprOperand.Read<ShortFormat>(c, i->R3));
        UInt128 second = BitConverter.SingleToUInt32Bits(b);
        var result = subtract
            ? Bfp.MultiplySubtract<ShortFormat>(first, second, third, ref context)
            : Bfp.MultiplyAdd<ShortFormat>(first, second, third, ref context);
        return Ieee.Deliver<ShortFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* LongClosely(CpuState* c, Insn* i, double b, bool subtract)
    {
        var addend = FprOperand.Long(c, i->R1);
        if (HostArithmetic.TryMultiplyAdd(c->Fpc, FprOperand.Long(c, i->R3), b, subtract ? -addend : addend, out var exact))
        {
            FprOperand.SetLong(c, i->R1, exact);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var second = BitConverter.DoubleToUInt64Bits(b);
        var result = subtract
            ? Bfp.MultiplySubtract<LongFormat>(c->Fpr(i->R1), second, c->Fpr(i->R3), ref context)
            : Bfp.MultiplyAdd<LongFormat>(c->Fpr(i->R1), second, c->Fpr(i->R3), ref context);
        return Ieee.Deliver<LongFormat>(c, i, result, context);
    }
}
