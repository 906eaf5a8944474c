using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>MULTIPLY and MULTIPLY LOGICAL: products of twice the length in a register pair (chapter 7, "MULTIPLY").</summary>
internal static unsafe class Multiply
{
    [Instruction(Op.MR)]
    public static Insn* Mr(CpuState* c, Insn* i) => Signed(c, i, c->Low(i->R2), i + 1);

    [Instruction(Op.M)]
    public static Insn* M(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Signed(c, i, b, i + 2) : null;

    [Instruction(Op.MFY)]
    public static Insn* Mfy(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Signed(c, i, b, i + 3) : null;

    [Instruction(Op.MLR)]
    public static Insn* Mlr(CpuState* c, Insn* i) => Logical(c, i, c->Low(i->R2), i + 2);

    [Instruction(Op.ML)]
    public static Insn* Ml(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Word(c, i, out var b) ? Logical(c, i, b, i + 3) : null;

    [Instruction(Op.MGRK)]
    public static Insn* Mgrk(CpuState* c, Insn* i) => SignedLong(c, i, c->Gr[i->R2], c->Gr[i->R3], i + 2);

    [Instruction(Op.MG)]
    public static Insn* Mg(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Doubleword(c, i, out var b) ? SignedLong(c, i, c->Gr[i->R1 + 1], b, i + 3) : null;

    [Instruction(Op.MLGR)]
    public static Insn* Mlgr(CpuState* c, Insn* i) => LogicalLong(c, i, c->Gr[i->R2], i + 2);

    [Instruction(Op.MLG)]
    public static Insn* Mlg(CpuState* c, Insn* i)
        => Operand.EvenPair(c, i) && Operand.Doubleword(c, i, out var b) ? LogicalLong(c, i, b, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Signed(CpuState* c, Insn* i, uint b, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var product = Math.BigMul((int)c->Low(i->R1 + 1), (int)b);
        c->Low(i->R1) = (uint)(product >> 32);
        c->Low(i->R1 + 1) = (uint)product;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Logical(CpuState* c, Insn* i, uint b, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var product = (ulong)c->Low(i->R1 + 1) * b;
        c->Low(i->R1) = (uint)(product >> 32);
        c->Low(i->R1 + 1) = (uint)product;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* SignedLong(CpuState* c, Insn* i, ulong a, ulong b, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        c->Gr[i->R1] = (ulong)Math.BigMul((long)a, (long)b, out var low);
        c->Gr[i->R1 + 1] = (ulong)low;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* LogicalLong(CpuState* c, Insn* i, ulong b, Insn* next)
    {
        if (!Operand.EvenPair(c, i)) return null;
        c->Gr[i->R1] = Math.BigMul(c->Gr[i->R1 + 1], b, out var low);
        c->Gr[i->R1 + 1] = low;
        return next;
    }
}
