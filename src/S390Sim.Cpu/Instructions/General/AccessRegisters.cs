using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COPY ACCESS, EXTRACT ACCESS, SET ACCESS, LOAD ADDRESS EXTENDED (chapter 7).</summary>
internal static unsafe class AccessRegisters
{
    [Instruction(Op.CPYA)]
    public static Insn* Cpya(CpuState* c, Insn* i)
    {
        c->Ar[i->R1] = c->Ar[i->R2];
        return i + 2;
    }

    [Instruction(Op.EAR)]
    public static Insn* Ear(CpuState* c, Insn* i)
    {
        c->Low(i->R1) = c->Ar[i->R2];
        return i + 2;
    }

    [Instruction(Op.SAR)]
    public static Insn* Sar(CpuState* c, Insn* i)
    {
        c->Ar[i->R1] = c->Low(i->R2);
        return i + 2;
    }

    [Instruction(Op.LAE)]
    public static Insn* Lae(CpuState* c, Insn* i)
    {
        LoadAddress(c, i);
        return i + 2;
    }

    [Instruction(Op.LAEY)]
    public static Insn* Laey(CpuState* c, Insn* i)
    {
        LoadAddress(c, i);
        return i + 3;
    }

    // The access register gets the ALET by which the access-register mode reaches the space that the PSW names.
    private static void LoadAddress(CpuState* c, Insn* i)
    {
        var alet = c->Psw.Space switch
        {
            1 => i->B2 == CpuState.ZeroRegister ? 0 : c->Ar[i->B2],
            2 => 1u,
            3 => 2u,
            _ => 0u,
        };
        LongOperand.SetAddress(c, i->R1, i->Address2(c));
        c->Ar[i->R1] = alet;
    }
}
