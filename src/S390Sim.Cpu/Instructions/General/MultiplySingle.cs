using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>MULTIPLY SINGLE and MULTIPLY HALFWORD: products of the operands' length (chapter 7).</summary>
internal static unsafe class MultiplySingle
{
    [Instruction(Op.MSR)]
    public static Insn* Msr(CpuState* c, Insn* i) => Word(c, i, c->Low(i->R2), i + 2);

    [Instruction(Op.MS)]
    public static Insn* Ms(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Word(c, i, b, i + 2) : null;

    [Instruction(Op.MSY)]
    public static Insn* Msy(CpuState* c, Insn* i) => Operand.Word(c, i, out var b) ? Word(c, i, b, i + 3) : null;

    [Instruction(Op.MSFI)]
    public static Insn* Msfi(CpuState* c, Insn* i) => Word(c, i, (uint)i->I2, i + 3);

    [Instruction(Op.MH)]
    public static Insn* Mh(CpuState* c, Insn* i) => Operand.Halfword(c, i, out var b) ? Word(c, i, (uint)b, i + 2) : null;

    [Instruction(Op.MHY)]
    public static Insn* Mhy(CpuState* c, Insn* i) => Operand.Halfword(c, i, out var b) ? Word(c, i, (uint)b, i + 3) : null;

    [Instruction(Op.MHI)]
    public static Insn* Mhi(CpuState* c, Insn* i) => Word(c, i, (uint)(short)i->I2, i + 2);

    [Instruction(Op.MSGR)]
    public static Insn* Msgr(CpuState* c, Insn* i) => Doubleword(c, i, c->Gr[i->R2], i + 2);

    [Instruction(Op.MSG)]
    public static Insn* Msg(CpuState* c, Insn* i) => Operand.Doubleword(c, i, out var b) ? Doubleword(c, i, b, i + 3) : null;

    [Instruction(Op.MSGFR)]
    public static Insn* Msgfr(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.MSGF)]
    public static Insn* Msgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Doubleword(c, i, (ulong)(int)b, i + 3) : null;

    [Instruction(Op.MSGFI)]
    public static Insn* Msgfi(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)i->I2, i + 3);

    [Instruction(Op.MGH)]
    public static Insn* Mgh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Doubleword(c, i, (ulong)b, i + 3) : null;

    [Instruction(Op.MGHI)]
    public static Insn* Mghi(CpuState* c, Insn* i) => Doubleword(c, i, (ulong)(short)i->I2, i + 2);

    [Instruction(Op.MSRKC)]
    public static Insn* Msrkc(CpuState* c, Insn* i)
        => WithCode(c, ref c->Low(i->R1), (int)c->Low(i->R2), (int)c->Low(i->R3), i + 2);

    [Instruction(Op.MSC)]
    public static Insn* Msc(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? WithCode(c, ref c->Low(i->R1), (int)c->Low(i->R1), (int)b, i + 3) : null;

    [Instruction(Op.MSGRKC)]
    public static Insn* Msgrkc(CpuState* c, Insn* i)
        => WithCode(c, ref c->Gr[i->R1], (long)c->Gr[i->R2], (long)c->Gr[i->R3], i + 2);

    [Instruction(Op.MSGC)]
    public static Insn* Msgc(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? WithCode(c, ref c->Gr[i->R1], (long)c->Gr[i->R1], (long)b, i + 3) : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Word(CpuState* c, Insn* i, uint b, Insn* next)
    {
        c->Low(i->R1) *= b;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Doubleword(CpuState* c, Insn* i, ulong b, Insn* next)
    {
        c->Gr[i->R1] *= b;
        return next;
    }

    // Condition code and overflow as of a sum.
    private static Insn* WithCode(CpuState* c, ref uint result, int a, int b, Insn* next)
    {
        var product = Math.BigMul(a, b);
        result = (uint)product;
        c->Cc = product != (int)product ? 3 : ConditionCode.OfSign(product);
        return Add.Completed(c, next);
    }

    private static Insn* WithCode(CpuState* c, ref ulong result, long a, long b, Insn* next)
    {
        var high = Math.BigMul(a, b, out var low);
        result = (ulong)low;
        c->Cc = high != low >> 63 ? 3 : ConditionCode.OfSign(low);
        return Add.Completed(c, next);
    }
}
