using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD of words and doublewords, extended, logical, reversed, tested, high and relative (chapter 7, "LOAD").</summary>
internal static unsafe class Load
{
    [Instruction(Op.LR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lr(CpuState* c, Insn* i) => Word(c, i, c->Low(i->R2), i + 1);

    [Instruction(Op.L)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* L(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Word(c, i, b, i + 2) : null;

    [Instruction(Op.LY)]
    public static Insn* Ly(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.LRL)]
    public static Insn* Lrl(CpuState* c, Insn* i) => Operand.RelativeWord(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.LFH)]
    public static Insn* Lfh(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? High(c, i, b, i + 3) : null;

    [Instruction(Op.LGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lgr(CpuState* c, Insn* i) => Doubleword(c, i, c->Gr[i->R2], i + 2);

    [Instruction(Op.LG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lg(CpuState* c, Insn* i) => Operand.Doubleword(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LGRL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lgrl(CpuState* c, Insn* i)
        => Operand.RelativeDoubleword(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LGFR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lgfr(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.LGF)]
    public static Insn* Lgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Doubleword(c, i, (ulong)(int)b, i + 3) : null;

    [Instruction(Op.LGFRL)]
    public static Insn* Lgfrl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Doubleword(c, i, (ulong)(int)b, i + 3) : null;

    [Instruction(Op.LLGFR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Llgfr(CpuState* c, Insn* i) => Doubleword(c, i, c->Low(i->R2), i + 2);

    [Instruction(Op.LLGF)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Llgf(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LLGFRL)]
    public static Insn* Llgfrl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LLGTR)]
    public static Insn* Llgtr(CpuState* c, Insn* i) => Doubleword(c, i, c->Low(i->R2) & 0x7FFF_FFFF, i + 2);

    [Instruction(Op.LLGT)]
    public static Insn* Llgt(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Doubleword(c, i, b & 0x7FFF_FFFF, i + 3) : null;

    [Instruction(Op.LRVR)]
    public static Insn* Lrvr(CpuState* c, Insn* i) => Word(c, i, BinaryPrimitives.ReverseEndianness(c->Low(i->R2)), i + 2);

    [Instruction(Op.LRV)]
    public static Insn* Lrv(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Word(c, i, BinaryPrimitives.ReverseEndianness(b), i + 3) : null;

    [Instruction(Op.LRVGR)]
    public static Insn* Lrvgr(CpuState* c, Insn* i)
        => Doubleword(c, i, BinaryPrimitives.ReverseEndianness(c->Gr[i->R2]), i + 2);

    [Instruction(Op.LRVG)]
    public static Insn* Lrvg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Doubleword(c, i, BinaryPrimitives.ReverseEndianness(b), i + 3) : null;

    [Instruction(Op.LRVH)]
    public static Insn* Lrvh(CpuState* c, Insn* i)
        => Operand.LogicalHalfword(c, i, out var b)
            ? Word(c, i, (c->Low(i->R1) & 0xFFFF_0000) | BinaryPrimitives.ReverseEndianness(b), i + 3) : null;

    [Instruction(Op.LZRF)]
    public static Insn* Lzrf(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Word(c, i, b & ~0xFFu, i + 3) : null;

    [Instruction(Op.LZRG)]
    public static Insn* Lzrg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Doubleword(c, i, b & ~0xFFUL, i + 3) : null;

    [Instruction(Op.LLZRGF)]
    public static Insn* Llzrgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Doubleword(c, i, b & ~0xFFu, i + 3) : null;

    [Instruction(Op.LTR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ltr(CpuState* c, Insn* i) => Tested(c, ref c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.LT)]
    public static Insn* Lt(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Tested(c, ref c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.LTGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ltgr(CpuState* c, Insn* i) => Tested(c, ref c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.LTG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ltg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Tested(c, ref c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.LTGFR)]
    public static Insn* Ltgfr(CpuState* c, Insn* i) => Tested(c, ref c->Gr[i->R1], (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.LTGF)]
    public static Insn* Ltgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Tested(c, ref c->Gr[i->R1], (ulong)(int)b, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Word(CpuState* c, Insn* i, uint value, Insn* next)
    {
        c->Low(i->R1) = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* High(CpuState* c, Insn* i, uint value, Insn* next)
    {
        c->High(i->R1) = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Doubleword(CpuState* c, Insn* i, ulong value, Insn* next)
    {
        c->Gr[i->R1] = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Tested(CpuState* c, ref uint result, uint value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfSign((int)value);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Tested(CpuState* c, ref ulong result, ulong value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfSign((long)value);
        return next;
    }
}
