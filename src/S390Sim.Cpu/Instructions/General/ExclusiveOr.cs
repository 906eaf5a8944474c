using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>EXCLUSIVE OR of registers, storage and immediate operands (chapter 7, "EXCLUSIVE OR").</summary>
internal static unsafe class ExclusiveOr
{
    [Instruction(Op.XR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Xr(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) ^ c->Low(i->R2), i + 1);

    [Instruction(Op.XRK)]
    public static Insn* Xrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R2) ^ c->Low(i->R3), i + 2);

    [Instruction(Op.X)]
    public static Insn* X(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) ^ b, i + 2) : null;

    [Instruction(Op.XY)]
    public static Insn* Xy(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) ^ b, i + 3) : null;

    [Instruction(Op.XGR)]
    public static Insn* Xgr(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R1] ^ c->Gr[i->R2], i + 2);

    [Instruction(Op.XGRK)]
    public static Insn* Xgrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R2] ^ c->Gr[i->R3], i + 2);

    [Instruction(Op.XG)]
    public static Insn* Xg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Result(c, ref c->Gr[i->R1], c->Gr[i->R1] ^ b, i + 3) : null;

    [Instruction(Op.XIHF)]
    public static Insn* Xihf(CpuState* c, Insn* i) => Result(c, ref c->High(i->R1), c->High(i->R1) ^ (uint)i->I2, i + 3);

    [Instruction(Op.XILF)]
    public static Insn* Xilf(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) ^ (uint)i->I2, i + 3);

    [Instruction(Op.XI)]
    public static Insn* Xi(CpuState* c, Insn* i) => Immediate(c, i, i + 2);

    [Instruction(Op.XIY)]
    public static Insn* Xiy(CpuState* c, Insn* i) => Immediate(c, i, i + 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Result(CpuState* c, ref uint result, uint value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfBits(value);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Result(CpuState* c, ref ulong result, ulong value, Insn* next)
    {
        result = value;
        c->Cc = ConditionCode.OfBits(value);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Immediate(CpuState* c, Insn* i, Insn* next)
    {
        var address = i->Address1(c);
        if (!c->Load8(address, i->B1, out var a)) return null;
        var value = (byte)(a ^ i->I2);
        if (!c->Store8(address, i->B1, value)) return null;
        c->Cc = ConditionCode.OfBits(value);
        return next;
    }
}
