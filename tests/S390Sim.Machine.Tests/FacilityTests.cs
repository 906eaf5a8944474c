using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Machine.Tests;

/// <summary>What the machine says that it has, it has: facility bits and bound rows agree.</summary>
public sealed class FacilityTests
{
    /// <summary>Rows of installed facilities that come with the floating-point chapter.</summary>
    private static readonly Op[] s_pending = [Op.LFAS, Op.SFASR];

    [Fact]
    public void Every_row_of_an_installed_facility_is_bound_or_listed()
    {
        var handlers = MachineHandlers.Create(FacilitySet.Default);
        var missing = new List<Op>();
        foreach (ref readonly var row in InstructionTable.Rows)
        {
            var bit = row.Facility.StfleBit();
            if (bit >= 0 && FacilitySet.Default[bit] && !handlers.IsBound(row.Op)) missing.Add(row.Op);
        }
        Assert.Equal(s_pending, missing);
    }
}
