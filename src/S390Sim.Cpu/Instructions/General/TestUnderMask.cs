using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>TEST UNDER MASK of a byte in storage or a halfword of a register (chapter 7).</summary>
internal static unsafe class TestUnderMask
{
    [Instruction(Op.TM)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Tm(CpuState* c, Insn* i) => Storage(c, i, i + 2);

    [Instruction(Op.TMY)]
    public static Insn* Tmy(CpuState* c, Insn* i) => Storage(c, i, i + 3);

    [Instruction(Op.TMHH)]
    public static Insn* Tmhh(CpuState* c, Insn* i) => Register(c, i, 48);

    [Instruction(Op.TMHL)]
    public static Insn* Tmhl(CpuState* c, Insn* i) => Register(c, i, 32);

    [Instruction(Op.TMLH)]
    public static Insn* Tmlh(CpuState* c, Insn* i) => Register(c, i, 16);

    [Instruction(Op.TMLL)]
    public static Insn* Tmll(CpuState* c, Insn* i) => Register(c, i, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Storage(CpuState* c, Insn* i, Insn* next)
    {
        if (!c->Load8(i->Address1(c), i->B1, out var value)) return null;
        c->Cc = ConditionCode.OfTest(value, (byte)i->I2);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Register(CpuState* c, Insn* i, int shift)
    {
        c->Cc = ConditionCode.OfHalfwordTest((uint)(c->Gr[i->R1] >> shift), (ushort)i->I2);
        return i + 2;
    }
}
