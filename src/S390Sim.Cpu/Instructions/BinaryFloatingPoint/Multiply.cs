using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>MULTIPLY, to the operands' format or the next longer one (chapter 19).</summary>
internal static unsafe class Multiply
{
    [Instruction(Op.MEEBR)]
    public static Insn* Meebr(CpuState* c, Insn* i) => Short(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.MEEB)]
    public static Insn* Meeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Short(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.MDBR)]
    public static Insn* Mdbr(CpuState* c, Insn* i) => Long(c, i, FprOperand.Long(c, i->R2), 2);

    [Instruction(Op.MDB)]
    public static Insn* Mdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Long(c, i, BitConverter.UInt64BitsToDouble(b), 3) : null;

    [Instruction(Op.MXBR)]
    public static Insn* Mxbr(CpuState* c, Insn* i)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var context = new BfpContext(c->Fpc);
        var (a, b) = (FprOperand.Read<ExtendedFormat>(c, i->R1), FprOperand.Read<ExtendedFormat>(c, i->R2));
        var result = Bfp.Multiply<ExtendedFormat, ExtendedFormat>(a, b, ref context);
        return Ieee.Deliver<ExtendedFormat>(c, i, result, context);
    }

    [Instruction(Op.MDEBR)]
    public static Insn* Mdebr(CpuState* c, Insn* i) => ShortToLong(c, i, FprOperand.Short(c, i->R2), 2);

    [Instruction(Op.MDEB)]
    public static Insn* Mdeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? ShortToLong(c, i, BitConverter.UInt32BitsToSingle(b), 3) : null;

    [Instruction(Op.MXDBR)]
    public static Insn* Mxdbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) ? LongToExtended(c, i, c->Fpr(i->R2)) : null;

    [Instruction(Op.MXDB)]
    public static Insn* Mxdb(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R1) && Operand.Doubleword(c, i, out var b) ? LongToExtended(c, i, b) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Short(CpuState* c, Insn* i, float b, int halfwords)
    {
        var product = FprOperand.Short(c, i->R1) * b;
        if (!HostArithmetic.IsSettled(c->Fpc, product)) return ShortClosely(c, i, b);
        FprOperand.SetShort(c, i->R1, product);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Long(CpuState* c, Insn* i, double b, int halfwords)
    {
        var product = FprOperand.Long(c, i->R1) * b;
        if (!HostArithmetic.IsSettled(c->Fpc, product)) return LongClosely(c, i, b);
        FprOperand.SetLong(c, i->R1, product);
        return i + halfwords;
    }

    // Twice the digits and more than twice the range: always exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* ShortToLong(CpuState* c, Insn* i, float b, int halfwords)
    {
        var product = (double)FprOperand.Short(c, i->R1) * b;
        if (!HostArithmetic.IsFinite(product)) return ShortToLongClosely(c, i, b);
        FprOperand.SetLong(c, i->R1, product);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* ShortClosely(CpuState* c, Insn* i, float b)
    {
        if (HostArithmetic.TryMultiply(ref c->Fpc, FprOperand.Short(c, i->R1), b, out var product))
        {
            FprOperand.SetShort(c, i->R1, product);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Multiply<ShortFormat, ShortFormat>(
            FprOperand.Read<ShortFormat>(c, i->R1), BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.Deliver<ShortFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* LongClosely(CpuState* c, Insn* i, double b)
    {
        if (HostArithmetic.TryMultiply(ref c->Fpc, FprOperand.Long(c, i->R1), b, out var product))
        {
            FprOperand.SetLong(c, i->R1, product);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Multiply<LongFormat, LongFormat>(c->Fpr(i->R1), BitConverter.DoubleToUInt64Bits(b), ref context);
        return Ieee.Deliver<LongFormat>(c, i, result, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* ShortToLongClosely(CpuState* c, Insn* i, float b)
    {
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Multiply<ShortFormat, LongFormat>(
            FprOperand.Read<ShortFormat>(c, i->R1), BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.Deliver<LongFormat>(c, i, result, context);
    }

    private static Insn* LongToExtended(CpuState* c, Insn* i, ulong b)
    {
        var context = new BfpContext(c->Fpc);
        var result = Bfp.Multiply<LongFormat, ExtendedFormat>(c->Fpr(i->R1), b, ref context);
        return Ieee.Deliver<ExtendedFormat>(c, i, result, context);
    }
}
