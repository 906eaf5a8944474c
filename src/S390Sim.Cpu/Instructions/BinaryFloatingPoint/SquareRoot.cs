using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>SQUARE ROOT (chapter 19).</summary>
internal static unsafe class SquareRoot
{
    [Instruction(Op.SQEBR)]
    public static Insn* Sqebr(CpuState* c, Insn* i) => Short(c, i, FprOperand.Short(c, i->R2));

    [Instruction(Op.SQEB)]
    public static Insn* Sqeb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Short(c, i, BitConverter.UInt32BitsToSingle(b)) : null;

    [Instruction(Op.SQDBR)]
    public static Insn* Sqdbr(CpuState* c, Insn* i) => Long(c, i, FprOperand.Long(c, i->R2));

    [Instruction(Op.SQDB)]
    public static Insn* Sqdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Long(c, i, BitConverter.UInt64BitsToDouble(b)) : null;

    [Instruction(Op.SQXBR)]
    public static Insn* Sqxbr(CpuState* c, Insn* i)
    {
        if (!FprOperand.ArePairs(c, i->R1 | i->R2)) return null;
        var context = new BfpContext(c->Fpc);
        var result = Bfp.SquareRoot<ExtendedFormat>(FprOperand.Read<ExtendedFormat>(c, i->R2), ref context);
        return Ieee.Deliver<ExtendedFormat>(c, i, result, context);
    }

    private static Insn* Short(CpuState* c, Insn* i, float b)
    {
        if (HostArithmetic.TrySquareRoot(ref c->Fpc, b, out var root))
        {
            FprOperand.SetShort(c, i->R1, root);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.SquareRoot<ShortFormat>(BitConverter.SingleToUInt32Bits(b), ref context);
        return Ieee.Deliver<ShortFormat>(c, i, result, context);
    }

    private static Insn* Long(CpuState* c, Insn* i, double b)
    {
        if (HostArithmetic.TrySquareRoot(ref c->Fpc, b, out var root))
        {
            FprOperand.SetLong(c, i->R1, root);
            return i + (i->Length >> 1);
        }
        var context = new BfpContext(c->Fpc);
        var result = Bfp.SquareRoot<LongFormat>(BitConverter.DoubleToUInt64Bits(b), ref context);
        return Ieee.Deliver<LongFormat>(c, i, result, context);
    }
}
