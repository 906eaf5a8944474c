using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests;

/// <summary>The examples of docs/property-testing.md; a test holds the document to these lines.</summary>
public sealed class DocumentedExamples
{
    // example: first
    [Fact]
    public void Adding_never_changes_storage()
        => Property.Of(CasePlan.Single.Of(Op.AGR, Op.ALGR, Op.AG)).Holds((before, after) => after.Data.SequenceEqual(before.Data));
    // end

    // example: sets
    [Fact]
    public void Only_branches_leave_the_line()
        => Property.Of(CasePlan.Single.Of(InstructionSet.Implemented
                .OfFacility(Facility.DistinctOperands, Facility.HighWord)
                .Where(row => row.Flags == InstructionFlags.None)))
            .Holds((before, after) => after.After.Psw.Address == before.End + 2 || after.Ending == Ending.Program);
    // end

    // example: modes
    [Fact]
    public void Addresses_wrap_at_the_mode()
        => Property.Of(CasePlan.Single.Of(Op.LA, Op.LAY).In(CasePlan.Mode(24), CasePlan.Mode(31, space: 2)))
            .Holds((before, after) => (uint)after.After.Gr[before.Code[^1].Operands.R1] < 1U << 31);
    // end

    // example: layout
    [Fact]
    public void An_alias_sees_what_is_stored()
    {
        var layout = StorageLayout.Standard.Alias(TestLayout.Data + 4096, of: TestLayout.Data).As("alias", slot: 1);
        Property.Of(CasePlan.Single.Of(Op.STG, Op.MVI, Op.XC).Over(layout)).Holds((before, after)
            => after.Data.AsSpan(4096).SequenceEqual(before.Data.AsSpan(4096)));
    }
    // end

    // example: one
    [Fact]
    public void One_case_by_hand()
    {
        using var bench = new CaseBench();
        var before = new MachineState { Psw = new Psw(CasePlan.Mode(problem: false), TestLayout.Code) };
        var after = bench.Run(new MachineCase
        {
            Code = [new(Op.LGHI, new() { R1 = 2, I2 = -1 }), new(Op.LPGR, new() { R1 = 3, R2 = 2 })],
            Before = before,
            Data = new byte[TestLayout.DataSize],
        });
        Assert.Equal((1UL, Ending.Completed), (after.After.Gr[3], after.Ending));
    }
    // end
}
