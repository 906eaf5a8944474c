using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>PERFORM TOPOLOGY FUNCTION (chapter 10).</summary>
internal static unsafe class Topology
{
    private const int Vertical = 1;
    /// <summary>Function code: whether a topology-change report is pending.</summary>
    internal const int CheckChange = 2;

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
            c->Cc = (group is not null ? group.TakeTopologyChange() : TakeGuestsChange(c)) ? 1 : 0;
            return i + 2;
        }
        c->Cc = 0;
        if (group is not null && group.Polarize(isVertical: function == Vertical)) return i + 2;
        if (group is not null || function != Vertical) c->Gr[i->R1] |= AlreadyPolarized;
        c->Cc = Rejected;
        return i + 2;
    }

    // The report of a guest is in its system control area, if its host keeps one there.
    private static bool TakeGuestsChange(CpuState* c)
    {
        var block = SieUnit.Block(c);
        return (block.Ecb & ExecutionControlsB.Topology) != 0
            && SystemControlArea.TryFind(c->Processor.Storage, block, out var area) && area.TakeTopologyChange();
    }
}
