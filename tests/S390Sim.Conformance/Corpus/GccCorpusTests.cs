namespace S390Sim.Conformance.Corpus;

/// <summary>What gcc makes of the corpus computes the same on this machine as under QEMU.</summary>
public sealed class GccCorpusTests(GccCorpus corpus) : IClassFixture<GccCorpus>
{
    private const int LeastLines = 8000;

    public static TheoryData<string> Rows => [.. GccCorpus.Combinations];

    [CorpusTheory]
    [MemberData(nameof(Rows))]
    public void PrintsTheSame(string combination)
    {
        var expected = corpus.UnderQemu(combination).Split('\n');
        var actual = corpus.OnThisMachine(combination).Split('\n');
        Assert.True(expected.Length > LeastLines, $"only {expected.Length} lines");
        var differences = expected.Zip(actual).Index().Where(l => l.Item.First != l.Item.Second)
            .Select(l => $"line {l.Index + 1}: QEMU {l.Item.First}, here {l.Item.Second}").ToArray();
        Assert.True(differences.Length == 0, $"{differences.Length} differences\n{string.Join('\n', differences.Take(40))}");
        Assert.Equal(expected.Length, actual.Length);
    }

    /// <summary>A value too large for an unsigned type shows the level: z10 has no instruction for that conversion.</summary>
    [CorpusFact]
    public void LevelsAreToldApart() => Assert.NotEqual(corpus.UnderQemu("O2-z10"), corpus.OnThisMachine("O2-z196"));
}

/// <summary>A theory about the corpus; skipped, saying what is missing, without the tools.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute() => Skip = GccCorpus.Missing;
}

/// <summary>A fact about the corpus; skipped, saying what is missing, without the tools.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute() => Skip = GccCorpus.Missing;
}
