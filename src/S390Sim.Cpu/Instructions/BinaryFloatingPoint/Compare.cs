using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// COMPARE and COMPARE AND SIGNAL (chapter 19): condition code 0 equal, 1 first operand low, 2 high, 3 unordered. To the latter
/// a quiet NaN is invalid too.
/// </summary>
internal static unsafe class Compare
{
    [Instruction(Op.CEBR)]
    public static Insn* Cebr(CpuState* c, Insn* i) => Short(c, i, FprOperand.Short(c, i->R2), signal: false, 2);

    [Instruction(Op.CEB)]
    public static Insn* Ceb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Short(c, i, BitConverter.UInt32BitsToSingle(b), signal: false, 3) : null;

    [Instruction(Op.CDBR)]
    public static Insn* Cdbr(CpuState* c, Insn* i) => Long(c, i, FprOperand.Long(c, i->R2), signal: false, 2);

    [Instruction(Op.CDB)]
    public static Insn* Cdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Long(c, i, BitConverter.UInt64BitsToDouble(b), signal: false, 3) : null;

    [Instruction(Op.CXBR)]
    public static Insn* Cxbr(CpuState* c, Insn* i) => Extended(c, i, signal: false);

    [Instruction(Op.KEBR)]
    public static Insn* Kebr(CpuState* c, Insn* i) => Short(c, i, FprOperand.Short(c, i->R2), signal: true, 2);

    [Instruction(Op.KEB)]
    public static Insn* Keb(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Short(c, i, BitConverter.UInt32BitsToSingle(b), signal: true, 3) : null;

    [Instruction(Op.KDBR)]
    public static Insn* Kdbr(CpuState* c, Insn* i) => Long(c, i, FprOperand.Long(c, i->R2), signal: true, 2);

    [Instruction(Op.KDB)]
    public static Insn* Kdb(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Long(c, i, BitConverter.UInt64BitsToDouble(b), signal: true, 3) : null;

    [Instruction(Op.KXBR)]
    public static Insn* Kxbr(CpuState* c, Insn* i) => Extended(c, i, signal: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Short(CpuState* c, Insn* i, float b, bool signal, int halfwords)
    {
        var a = FprOperand.Short(c, i->R1);
        if (a < b) c->Cc = 1;
        else if (a > b) c->Cc = 2;
        else if (a == b) c->Cc = 0;
        else return Closely<ShortFormat>(c, i, BitConverter.SingleToUInt32Bits(b), signal);
        return i + halfwords;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Long(CpuState* c, Insn* i, double b, bool signal, int halfwords)
    {
        var a = FprOperand.Long(c, i->R1);
        if (a < b) c->Cc = 1;
        else if (a > b) c->Cc = 2;
        else if (a == b) c->Cc = 0;
        else return Closely<LongFormat>(c, i, BitConverter.DoubleToUInt64Bits(b), signal);
        return i + halfwords;
    }

    private static Insn* Extended(CpuState* c, Insn* i, bool signal)
        => FprOperand.ArePairs(c, i->R1 | i->R2)
            ? Closely<ExtendedFormat>(c, i, FprOperand.Read<ExtendedFormat>(c, i->R2), signal) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Closely<TFormat>(CpuState* c, Insn* i, UInt128 b, bool signal) where TFormat : struct, IBfpFormat
    {
        var context = new BfpContext(c->Fpc);
        var cc = Bfp.Compare<TFormat>(FprOperand.Read<TFormat>(c, i->R1), b, signal, ref context);
        if (context.IsSuppressed) return Ieee.Interrupt(c, context.Dxc);
        c->Cc = cc;
        return Ieee.Complete(c, i, context);
    }
}
