using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine.Tests;

/// <summary>What the machine says that it has, it has: facility bits and bound rows agree.</summary>
public sealed class FacilityTests
{
    private const int DecimalFloatingPoint = 42;

    [Fact]
    public void Every_row_of_an_installed_facility_is_bound()
    {
        var handlers = MachineHandlers.Create(FacilitySet.Default);
        var missing = new List<Op>();
        foreach (ref readonly var row in InstructionTable.Rows)
        {
            // What another facility has of DFP is there when DFP is, except to signal IEEE exceptions.
            if (NeedsDecimal(row) && !FacilitySet.Default[DecimalFloatingPoint]) continue;
            var bit = row.Facility.StfleBit();
            if (bit >= 0 && FacilitySet.Default[bit] && !handlers.IsBound(row.Op)) missing.Add(row.Op);
        }
        Assert.Empty(missing);
    }

    private static bool NeedsDecimal(in InstructionRow row)
        => (row.Flags & InstructionFlags.Dfp) != 0 && row.Facility != Facility.IeeeExceptionSimulation;
}
