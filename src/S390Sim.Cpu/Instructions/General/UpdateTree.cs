using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// UPDATE TREE (chapter 7): the path from a node of a tree to its root, with the highest codeword carried in registers 0
/// and 1. A path has less than 64 nodes, so all units of operation are done at once; each leaves registers and storage
/// from which the instruction can begin again.
/// </summary>
internal static unsafe class UpdateTree
{
    private const int Base = 4, Index = 5;                  // general registers

    [Instruction(Op.UPT)]
    public static Insn* Upt(CpuState* c, Insn* i)
    {
        var extended = LongOperand.IsExtended(c);
        var node = extended ? 16u : 8u;
        if (((c->Gr[Base] | c->Gr[Index]) & (node - 1)) != 0) return c->Program(ProgramCode.Specification);
        for (; ; )
        {
            var index = (LongOperand.Length(c, Index) >> 1) & ~(ulong)(node - 1);
            if (index == 0) return End(c, i, index, 1);
            if (extended ? (long)c->Gr[0] < 0 : (int)c->Low(0) < 0) return End(c, i, index, 3);
            // An access exception leaves register 5 as the unit found it.
            var address = (c->Gr[Base] + index) & c->AddressMask;
            if (!Load(c, address, extended, out var codeword, out var other)) return null;
            var mine = LongOperand.Length(c, 0);
            if (codeword == mine)
            {
                LongOperand.SetLength(c, 2, codeword);
                LongOperand.SetLength(c, 3, other);
                return End(c, i, index, 0);
            }
            if (codeword > mine)
            {
                if (!Store(c, address, extended)) return null;
                LongOperand.SetLength(c, 0, codeword);
                LongOperand.SetLength(c, 1, other);
            }
            LongOperand.SetLength(c, Index, index);
        }
    }

    private static Insn* End(CpuState* c, Insn* i, ulong index, int conditionCode)
    {
        LongOperand.SetLength(c, Index, index);
        c->Cc = conditionCode;
        return i + 1;
    }

    // Nodes lie on their boundaries: what holds for the first half of one holds for the other.
    private static bool Load(CpuState* c, ulong address, bool extended, out ulong codeword, out ulong other)
    {
        other = 0;
        if (!c->Load64(address, Base, out codeword)) return false;
        if (extended) return c->Load64(address + 8, Base, out other);
        other = (uint)codeword;
        codeword >>= 32;
        return true;
    }

    private static bool Store(CpuState* c, ulong address, bool extended)
        => extended
            ? c->Store64(address, Base, c->Gr[0]) && c->Store64(address + 8, Base, c->Gr[1])
            : c->Store64(address, Base, (ulong)c->Low(0) << 32 | c->Low(1));
}
