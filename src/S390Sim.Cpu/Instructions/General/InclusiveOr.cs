using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>OR of registers, storage and immediate operands (chapter 7, "OR").</summary>
internal static unsafe class InclusiveOr
{
    [Instruction(Op.OR)]
    public static Insn* Or(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) | c->Low(i->R2), i + 1);

    [Instruction(Op.ORK)]
    public static Insn* Ork(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R2) | c->Low(i->R3), i + 2);

    [Instruction(Op.O)]
    public static Insn* O(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) | b, i + 2) : null;

    [Instruction(Op.OY)]
    public static Insn* Oy(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Result(c, ref c->Low(i->R1), c->Low(i->R1) | b, i + 3) : null;

    [Instruction(Op.OGR)]
    public static Insn* Ogr(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R1] | c->Gr[i->R2], i + 2);

    [Instruction(Op.OGRK)]
    public static Insn* Ogrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R2] | c->Gr[i->R3], i + 2);

    [Instruction(Op.OG)]
    public static Insn* Og(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Result(c, ref c->Gr[i->R1], c->Gr[i->R1] | b, i + 3) : null;

    [Instruction(Op.OIHF)]
    public static Insn* Oihf(CpuState* c, Insn* i) => Result(c, ref c->High(i->R1), c->High(i->R1) | (uint)i->I2, i + 3);

    [Instruction(Op.OILF)]
    public static Insn* Oilf(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R1) | (uint)i->I2, i + 3);

    [Instruction(Op.OI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Oi(CpuState* c, Insn* i) => Immediate(c, i, i + 2);

    [Instruction(Op.OIY)]
    public static Insn* Oiy(CpuState* c, Insn* i) => Immediate(c, i, i + 3);

    [Instruction(Op.OIHH)]
    public static Insn* Oihh(CpuState* c, Insn* i) => Halfword(c, i, 48);

    [Instruction(Op.OIHL)]
    public static Insn* Oihl(CpuState* c, Insn* i) => Halfword(c, i, 32);

    [Instruction(Op.OILH)]
    public static Insn* Oilh(CpuState* c, Insn* i) => Halfword(c, i, 16);

    [Instruction(Op.OILL)]
    public static Insn* Oill(CpuState* c, Insn* i) => Halfword(c, i, 0);

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
        var value = (byte)(a | i->I2);
        if (!c->Store8(address, i->B1, value)) return null;
        c->Cc = ConditionCode.OfBits(value);
        return next;
    }

    // One halfword of R1; the condition code tells of that halfword alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Halfword(CpuState* c, Insn* i, int shift)
    {
        c->Gr[i->R1] |= (ulong)(ushort)i->I2 << shift;
        c->Cc = ConditionCode.OfBits((c->Gr[i->R1] >> shift) & 0xFFFF);
        return i + 2;
    }
}
