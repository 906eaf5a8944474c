using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COPY ACCESS, EXTRACT ACCESS, SET ACCESS (chapter 7).</summary>
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
}
