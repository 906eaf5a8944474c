using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>
/// Every BFP instruction with every modifier: result, condition code, FPC and interruption as on QEMU. S390SIM_BFP is a number
/// of random cases; S390SIM_SEED another seed.
/// </summary>
public sealed class BfpAgainstQemu(ITestOutputHelper output)
{
    private const int Seed = 20260611;
    private const int RandomCases = 150_000;
    private const int PairsOneIn = 16;
    private const int Batch = 500_000;

    private readonly Dictionary<BfpDifferences.Entry, int> _explained = [];
    private readonly StringBuilder _failures = new();
    private int _failed;

    [QemuFact]
    public void Agree()
    {
        using var bench = new BfpBench();
        BfpVariant[] variants = [.. BfpVariant.All(bench.Handlers)];
        using var qemu = new BfpQemu(variants);
        var seed = Setting("S390SIM_SEED", Seed);
        var generator = new BfpGenerator(new Random(seed));
        var random = Setting("S390SIM_BFP", RandomCases);
        var directed = Groups(variants, v => generator.Directed(v, random > RandomCases ? 1 : PairsOneIn));
        long count = directed.Sum(g => g.Cases.Length);
        Compare(bench, qemu, variants, directed);
        for (var left = random; left > 0; left -= Batch)
        {
            var each = (Math.Min(left, Batch) + variants.Length - 1) / variants.Length;
            var groups = Groups(variants, v => Enumerable.Range(0, each).Select(_ => generator.Next(v)));
            Compare(bench, qemu, variants, groups);
            count += groups.Sum(g => g.Cases.Length);
        }
        output.WriteLine($"seed {seed}: {count} cases of {variants.Length} variants, {_failed} differences");
        foreach (var (entry, times) in _explained) output.WriteLine($"  {times} times QEMU: {entry.Reason}");
        Assert.True(_failed == 0, $"seed {seed}: {_failed} of {count} cases differ\n{_failures}");
        var stale = string.Join(", ", BfpDifferences.Entries.Except(_explained.Keys).Select(e => e.Reason));
        Assert.True(stale.Length == 0, $"no longer seen of QEMU, remove the entry: {stale}");
    }

    private void Compare(BfpBench bench, BfpQemu qemu, BfpVariant[] variants, List<BfpGroup> groups)
    {
        var theirs = qemu.Run(groups);
        var n = 0;
        foreach (var group in groups)
        {
            var variant = variants[group.Variant];
            bench.Prepare(variant);
            var reported = 0;
            foreach (ref readonly var test in group.Cases.AsSpan())
            {
                var ours = bench.Run(test);
                var other = theirs[n++];
                if (ours == other) continue;
                if (Explanation(variant, test, ours, other) is { } entry)
                {
                    _explained[entry] = _explained.GetValueOrDefault(entry) + 1;
                    continue;
                }
                _failed++;
                if (reported++ < 2 && _failures.Length < 20_000)
                    _failures.AppendLine($"{variant}\n  {test}\n  ours {ours}\n  qemu {other}");
            }
        }
    }

    private static BfpDifferences.Entry? Explanation(BfpVariant variant, BfpCase test, BfpOutcome ours, BfpOutcome qemu)
        => BfpDifferences.Entries.FirstOrDefault(e => e.Explains(variant, test, ours, qemu));

    private static List<BfpGroup> Groups(BfpVariant[] variants, Func<BfpVariant, IEnumerable<BfpCase>> cases)
        => [.. variants.Select((v, n) => new BfpGroup(n, [.. cases(v)])).Where(g => g.Cases.Length != 0)];

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value : otherwise;
}
