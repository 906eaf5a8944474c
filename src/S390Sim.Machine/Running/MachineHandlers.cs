using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>The instructions of this machine: the bindings of all rooms that have some.</summary>
public static class MachineHandlers
{
    /// <summary>A table with everything bound; rows whose facility is not installed are operation exceptions.</summary>
    public static HandlerTable Create(FacilitySet facilities)
    {
        var handlers = new HandlerTable();
        Cpu.InstructionBindings.Bind(handlers);
        Pci.InstructionBindings.Bind(handlers);
        InstructionBindings.Bind(handlers);
        foreach (var row in InstructionTable.Rows)
        {
            if (!IsInstalled(row, facilities)) handlers.Remove(row.Op);
        }
        return handlers;
    }

    /// <summary>
    /// Whether a row's facility has no number to announce it, or has and is installed. What another facility has of DFP is there
    /// when DFP is, except to signal IEEE exceptions.
    /// </summary>
    public static bool IsInstalled(InstructionRow row, FacilitySet facilities)
    {
        const int DecimalFloatingPoint = 42;
        var bit = row.Facility.StfleBit();
        if (bit >= 0 && !facilities[bit]) return false;
        var needsDecimal = (row.Flags & InstructionFlags.Dfp) != 0 && row.Facility != Facility.IeeeExceptionSimulation;
        return !needsDecimal || facilities[DecimalFloatingPoint];
    }
}
