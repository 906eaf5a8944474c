using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>EXTRACT AND SET EXTENDED AUTHORITY (chapter 10): exchanges the extended authorization index.</summary>
internal static unsafe class ExtendedAuthority
{
    private const ulong Index = 0xFFFF_0000;    // bits 32-47 of CR8 and of R1

    [Instruction(Op.ESEA)]
    public static Insn* Esea(CpuState* c, Insn* i)
    {
        var (old, wanted) = (c->Cr[8] & Index, (c->Gr[i->R1] << 16) & Index);
        c->Gr[i->R1] = (c->Gr[i->R1] & ~Index) | old;
        if (old == wanted) return i + 2;
        c->Cr[8] = (c->Cr[8] & ~Index) | wanted;
        // What the ALB holds was authorized by the old index.
        c->PurgeAlb();
        return c->ResumeAfter(i);
    }
}
