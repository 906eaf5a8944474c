using System.Runtime.CompilerServices;
using S390Sim.Cpu.FloatingPoint;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.BinaryFloatingPoint;

/// <summary>
/// CONVERT TO FIXED and CONVERT TO LOGICAL (chapter 19). Condition code 0 the source is zero, 1 less than zero, 2 greater than
/// zero, 3 a NaN or out of range.
/// </summary>
internal static unsafe class ConvertTo
{
    private const double Limit32 = 1L << 31, Limit64 = 1UL << 63;

    [Instruction(Op.CFEBRA)]
    public static Insn* Cfebra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Short(c, i->R2);
        if (!TryConvert(c, i, operand, Limit32, out var result)) return Word<ShortFormat>(c, i, isSigned: true);
        c->Low(i->R1) = (uint)result;
        return i + 2;
    }

    [Instruction(Op.CFDBRA)]
    public static Insn* Cfdbra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        if (!TryConvert(c, i, operand, Limit32, out var result)) return Word<LongFormat>(c, i, isSigned: true);
        c->Low(i->R1) = (uint)result;
        return i + 2;
    }

    [Instruction(Op.CFXBRA)]
    public static Insn* Cfxbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R2) ? Word<ExtendedFormat>(c, i, isSigned: true) : null;

    [Instruction(Op.CGEBRA)]
    public static Insn* Cgebra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Short(c, i->R2);
        if (!TryConvert(c, i, operand, Limit64, out var result)) return Doubleword<ShortFormat>(c, i, isSigned: true);
        c->Gr[i->R1] = (ulong)result;
        return i + 2;
    }

    [Instruction(Op.CGDBRA)]
    public static Insn* Cgdbra(CpuState* c, Insn* i)
    {
        var operand = FprOperand.Long(c, i->R2);
        if (!TryConvert(c, i, operand, Limit64, out var result)) return Doubleword<LongFormat>(c, i, isSigned: true);
        c->Gr[i->R1] = (ulong)result;
        return i + 2;
    }

    [Instruction(Op.CGXBRA)]
    public static Insn* Cgxbra(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R2) ? Doubleword<ExtendedFormat>(c, i, isSigned: true) : null;

    [Instruction(Op.CLFEBR)]
    public static Insn* Clfebr(CpuState* c, Insn* i) => Word<ShortFormat>(c, i, isSigned: false);

    [Instruction(Op.CLFDBR)]
    public static Insn* Clfdbr(CpuState* c, Insn* i) => Word<LongFormat>(c, i, isSigned: false);

    [Instruction(Op.CLFXBR)]
    public static Insn* Clfxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R2) ? Word<ExtendedFormat>(c, i, isSigned: false) : null;

    [Instruction(Op.CLGEBR)]
    public static Insn* Clgebr(CpuState* c, Insn* i) => Doubleword<ShortFormat>(c, i, isSigned: false);

    [Instruction(Op.CLGDBR)]
    public static Insn* Clgdbr(CpuState* c, Insn* i) => Doubleword<LongFormat>(c, i, isSigned: false);

    [Instruction(Op.CLGXBR)]
    public static Insn* Clgxbr(CpuState* c, Insn* i)
        => FprOperand.ArePairs(c, i->R2) ? Doubleword<ExtendedFormat>(c, i, isSigned: false) : null;

    // Truncation, which is what compilers want, of a number whose result fits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryConvert(CpuState* c, Insn* i, double operand, double limit, out long result)
    {
        result = 0;
        if (i->M3 != 5 || i->M4 != 0 || !(operand > -limit && operand < limit)) return false;
        result = (long)operand;
        if (!HostArithmetic.Settle(ref c->Fpc, result == operand)) return false;
        c->Cc = operand == 0 ? 0 : operand < 0 ? 1 : 2;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Word<TFormat>(CpuState* c, Insn* i, bool isSigned) where TFormat : struct, IBfpFormat
    {
        if (!Modifier.TryContext(c, i, hasAlwaysM3: true, out var context)) return null;
        var result = Bfp.ToFixed<TFormat>(FprOperand.Read<TFormat>(c, i->R2), 32, isSigned, out var cc, ref context);
        if (context.IsSuppressed) return Ieee.Interrupt(c, context.Dxc);
        c->Low(i->R1) = (uint)result;
        c->Cc = cc;
        return Ieee.Complete(c, i, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* Doubleword<TFormat>(CpuState* c, Insn* i, bool isSigned) where TFormat : struct, IBfpFormat
    {
        if (!Modifier.TryContext(c, i, hasAlwaysM3: true, out var context)) return null;
        var result = Bfp.ToFixed<TFormat>(FprOperand.Read<TFormat>(c, i->R2), 64, isSigned, out var cc, ref context);
        if (context.IsSuppressed) return Ieee.Interrupt(c, context.Dxc);
        c->Gr[i->R1] = result;
        c->Cc = cc;
        return Ieee.Complete(c, i, context);
    }
}
