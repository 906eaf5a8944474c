using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>ADD and SUBTRACT (chapter 19). Condition code 0 zero, 1 less than zero, 2 greater than zero, 3 a NaN.</summary>
internal static unsafe class AddSubtract
{
    [Instruction(Op.AEBR)]
    public static Insn* Aebr(CpuState* c, Insn* i) => AddShort(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.AEB)]
    public static Insn* Aeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? AddShort(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.ADBR)]
    public static Insn* Adbr(CpuState* c, Insn* i) => AddLong(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.ADB)]
    public static Insn* Adb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? AddLong(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [Instruction(Op.AXBR)]
    public static Insn* Axbr(CpuState* c, Insn* i)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var context = new BfpContext(c->Fpc);
        var (a, b) = (FprOperand.Read<ExtendedFormat>(c, i->R1), FprOperand.Read<ExtendedFormat>(c, i->R2));
        return Ieee.DeliverWithCode<ExtendedFormat>(c, i, Bfp.Add<ExtendedFormat>(a, b, ref context), context);
    }

    [Instruction(Op.SEBR)]
    public static Insn* Sebr(CpuState* c, Insn* i) => SubtractShort(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.SEB)]
    public static Insn* Seb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? SubtractShort(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.SDBR)]
    public static Insn* Sdbr(CpuState* c, Insn* i) => SubtractLong(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.SDB)]
    public static Insn* Sdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? SubtractLong(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [Instruction(Op.SXBR)]
    public static Insn* Sxbr(CpuState* c, Insn* i)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var context = new BfpContext(c->Fpc);
        var (a, b) = (FprOperand.Read<ExtendedFormat>(c, i->R1), FprOperand.Read<ExtendedFormat>(c, i->R2));
        return Ieee.DeliverWithCode<ExtendedFormat>(c, i, Bfp.Subtract<ExtendedFormat>(a, b, ref context), context);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* AddShort(CpuState* c, Insn* i, float b, int halfwords)
    {
        var sum = FprOperand.Short(c, i->R1) + b;
        if (!HostArithmetic.IsSettled(c->Fpc, sum)) return AddShortClosely(c, i, b);
        FprOperand.SetShort(c, i->R1, sum);
        c->Cc = sum < 0 ? 1 : 2;
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* AddLong(CpuState* c, Insn* i, double b, int halfwords)
    {
        var sum = FprOperand.Long(c, i->R1) + b;
        if (!HostArithmetic.IsSettled(c->Fpc, sum)) return AddLongClosely(c, i, b);
        FprOperand.SetLong(c, i->R1, sum);
        c->Cc = sum < 0 ? 1 : 2;
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SubtractShort(CpuState* c, Insn* i, float b, int halfwords)
    {
        var difference = FprOperand.Short(c, i->R1) - b;
        if (!HostArithmetic.IsSettled(c->Fpc, difference)) return SubtractShortClosely(c, i, b);
        FprOperand.SetShort(c, i->R1, difference);
        c->Cc = difference < 0 ? 1 : 2;
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SubtractLong(CpuState* c, Insn* i, double b, int halfwords)
    {
        var difference = FprOperand.Long(c, i->R1) - b;
        if (!HostArithmetic.IsSettled(c->Fpc, difference)) return SubtractLongClosely(c, i, b);
        FprOperand.SetLong(c, i->R1, difference);
        c->Cc = difference < 0 ? 1 : 2;
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* AddShortClosely(CpuState* c, Insn* i, float b)
    {
        if (HostArithmetic.TryAdd(ref c->Fpc, FprOperand.Short(c, i->R1), b, out var sum)) return StoreShort(c, i, sum);
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Add<ShortFormat>(
            FprOperand.Read<ShortFormat>(c, i->R1), BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.DeliverWithCode<ShortFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* AddLongClosely(CpuState* c, Insn* i, double b)
    {
        if (HostArithmetic.TryAdd(ref c->Fpc, FprOperand.Long(c, i->R1), b, out var sum)) return StoreLong(c, i, sum);
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Add<LongFormat>(c->Fpr(i->R1), BitConverter.DoubleToUInt64Bits(b), ref context);
        return Ieee.DeliverWithCode<LongFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* SubtractShortClosely(CpuState* c, Insn* i, float b)
    {
        if (HostArithmetic.TryAdd(ref c->Fpc, FprOperand.Short(c, i->R1), -b, out var sum)) return StoreShort(c, i, sum);
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Subtract<ShortFormat>(
            FprOperand.Read<ShortFormat>(c, i->R1), BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.DeliverWithCode<ShortFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* SubtractLongClosely(CpuState* c, Insn* i, double b)
    {
        if (HostArithmetic.TryAdd(ref c->Fpc, FprOperand.Long(c, i->R1), -b, out var sum)) return StoreLong(c, i, sum);
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Subtract<LongFormat>(c->Fpr(i->R1), BitConverter.DoubleToUInt64Bits(b), ref context);
        return Ieee.DeliverWithCode<LongFormat>(c, i, result, context);
    }

    private static Insn* StoreShort(CpuState* c, Insn* i, float result)
    {
        FprOperand.SetShort(c, i->R1, result);
        c->Cc = result == 0 ? 0 : result < 0 ? 1 : 2;
        return i + (i->Length >> 1);
    }

    private static Insn* StoreLong(CpuState* c, Insn* i, double result)
    {
        FprOperand.SetLong(c, i->R1, result);
        c->Cc = result == 0 ? 0 : result < 0 ? 1 : 2;
        return i + (i->Length >> 1);
    }
}
