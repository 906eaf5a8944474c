using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>PERFORM TOPOLOGY FUNCTION (chapter 10).</summary>
internal static unsafe class Topology
{
    private const int Vertical = 1, CheckChange = 2;
    private const int Rejected = 2, AlreadyPolarized = 1 << 8;      // condition code, and reason code in bits 48-55

    /// <summary>
    /// R1 bits 56-63: requests horizontal or vertical polarization, or asks whether a topology-change report is pending. A change
    /// of polarization is done at once; a guest's processors stay as they are.
    /// </summary>
    [Instruction(Op.PTF)]
    public static Insn* Ptf(CpuState* c, Insn* i)
    {
        var function = c->Gr[i->R1];
        if (function > CheckChange) return c->Program(ProgramCode.Specification);
        var group = c->SieLevel == 0 ? c->Processor.Group : null;
        if (function == CheckChange)
        {
            c->Cc = group is not null && group.TakeTopologyChange() ? 1 : 0;
            return i + 2;
        }
        c->Cc = 0;
        if (group is not null && group.Polarize(isVertical: function == Vertical)) return i + 2;
        if (group is not null || function != Vertical) c->Gr[i->R1] |= AlreadyPolarized;
        c->Cc = Rejected;
        return i + 2;
    }
}
