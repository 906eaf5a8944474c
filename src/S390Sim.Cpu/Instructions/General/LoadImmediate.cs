using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD HALFWORD IMMEDIATE, LOAD IMMEDIATE, LOAD LOGICAL IMMEDIATE and INSERT IMMEDIATE (chapter 7).</summary>
internal static unsafe class LoadImmediate
{
    [Instruction(Op.LHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lhi(CpuState* c, Insn* i)
    {
        c->Low(i->R1) = (uint)(short)i->I2;
        return i + 2;
    }

    [Instruction(Op.LGHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lghi(CpuState* c, Insn* i) => Whole(c, i, (ulong)(short)i->I2, i + 2);

    [Instruction(Op.LGFI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lgfi(CpuState* c, Insn* i) => Whole(c, i, (ulong)i->I2, i + 3);

    [Instruction(Op.LLIHH)]
    public static Insn* Llihh(CpuState* c, Insn* i) => Whole(c, i, (ulong)(ushort)i->I2 << 48, i + 2);

    [Instruction(Op.LLIHL)]
    public static Insn* Llihl(CpuState* c, Insn* i) => Whole(c, i, (ulong)(ushort)i->I2 << 32, i + 2);

    [Instruction(Op.LLILH)]
    public static Insn* Llilh(CpuState* c, Insn* i) => Whole(c, i, (ulong)(ushort)i->I2 << 16, i + 2);

    [Instruction(Op.LLILL)]
    public static Insn* Llill(CpuState* c, Insn* i) => Whole(c, i, (ushort)i->I2, i + 2);

    [Instruction(Op.LLIHF)]
    public static Insn* Llihf(CpuState* c, Insn* i) => Whole(c, i, (ulong)(uint)i->I2 << 32, i + 3);

    [Instruction(Op.LLILF)]
    public static Insn* Llilf(CpuState* c, Insn* i) => Whole(c, i, (uint)i->I2, i + 3);

    [Instruction(Op.IIHH)]
    public static Insn* Iihh(CpuState* c, Insn* i) => Insert(c, i, 48);

    [Instruction(Op.IIHL)]
    public static Insn* Iihl(CpuState* c, Insn* i) => Insert(c, i, 32);

    [Instruction(Op.IILH)]
    public static Insn* Iilh(CpuState* c, Insn* i) => Insert(c, i, 16);

    [Instruction(Op.IILL)]
    public static Insn* Iill(CpuState* c, Insn* i) => Insert(c, i, 0);

    [Instruction(Op.IIHF)]
    public static Insn* Iihf(CpuState* c, Insn* i)
    {
        c->High(i->R1) = (uint)i->I2;
        return i + 3;
    }

    [Instruction(Op.IILF)]
    public static Insn* Iilf(CpuState* c, Insn* i)
    {
        c->Low(i->R1) = (uint)i->I2;
        return i + 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Whole(CpuState* c, Insn* i, ulong value, Insn* next)
    {
        c->Gr[i->R1] = value;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Insert(CpuState* c, Insn* i, int shift)
    {
        c->Gr[i->R1] = (c->Gr[i->R1] & ~(0xFFFFUL << shift)) | ((ulong)(ushort)i->I2 << shift);
        return i + 2;
    }
}
