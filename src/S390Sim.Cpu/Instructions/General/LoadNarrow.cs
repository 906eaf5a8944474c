using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD BYTE, LOAD HALFWORD and their logical and high forms (chapter 7).</summary>
internal static unsafe class LoadNarrow
{
    [Instruction(Op.LBR)]
    public static Insn* Lbr(CpuState* c, Insn* i) => Word(c, i, (uint)(sbyte)c->Low(i->R2), i + 2);

    [Instruction(Op.LB)]
    public static Insn* Lb(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? Word(c, i, (uint)(sbyte)b, i + 3) : null;

    [Instruction(Op.LGBR)]
    public static Insn* Lgbr(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)(sbyte)c->Low(i->R2), i + 2);

    [Instruction(Op.LGB)]
    public static Insn* Lgb(CpuState* c, Insn* i)
        => Operand.Byte(c, i, out var b) ? Doubleword(c, i, (ulong)(sbyte)b, i + 3) : null;

    [Instruction(Op.LBH)]
    public static Insn* Lbh(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? High(c, i, (uint)(sbyte)b, i + 3) : null;

    [Instruction(Op.LHR)]
    public static Insn* Lhr(CpuState* c, Insn* i) => Word(c, i, (uint)(short)c->Low(i->R2), i + 2);

    [Instruction(Op.LH)]
    public static Insn* Lh(CpuState* c, Insn* i) => Operand.Halfword(c, i, out var b) ? Word(c, i, (uint)b, i + 2) : null;

    [Instruction(Op.LHY)]
    public static Insn* Lhy(CpuState* c, Insn* i) => Operand.Halfword(c, i, out var b) ? Word(c, i, (uint)b, i + 3) : null;

    [Instruction(Op.LHRL)]
    public static Insn* Lhrl(CpuState* c, Insn* i)
        => Operand.RelativeHalfword(c, i, out var b) ? Word(c, i, (uint)b, i + 3) : null;

    [Instruction(Op.LGHR)]
    public static Insn* Lghr(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)(short)c->Low(i->R2), i + 2);

    [Instruction(Op.LGH)]
    public static Insn* Lgh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Doubleword(c, i, (ulong)b, i + 3) : null;

    [Instruction(Op.LGHRL)]
    public static Insn* Lghrl(CpuState* c, Insn* i)
        => Operand.RelativeHalfword(c, i, out var b) ? Doubleword(c, i, (ulong)b, i + 3) : null;

    [Instruction(Op.LHH)]
    public static Insn* Lhh(CpuState* c, Insn* i) => Operand.Halfword(c, i, out var b) ? High(c, i, (uint)b, i + 3) : null;

    [Instruction(Op.LLCR)]
    public static Insn* Llcr(CpuState* c, Insn* i) => Word(c, i, (byte)c->Low(i->R2), i + 2);

    [Instruction(Op.LLC)]
    public static Insn* Llc(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.LLGCR)]
    public static Insn* Llgcr(CpuState* c, Insn* i) => Doubleword(c, i, (byte)c->Low(i->R2), i + 2);

    [Instruction(Op.LLGC)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Llgc(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LLCH)]
    public static Insn* Llch(CpuState* c, Insn* i) => Operand.Byte(c, i, out var b) ? High(c, i, b, i + 3) : null;

    [Instruction(Op.LLHR)]
    public static Insn* Llhr(CpuState* c, Insn* i) => Word(c, i, (ushort)c->Low(i->R2), i + 2);

    [Instruction(Op.LLH)]
    public static Insn* Llh(CpuState* c, Insn* i) => Operand.LogicalHalfword(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.LLHRL)]
    public static Insn* Llhrl(CpuState* c, Insn* i)
        => Operand.RelativeLogicalHalfword(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.LLGHR)]
    public static Insn* Llghr(CpuState* c, Insn* i) => Doubleword(c, i, (ushort)c->Low(i->R2), i + 2);

    [Instruction(Op.LLGH)]
    public static Insn* Llgh(CpuState* c, Insn* i)
        => Operand.LogicalHalfword(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LLGHRL)]
    public static Insn* Llghrl(CpuState* c, Insn* i)
        => Operand.RelativeLogicalHalfword(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.LLHH)]
    public static Insn* Llhh(CpuState* c, Insn* i) => Operand.LogicalHalfword(c, i, out var b) ? High(c, i, b, i + 3) : null;

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
}
