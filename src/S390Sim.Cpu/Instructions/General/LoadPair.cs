using System.Buffers.Binary;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD PAIR FROM QUADWORD, STORE PAIR TO QUADWORD, LOAD PAIR DISJOINT (chapter 7).</summary>
internal static unsafe class LoadPair
{
    [Instruction(Op.LPQ)]
    public static Insn* Lpq(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((i->R1 & 1) != 0 || (address & 15) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Locate(address, i->B2, 16, AccessKind.Fetch, out var operand)) return null;
        var quadword = (ulong*)operand.First;
        c->Gr[i->R1] = BinaryPrimitives.ReverseEndianness(quadword[0]);
        c->Gr[i->R1 + 1] = BinaryPrimitives.ReverseEndianness(quadword[1]);
        return i + 3;
    }

    [Instruction(Op.STPQ)]
    public static Insn* Stpq(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((i->R1 & 1) != 0 || (address & 15) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Locate(address, i->B2, 16, AccessKind.Store, out var operand)) return null;
        var quadword = (ulong*)operand.First;
        quadword[0] = BinaryPrimitives.ReverseEndianness(c->Gr[i->R1]);
        quadword[1] = BinaryPrimitives.ReverseEndianness(c->Gr[i->R1 + 1]);
        operand.Stored();
        return i + 3;
    }

    // Processors take turns between instructions: both operands are always fetched with nothing between (condition code 0).
    [Instruction(Op.LPD)]
    public static Insn* Lpd(CpuState* c, Insn* i)
    {
        var first = i->Address1(c);
        var second = i->Address2(c);
        if ((i->R3 & 1) != 0 || ((first | second) & 3) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Load32(first, i->B1, out var even) || !c->Load32(second, i->B2, out var odd)) return null;
        c->Low(i->R3) = even;
        c->Low(i->R3 + 1) = odd;
        c->Cc = 0;
        return i + 3;
    }

    [Instruction(Op.LPDG)]
    public static Insn* Lpdg(CpuState* c, Insn* i)
    {
        var first = i->Address1(c);
        var second = i->Address2(c);
        if ((i->R3 & 1) != 0 || ((first | second) & 7) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Load64(first, i->B1, out var even) || !c->Load64(second, i->B2, out var odd)) return null;
        c->Gr[i->R3] = even;
        c->Gr[i->R3 + 1] = odd;
        c->Cc = 0;
        return i + 3;
    }
}
