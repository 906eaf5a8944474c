using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests;

/// <summary>Generators make what they promise.</summary>
public sealed class GeneratorTests
{
    private static IEnumerable<MachineCase> Cases(CasePlan plan, int count)
    {
        var (generator, dice) = (new CaseGenerator(plan), new Dice(1));
        return Enumerable.Range(0, count).Select(_ => generator.Next(dice));
    }

    [Fact]
    public void Equal_dice_make_equal_cases()
    {
        var generator = new CaseGenerator(CasePlan.Sequence);
        Assert.Equal(generator.Next(new Dice(7)).ToString(), generator.Next(new Dice(7)).ToString());
    }

    [Fact]
    public void Every_implemented_instruction_comes()
        => Assert.Empty(InstructionSet.Implemented.Except(
            InstructionSet.Implemented.Where(op => new CaseGenerator(CasePlan.Single).Next(new Dice(3), op.Op).Code
                .Concat(new CaseGenerator(CasePlan.Single).Next(new Dice(3), op.Op).Targets).Any(l => l.Op == op.Op))));

    [Fact]
    public void Values_reach_the_ends_of_ranges()
    {
        var dice = new Dice(2);
        var seen = Enumerable.Range(0, 5000).Select(_ => OperandValues.Doubleword(dice)).ToHashSet();
        Assert.Superset(new HashSet<ulong> { 0, 1, ulong.MaxValue, 1UL << 63, (1UL << 63) - 1, uint.MaxValue, 1UL << 32 }, seen);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    public void Numbers_are_of_their_class(int width)
    {
        var dice = new Dice(4);
        var fraction = width switch { 32 => 23, 64 => 52, _ => 112 };
        var infinity = (UInt128.One << (width - 1)) - (UInt128.One << fraction);
        for (var n = 0; n < 2000; n++)
        {
            UInt128 Of(OperandValues.IeeeClass kind) => OperandValues.Ieee(dice, width, kind) & ((UInt128.One << (width - 1)) - 1);
            Assert.Equal(UInt128.Zero, Of(OperandValues.IeeeClass.Zero));
            Assert.InRange(Of(OperandValues.IeeeClass.Subnormal), UInt128.One, (UInt128.One << fraction) - 1);
            Assert.Equal(infinity, Of(OperandValues.IeeeClass.Infinity));
            Assert.True(Of(OperandValues.IeeeClass.QuietNaN) >= infinity + (UInt128.One << (fraction - 1)));
            Assert.InRange(Of(OperandValues.IeeeClass.SignalingNaN), infinity + 1, infinity + (UInt128.One << (fraction - 1)) - 1);
        }
    }

    [Fact]
    public void Operands_cross_the_pages_and_meet_the_forbidden_ones()
    {
        using var bench = new CaseBench();
        var codes = Cases(CasePlan.Single.Of(Op.STG, Op.LG, Op.MVC), 3000).Select(c => bench.Run(c).Code).ToHashSet();
        Assert.Superset(new HashSet<ProgramCode> { ProgramCode.None, ProgramCode.Protection, ProgramCode.PageTranslation }, codes);
    }

    [Fact]
    public void Programs_branch_loop_and_execute()
    {
        var cases = Cases(CasePlan.Sequence, 200).ToList();
        Assert.Contains(cases, c => c.Code.Index().Any(l => l.Item.Label is { } to && to >= 0 && to < l.Index));
        Assert.Contains(cases, c => c.Code.Index().Any(l => l.Item.Label > l.Index));
        Assert.Contains(cases, c => c.Targets.Count > 0);
        Assert.All(cases, c => Assert.True(c.CodeLength < TestLayout.TargetOffset));
    }

    [Fact]
    public void Most_programs_come_to_an_end()
    {
        using var bench = new CaseBench(new FacilitySet(Enumerable.Range(0, 256)));
        var plan = CasePlan.Sequence.Of(InstructionSet.Implemented.OfFamily(InstructionFamily.General, InstructionFamily.Branch));
        var endings = Cases(plan, 500).Select(c => bench.Run(c, 5000).Ending).ToList();
        Assert.InRange(endings.Count(e => e == Ending.Completed), 150, 500);
        Assert.InRange(endings.Count(e => e == Ending.Endless), 0, 75);
    }

    [Fact]
    public void Protected_pages_and_keys_are_as_the_layout_says()
    {
        using var bench = new CaseBench();
        var layout = StorageLayout.Standard.Page(TestLayout.Data + 4096, PageKind.KeyForbidden).As("keys", 2).WithLevels(3);
        var test = new MachineCase
        {
            Code = [new(Op.LG, new Operands { R1 = 2, B2 = 3 })],
            Layout = layout,
            Data = new byte[TestLayout.DataSize],
            Before = new MachineState { Psw = new Psw(CasePlan.Mode(key: 5), TestLayout.Code) }.WithGr(3, TestLayout.Data + 4096),
        };
        Assert.Equal(ProgramCode.Protection, bench.Run(test).Code);
        Assert.Equal(Ending.Completed, bench.Run(test with { Before = test.Before.WithGr(3, TestLayout.Data) }).Ending);
    }
}
