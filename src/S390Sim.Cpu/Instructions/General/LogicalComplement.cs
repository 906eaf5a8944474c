using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>NAND, NOR, NOT EXCLUSIVE OR, AND WITH COMPLEMENT and OR WITH COMPLEMENT (chapter 7).</summary>
internal static unsafe class LogicalComplement
{
    [Instruction(Op.NNRK)]
    public static Insn* Nnrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), ~(c->Low(i->R2) & c->Low(i->R3)), i + 2);

    [Instruction(Op.NNGRK)]
    public static Insn* Nngrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], ~(c->Gr[i->R2] & c->Gr[i->R3]), i + 2);

    [Instruction(Op.NORK)]
    public static Insn* Nork(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), ~(c->Low(i->R2) | c->Low(i->R3)), i + 2);

    [Instruction(Op.NOGRK)]
    public static Insn* Nogrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], ~(c->Gr[i->R2] | c->Gr[i->R3]), i + 2);

    [Instruction(Op.NXRK)]
    public static Insn* Nxrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), ~(c->Low(i->R2) ^ c->Low(i->R3)), i + 2);

    [Instruction(Op.NXGRK)]
    public static Insn* Nxgrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], ~(c->Gr[i->R2] ^ c->Gr[i->R3]), i + 2);

    [Instruction(Op.NCRK)]
    public static Insn* Ncrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R2) & ~c->Low(i->R3), i + 2);

    [Instruction(Op.NCGRK)]
    public static Insn* Ncgrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R2] & ~c->Gr[i->R3], i + 2);

    [Instruction(Op.OCRK)]
    public static Insn* Ocrk(CpuState* c, Insn* i) => Result(c, ref c->Low(i->R1), c->Low(i->R2) | ~c->Low(i->R3), i + 2);

    [Instruction(Op.OCGRK)]
    public static Insn* Ocgrk(CpuState* c, Insn* i) => Result(c, ref c->Gr[i->R1], c->Gr[i->R2] | ~c->Gr[i->R3], i + 2);

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
}
