using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;
using S390Sim.Testing.Arithmetic;

namespace S390Sim.Tests.General;

/// <summary>The general instructions do what the independent model says, whatever the operands.</summary>
public sealed class GeneralInstructionProperties
{
    private static readonly FacilitySet s_all = new(Enumerable.Range(0, 256));
    private const int CasesPerInstruction = 150;

    private static readonly Dictionary<string, string[]> s_families = new()
    {
        ["Sums"] = ["Sum", "SilentSum", "LogicalSum", "SumWithCarry"],
        ["Differences"] = ["Difference", "LogicalDifference", "DifferenceWithBorrow"],
        ["Products"] = ["Multiply", "LogicalMultiply", "MultiplySingle", "MultiplySingleWithCode"],
        ["Quotients"] = ["Divide", "DivideSingle", "LogicalDivide"],
        ["Bits"] = ["And", "Or", "ExclusiveOr", "Nand", "Nor", "NotExclusiveOr", "AndComplement", "OrComplement", "Test",
            "TestRegister", "FindLeftmostOne", "PopulationCount"],
        ["Comparisons"] = ["Compare", "LogicalCompare", "CompareUnderMask", "RelativeCompare", "RelativeLogicalCompare",
            "CompareAndBranch", "LogicalCompareAndBranch", "CompareAndTrap", "LogicalCompareAndTrap"],
        ["Loads"] = ["Load", "LoadLogical", "LoadLogicalAt16", "LoadLogicalAt32", "LoadLogicalAt48", "LoadThirtyOneBits",
            "LoadZeroByte", "LoadReversed", "LoadAddress", "LoadOnCondition", "Select", "RelativeLoad",
            "RelativeLoadLogical", "LoadAndTrap", "LoadThirtyOneBitsAndTrap", "InsertUnderMask", "InsertProgramMask",
            "SetProgramMask"],
        ["SignedLoads"] = ["LoadAndTest", "LoadComplement", "LoadPositive", "LoadNegative"],
        ["Stores"] = ["Store", "StoreReversed", "StoreOnCondition", "StoreUnderMask", "RelativeStore"],
        ["Shifts"] = ["ShiftLeft", "ShiftRight", "LogicalShiftLeft", "LogicalShiftRight", "Rotate"],
        ["Rotations"] = ["RotateInsert", "RotateInsertSilent", "RotateAnd", "RotateOr", "RotateExclusiveOr"],
        ["Branches"] = ["BranchOnCondition", "BranchOnCount", "BranchOnIndexHigh", "BranchOnIndexLow", "BranchAndSave"],
    };

    public static TheoryData<string> Groups => [.. s_families.Keys];

    [Theory]
    [MemberData(nameof(Groups))]
    public void AgreeWithTheModel(string group) => Holds(s_families[group]);

    [Fact]
    public void EveryFamilyOfTheModelIsTested()
        => Assert.Equal(GeneralModel.Instructions.Select(GeneralModel.Family).Distinct().Order(),
            s_families.Values.SelectMany(f => f).Order());

    private static void Holds(string[] families)
    {
        Op[] ops = [.. GeneralModel.Instructions.Where(op => families.Contains(GeneralModel.Family(op)))];
        Assert.NotEmpty(ops);
        using var bench = new CaseBench(s_all);
        var config = Config.QuickThrowOnFailure.WithMaxTest(CasesPerInstruction * ops.Length).WithReplay(0x5390, 0x391);
        Prop.ForAll(GeneralCases.Of(ops), test =>
        {
            var difference = GeneralModel.Predict(test).DifferenceFrom(bench.Run(test, GeneralPrediction.Instructions));
            return (difference.Length == 0).Label(difference);
        }).Check(config);
    }
}
