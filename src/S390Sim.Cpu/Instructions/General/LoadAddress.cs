using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD ADDRESS and its relative-long form (chapter 7).</summary>
internal static unsafe class LoadAddress
{
    [Instruction(Op.LA)]
    public static Insn* La(CpuState* c, Insn* i) => Result(c, i, i->Address2(c), i + 2);

    [Instruction(Op.LAY)]
    public static Insn* Lay(CpuState* c, Insn* i) => Result(c, i, i->Address2(c), i + 3);

    [Instruction(Op.LARL)]
    public static Insn* Larl(CpuState* c, Insn* i) => Result(c, i, c->Relative(i, i->RI2), i + 3);

    // In the 24- and 31-bit addressing modes bits 0-31 of the register remain unchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Result(CpuState* c, Insn* i, ulong address, Insn* next)
    {
        if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] = address;
        else c->Low(i->R1) = (uint)address;
        return next;
    }
}
