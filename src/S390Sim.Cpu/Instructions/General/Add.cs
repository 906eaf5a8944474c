using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>ADD and its immediate, halfword and 32-from-64-bit forms (chapter 7, "ADD").</summary>
internal static unsafe class Add
{
    [Instruction(Op.AR)]
    public static Insn* Ar(CpuState* c, Insn* i) => Word(c, i, c->Low(i->R1), c->Low(i->R2)) ? i + 1 : null;

    [Instruction(Op.AGR)]
    public static Insn* Agr(CpuState* c, Insn* i) => Doubleword(c, i, c->Gr[i->R1], c->Gr[i->R2]) ? i + 2 : null;

    [Instruction(Op.AG)]
    public static Insn* Ag(CpuState* c, Insn* i)
        => c->Load64(i->Address2(c), i->B2, out var operand) && Doubleword(c, i, c->Gr[i->R1], operand) ? i + 3 : null;

    /// <summary>32-bit sum into R1; false when fixed-point overflow interrupts, which completes the instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Word(CpuState* c, Insn* i, uint a, uint b)
    {
        var sum = a + b;
        c->Low(i->R1) = sum;
        c->Cc = ConditionCode.OfSum((int)a, (int)b, (int)sum);
        return c->Cc != 3 || c->OverflowIsMasked();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Doubleword(CpuState* c, Insn* i, ulong a, ulong b)
    {
        var sum = a + b;
        c->Gr[i->R1] = sum;
        c->Cc = ConditionCode.OfSum((long)a, (long)b, (long)sum);
        return c->Cc != 3 || c->OverflowIsMasked();
    }
}
