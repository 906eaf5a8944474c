using System.Numerics;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>SHIFT LEFT and RIGHT, SINGLE and DOUBLE, signed and LOGICAL, and ROTATE LEFT SINGLE LOGICAL (chapter 7).</summary>
internal static unsafe class Shift
{
    [Instruction(Op.SLL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Sll(CpuState* c, Insn* i) => Word(c, i, Fixed.ShiftLeft(c->Low(i->R1), Amount(c, i)), i + 2);

    [Instruction(Op.SLLK)]
    public static Insn* Sllk(CpuState* c, Insn* i) => Word(c, i, Fixed.ShiftLeft(c->Low(i->R3), Amount(c, i)), i + 3);

    [Instruction(Op.SLLG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Sllg(CpuState* c, Insn* i) => Doubleword(c, i, c->Gr[i->R3] << Amount(c, i), i + 3);

    [Instruction(Op.SRL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Srl(CpuState* c, Insn* i) => Word(c, i, Fixed.ShiftRight(c->Low(i->R1), Amount(c, i)), i + 2);

    [Instruction(Op.SRLK)]
    public static Insn* Srlk(CpuState* c, Insn* i) => Word(c, i, Fixed.ShiftRight(c->Low(i->R3), Amount(c, i)), i + 3);

    [Instruction(Op.SRLG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Srlg(CpuState* c, Insn* i) => Doubleword(c, i, c->Gr[i->R3] >> Amount(c, i), i + 3);

    [Instruction(Op.SLA)]
    public static Insn* Sla(CpuState* c, Insn* i) => SignedLeft(c, i, c->Low(i->R1), i + 2);

    [Instruction(Op.SLAK)]
    public static Insn* Slak(CpuState* c, Insn* i) => SignedLeft(c, i, c->Low(i->R3), i + 3);

    [Instruction(Op.SLAG)]
    public static Insn* Slag(CpuState* c, Insn* i) => SignedLeft(c, i, c->Gr[i->R3], i + 3);

    [Instruction(Op.SRA)]
    public static Insn* Sra(CpuState* c, Insn* i) => SignedRight(c, i, c->Low(i->R1), i + 2);

    [Instruction(Op.SRAK)]
    public static Insn* Srak(CpuState* c, Insn* i) => SignedRight(c, i, c->Low(i->R3), i + 3);

    [Instruction(Op.SRAG)]
    public static Insn* Srag(CpuState* c, Insn* i) => SignedRight(c, i, c->Gr[i->R3], i + 3);

    [Instruction(Op.RLL)]
    public static Insn* Rll(CpuState* c, Insn* i) => Word(c, i, BitOperations.RotateLeft(c->Low(i->R3), Amount(c, i)), i + 3);

    [Instruction(Op.RLLG)]
    public static Insn* Rllg(CpuState* c, Insn* i)
        => Doubleword(c, i, BitOperations.RotateLeft(c->Gr[i->R3], Amount(c, i)), i + 3);

    [Instruction(Op.SLDL)]
    public static Insn* Sldl(CpuState* c, Insn* i) => Operand.EvenPair(c, i) ? Pair(c, i, Pair(c, i) << Amount(c, i)) : null;

    [Instruction(Op.SRDL)]
    public static Insn* Srdl(CpuState* c, Insn* i) => Operand.EvenPair(c, i) ? Pair(c, i, Pair(c, i) >> Amount(c, i)) : null;

    [Instruction(Op.SLDA)]
    public static Insn* Slda(CpuState* c, Insn* i)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var result = Fixed.ShiftLeftSigned((long)Pair(c, i), Amount(c, i), out var overflow);
        Pair(c, i, (ulong)result);
        c->Cc = overflow ? 3 : ConditionCode.OfSign(result);
        return Add.Completed(c, i + 2);
    }

    [Instruction(Op.SRDA)]
    public static Insn* Srda(CpuState* c, Insn* i)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var result = (long)Pair(c, i) >> Amount(c, i);
        c->Cc = ConditionCode.OfSign(result);
        return Pair(c, i, (ulong)result);
    }

    // The rightmost six bits of the second-operand address, which is not used to address data.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Amount(CpuState* c, Insn* i) => (int)(c->Gr[i->B2] + (ulong)i->D2) & 0x3F;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Word(CpuState* c, Insn* i, uint value, Insn* next)
    {
        c->Low(i->R1) = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Doubleword(CpuState* c, Insn* i, ulong value, Insn* next)
    {
        c->Gr[i->R1] = value;
        return next;
    }

    // Low words of the even-odd pair R1 as one 64-bit number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pair(CpuState* c, Insn* i) => ((ulong)c->Low(i->R1) << 32) | c->Low(i->R1 + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Pair(CpuState* c, Insn* i, ulong value)
    {
        c->Low(i->R1) = (uint)(value >> 32);
        c->Low(i->R1 + 1) = (uint)value;
        return i + 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SignedLeft(CpuState* c, Insn* i, uint value, Insn* next)
    {
        var result = Fixed.ShiftLeftSigned((int)value, Amount(c, i), out var overflow);
        c->Low(i->R1) = (uint)result;
        c->Cc = overflow ? 3 : ConditionCode.OfSign(result);
        return Add.Completed(c, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SignedLeft(CpuState* c, Insn* i, ulong value, Insn* next)
    {
        var result = Fixed.ShiftLeftSigned((long)value, Amount(c, i), out var overflow);
        c->Gr[i->R1] = (ulong)result;
        c->Cc = overflow ? 3 : ConditionCode.OfSign(result);
        return Add.Completed(c, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SignedRight(CpuState* c, Insn* i, uint value, Insn* next)
    {
        var result = (int)((long)(int)value >> Amount(c, i));
        c->Low(i->R1) = (uint)result;
        c->Cc = ConditionCode.OfSign(result);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SignedRight(CpuState* c, Insn* i, ulong value, Insn* next)
    {
        var result = (long)value >> Amount(c, i);
        c->Gr[i->R1] = (ulong)result;
        c->Cc = ConditionCode.OfSign(result);
        return next;
    }
}
