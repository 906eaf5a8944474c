using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>TEST ACCESS and PURGE ALB (chapter 10).</summary>
internal static unsafe class AccessLists
{
    /// <summary>TEST ACCESS: the token in access register R1, even 0; its authority is in bits 32-47 of R2.</summary>
    [Instruction(Op.TAR)]
    public static Insn* Tar(CpuState* c, Insn* i)
    {
        var code = c->TestAccess(c->Ar[i->R1], (ushort)(c->Gr[i->R2] >> 16));
        if (code < 0) return null;
        c->Cc = code;
        return i + 2;
    }

    /// <summary>PURGE ALB.</summary>
    [Instruction(Op.PALB)]
    public static Insn* Palb(CpuState* c, Insn* i)
    {
        c->PurgeAlb();
        return i + 2;
    }
}
