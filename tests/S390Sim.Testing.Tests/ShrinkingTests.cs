using S390Sim.Isa;
using S390Sim.Testing;

namespace S390Sim.Tests;

/// <summary>Failing cases become as small as they can be.</summary>
public sealed class ShrinkingTests
{
    [Fact]
    public void A_program_shrinks_to_the_line_that_matters()
    {
        var generator = new CaseGenerator(CasePlan.Sequence);
        var found = 0;
        for (ulong seed = 0; seed < 300 && found < 5; seed++)
        {
            var test = generator.Next(new Dice(seed));
            if (test.Code.All(l => l.Op != Op.XGR) || test.Before.Gr[3] == 0) continue;
            found++;
            var smallest = CaseShrinker.Minimize(test, cases => [.. cases.Select(Fails)]);
            Assert.Equal([Op.XGR], smallest.Code.Select(l => l.Op));
            Assert.Equal(1UL, smallest.Before.Gr[3]);
            Assert.All(Enumerable.Range(0, 16).Where(n => n != 3), n => Assert.Equal(0UL, smallest.Before.Gr[n]));
            Assert.Equal(-1, smallest.Data.AsSpan().IndexOfAnyExcept((byte)0));
        }
        Assert.True(found > 0);

        static bool Fails(MachineCase test) => test.Before.Gr[3] != 0 && test.Code.Any(l => l.Op == Op.XGR);
    }

    [Fact]
    public void A_failing_property_prints_assembler()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Property.Of(CasePlan.Single.Of(Op.XGR)).Seed(5).Holds((_, after) => after.After.Cc != 1));
        Assert.Contains("xgr", failure.Message);
    }

    [Fact]
    public void Shrinking_ends()
    {
        var test = new CaseGenerator(CasePlan.Sequence).Next(new Dice(11));
        var steps = 0;
        while (CaseShrinker.Shrink(test).FirstOrDefault() is { } simpler && steps++ < 20_000) test = simpler;
        Assert.InRange(steps, 1, 19_999);
        Assert.True(test.Code.Count <= 1);
    }
}
