using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD ADDRESS, its relative-long form, and LOAD ADDRESS EXTENDED (chapter 7).</summary>
internal static unsafe class LoadAddress
{
    [Instruction(Op.LA)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* La(CpuState* c, Insn* i) => Result(c, i, i->Address2(c), i + 2);

    [Instruction(Op.LAY)]
    public static Insn* Lay(CpuState* c, Insn* i) => Result(c, i, i->Address2(c), i + 3);

    [Instruction(Op.LARL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Larl(CpuState* c, Insn* i) => Result(c, i, c->Relative(i, i->RI2), i + 3);

    [Instruction(Op.LAE)]
    public static Insn* Lae(CpuState* c, Insn* i) => Extended(c, i, i + 2);

    [Instruction(Op.LAEY)]
    public static Insn* Laey(CpuState* c, Insn* i) => Extended(c, i, i + 3);

    // In the 24- and 31-bit addressing modes bits 0-31 of the register remain unchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Result(CpuState* c, Insn* i, ulong address, Insn* next)
    {
        if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] = address;
        else c->Low(i->R1) = (uint)address;
        return next;
    }

    // The access register tells the space that the base register would designate in the present translation mode.
    private static Insn* Extended(CpuState* c, Insn* i, Insn* next)
    {
        var access = c->Psw.Space switch
        {
            0 => 0u,
            1 => i->B2 == CpuState.ZeroRegister ? 0u : c->Ar[i->B2],
            2 => 1u,
            _ => 2u,
        };
        Result(c, i, i->Address2(c), next);
        c->Ar[i->R1] = access;
        return next;
    }
}
