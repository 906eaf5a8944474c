using System.Numerics;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>FIND LEFTMOST ONE and POPULATION COUNT (chapter 7).</summary>
internal static unsafe class BitCounts
{
    private const int MiscellaneousInstructionExtensions3 = 61;

    [Instruction(Op.FLOGR)]
    public static Insn* Flogr(CpuState* c, Insn* i)
    {
        if (!Operand.EvenPair(c, i)) return null;
        var value = c->Gr[i->R2];
        var position = BitOperations.LeadingZeroCount(value);
        c->Gr[i->R1] = (ulong)position;
        c->Gr[i->R1 + 1] = value == 0 ? 0 : value & ~(0x8000_0000_0000_0000 >> position);
        c->Cc = value == 0 ? 0 : 2;
        return i + 2;
    }

    // Bit 0 of M3 asks for the count of the whole register; machines without the facility ignore it.
    [Instruction(Op.POPCNT)]
    public static Insn* Popcnt(CpuState* c, Insn* i)
    {
        var whole = (i->M3 & 8) != 0 && c->Processor.Facilities[MiscellaneousInstructionExtensions3];
        c->Gr[i->R1] = whole ? (ulong)BitOperations.PopCount(c->Gr[i->R2]) : Fixed.OnesInBytes(c->Gr[i->R2]);
        c->Cc = ConditionCode.OfBits(c->Gr[i->R1]);
        return i + 2;
    }
}
