using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>AND of registers, storage and immediate operands (chapter 7, "AND").</summary>
internal static unsafe class And
{
    [Instruction(Op.NR)]
    public static Insn* Nr(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) & c->Low(i->R2), i + 1);

    [Instruction(Op.NRK)]
    public static Insn* Nrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R2) & c->Low(i->R3), i + 2);

    [Instruction(Op.N)]
    public static Insn* N(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) & b, i + 2) : null;

    [Instruction(Op.NY)]
    public static Insn* Ny(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) & b, i + 3) : null;

    [Instruction(Op.NGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ngr(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R1] & c->Gr[i->R2], i + 2);

    [Instruction(Op.NGRK)]
    public static Insn* Ngrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R2] & c->Gr[i->R3], i + 2);

    [Instruction(Op.NG)]
    public static Insn* Ng(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Result(c, ref c->Gr[i->R1], c->Gr[i->R1] & b, i + 3) : null;

    [Instruction(Op.NIHF)]
    public static Insn* Nihf(CpuState* c, Insn* i) => Result(c, ref c->High(i->R1), c->High(i->R1) & (uint)i->I2, i + 3);

    [Instruction(Op.NILF)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Nilf(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) & (uint)i->I2, i + 3);

    [Instruction(Op.NI)]
    public static Insn* Ni(CpuState* c, Insn* i) => Immediate(c, i, i + 2);

    [Instruction(Op.NIY)]
    public static Insn* Niy(CpuState* c, Insn* i) => Immediate(c, i, i + 3);

    [Instruction(Op.NIHH)]
    public static Insn* Nihh(CpuState* c, Insn* i) => Halfword(c, i, 48);

    [Instruction(Op.NIHL)]
    public static Insn* Nihl(CpuState* c, Insn* i) => Halfword(c, i, 32);

    [Instruction(Op.NILH)]
    public static Insn* Nilh(CpuState* c, Insn* i) => Halfword(c, i, 16);

    [Instruction(Op.NILL)]
    public static Insn* Nill(CpuState* c, Insn* i) => Halfword(c, i, 0);

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
        var value = (byte)(a & i->I2);
        if (!c->Store8(address, i->B1, value)) return null;
        c->Cc = ConditionCode.OfBits(value);
        return next;
    }

    // One halfword of R1; the condition code tells of that halfword alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Halfword(CpuState* c, Insn* i, int shift)
    {
        c->Gr[i->R1] &= ((ulong)(ushort)i->I2 << shift) | ~(0xFFFFUL << shift);
        c->Cc = ConditionCode.OfBits((c->Gr[i->R1] >> shift) & 0xFFFF);
        return i + 2;
    }
}
