using FsCheck;
using FsCheck.Fluent;
using S390Sim.Cpu;

namespace S390Sim.Testing;

/// <summary>
/// A property of instructions, said in one expression:
/// <c>Property.Of(CasePlan.Single.Of(Op.AGR)).Holds((before, after) => ...)</c>.
/// A case in which it does not hold is shrunk and printed as assembler with its registers.
/// </summary>
/// <param name="plan">Which cases.</param>
public sealed class Property(CasePlan plan)
{
    private int _cases = 200;
    private FacilitySet? _facilities;
    private ulong? _seed;

    /// <summary>A property of the cases of a plan.</summary>
    public static Property Of(CasePlan plan) => new(plan);

    /// <summary>How many cases are tried; 200 unless told.</summary>
    public Property Cases(int number)
    {
        _cases = number;
        return this;
    }

    /// <summary>On a processor with these facilities rather than the default ones.</summary>
    public Property With(FacilitySet facilities)
    {
        _facilities = facilities;
        return this;
    }

    /// <summary>The same cases in every run.</summary>
    public Property Seed(ulong seed)
    {
        _seed = seed;
        return this;
    }

    /// <summary>Tries the cases.</summary>
    /// <param name="holds">Whether it holds, from the case and what it left behind.</param>
    /// <exception cref="Exception">It does not; the message has the smallest case.</exception>
    public void Holds(Func<MachineCase, MachineOutcome, bool> holds)
    {
        using var bench = new CaseBench(_facilities);
        var config = Config.QuickThrowOnFailure.WithMaxTest(_cases);
        if (_seed is { } seed) config = config.WithReplay(seed, seed | 1);
        Prop.ForAll(new CaseGenerator(plan).Arbitrary, test => test.Code.Count == 0 || holds(test, bench.Run(test)))
            .Check(config);
    }
}
