using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// COMPARE AND FORM CODEWORD (chapter 7). Two keys are compared from an index on; the codeword tells where they differ and
/// how, so that codewords can stand for their keys in a sort (UPDATE TREE).
/// </summary>
internal static unsafe class CompareAndFormCodeword
{
    private const int First = 1, Index = 2, Third = 3;      // general registers
    private const uint LimitMask = 0x7FFE;                  // bits 49-62 of the second-operand address
    private const ulong LowOperand = 1;                     // bit 63, the operand-control bit

    /// <summary>Units of operation between looks at the deadline; the index tells how many were done.</summary>
    private const int Units = 256;

    [Instruction(Op.CFC)]
    public static Insn* Cfc(CpuState* c, Insn* i)
    {
        if (((c->Gr[First] | c->Gr[Index] | c->Gr[Third]) & 1) != 0) return c->Program(ProgramCode.Specification);
        var control = i->Address2(c);
        var limit = (uint)control & LimitMask;
        var extended = LongOperand.IsExtended(c);
        var size = extended ? 6u : 2u;
        for (var n = 0; n < Units; n++)
        {
            var index = (uint)(ushort)c->Gr[Index];
            if (index > limit)
            {
                if (extended) c->Gr[Index] = c->Gr[Third] | 1UL << 63;
                else c->Low(Index) = c->Low(Third) | 1U << 31;
                c->Cc = 0;
                return i + 2;
            }
            // Access register 1 names the space of both keys.
            if (!Load(c, c->Gr[First] + index, extended, out var first)) return null;
            if (!Load(c, c->Gr[Third] + index, extended, out var third)) return null;
            index += size;
            if (first != third)
            {
                Form(c, index, first, third, (control & LowOperand) != 0, extended);
                return i + 2;
            }
            c->Gr[Index] = (c->Gr[Index] & ~0xFFFFUL) | index;
        }
        return c->Repeat(i);
    }

    /// <summary>
    /// The codeword is the index past the difference and the complement of the high operand's unit, or the low operand's as it
    /// is. Register 3 ends with the base address of the operand it was formed from: registers 1 and 3 are interchanged for that.
    /// </summary>
    private static void Form(CpuState* c, uint index, ulong first, ulong third, bool low, bool extended)
    {
        var unit = low ? Math.Min(first, third) : ~Math.Max(first, third);
        if (extended) c->Gr[Index] = (ulong)index << 48 | (unit & 0xFFFF_FFFF_FFFF);
        else c->Low(Index) = index << 16 | (ushort)unit;
        var firstChosen = (first < third) == low;
        c->Cc = firstChosen ? 2 : 1;
        if (!firstChosen) return;
        if (extended) (c->Gr[First], c->Gr[Third]) = (c->Gr[Third], c->Gr[First]);
        else (c->Low(First), c->Low(Third)) = (c->Low(Third), c->Low(First));
    }

    // Two bytes, or six.
    private static bool Load(CpuState* c, ulong address, bool extended, out ulong unit)
    {
        unit = 0;
        if (!c->Load16(address & c->AddressMask, First, out var left)) return false;
        unit = left;
        if (!extended) return true;
        if (!c->Load32(address + 2, First, out var right)) return false;
        unit = (ulong)left << 32 | right;
        return true;
    }
}
