using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine.Tests;

/// <summary>What the machine says that it has, it has: facility bits and bound rows agree.</summary>
public sealed class FacilityTests
{
    [Fact]
    public void Every_row_of_an_installed_facility_is_bound()
    {
        var facilities = new FacilitySet(CpuModel.Implemented);
        var handlers = MachineHandlers.Create(facilities);
        var missing = new List<Op>();
        foreach (var row in InstructionTable.Rows)
        {
            var announced = row.Facility.StfleBit() >= 0 && MachineHandlers.IsInstalled(row, facilities);
            if (announced && !handlers.IsBound(row.Op)) missing.Add(row.Op);
        }
        Assert.Empty(missing);
    }
}
