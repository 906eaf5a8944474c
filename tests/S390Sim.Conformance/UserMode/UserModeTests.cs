using System.Text;
using S390Sim.Cpu;
using S390Sim.Isa;
using Xunit.Abstractions;

namespace S390Sim.Conformance.UserMode;

/// <summary>Every bound general instruction of the problem state, on our processor and under QEMU's user mode.</summary>
public sealed class UserModeTests(ITestOutputHelper output)
{
    private const int CasesPerInstruction = 32;
    private const int CasesPerLongInstruction = 128;
    private static readonly HashSet<Format> s_formats =
    [
        Format.RR, Format.RRE, Format.RRF_a, Format.RRF_c, Format.RX_a, Format.RXY_a, Format.RI_a, Format.RIL_a, Format.RIL_b,
        Format.RIE_d, Format.RIE_f, Format.RIE_g, Format.RS_a, Format.RS_b, Format.RSY_a, Format.RSY_b,
        Format.SI, Format.SIY, Format.SIL, Format.SS_a, Format.SS_b, Format.SS_e, Format.SS_f, Format.SSF,
    ];

    private const int Seed = 20240607;

    [Fact]
    public void Same_state_as_qemu()
    {
        if (QemuUser.Missing is { } missing)
        {
            output.WriteLine($"skipped: {missing}");
            return;
        }
        var seed = int.TryParse(Environment.GetEnvironmentVariable("S390SIM_SEED"), out var chosen) ? chosen : Seed;
        var random = new Random(seed);
        var templates = Templates.Build(random);
        var fixedPage = new byte[4096];
        random.NextBytes(fixedPage);
        using var bench = new BenchRunner(templates, fixedPage);
        var cases = Instructions(bench.Handlers).SelectMany(op => Cases(op, seed, templates)).ToList();

        var qemu = QemuUser.Run(cases, templates, fixedPage);
        var failures = new StringBuilder();
        var failed = new Dictionary<Op, int>();
        var known = new HashSet<Op>();
        for (var n = 0; n < cases.Count; n++)
        {
            var ours = bench.Run(cases[n]);
            var difference = GuestState.Difference(ours, qemu[n]);
            if (difference.Length == 0) continue;
            if (KnownDifferences.MayDiffer(cases[n], ours, qemu[n])) continue;
            if (KnownDifferences.Explains(cases[n], ours, qemu[n]))
            {
                known.Add(cases[n].Op);
                continue;
            }
            failed[cases[n].Op] = failed.GetValueOrDefault(cases[n].Op) + 1;
            if (failed[cases[n].Op] <= 2) failures.AppendLine(Report(cases[n], difference));
        }
        output.WriteLine($"seed {seed}: {cases.Count} cases of {cases.Select(c => c.Op).Distinct().Count()} instructions");
        Assert.True(failed.Count == 0, $"seed {seed}: {string.Join(", ", failed.Select(f => $"{f.Key} {f.Value}"))}\n{failures}");
        if (seed != Seed) return;
        var stale = string.Join(", ", KnownDifferences.Instructions.Except(known));
        Assert.True(stale.Length == 0, $"QEMU is no longer seen to differ in {stale}: remove the entry");
    }

    // Each instruction has a sequence of its own, so that one more row changes no other's cases.
    private static IEnumerable<GuestCase> Cases(Op op, int seed, byte[] templates)
    {
        var own = InstructionTable.Get(op).Mnemonic.Aggregate(seed, (hash, letter) => hash * 31 + letter);
        var generator = new CaseGenerator(new Random(own), templates);
        var count = CaseGenerator.HasLongOperands(op) ? CasesPerLongInstruction : CasesPerInstruction;
        return Enumerable.Range(0, count).Select(_ => generator.Next(op));
    }

    private static IEnumerable<Op> Instructions(HandlerTable handlers)
    {
        foreach (var row in InstructionTable.Rows.ToArray())
        {
            if (!handlers.IsBound(row.Op) || KnownDifferences.NotComparable.Contains(row.Op)) continue;
            if ((row.Flags & ~InstructionFlags.None) != 0) continue;
            if (s_formats.Contains(row.Format)) yield return row.Op;
        }
    }

    private static string Report(GuestCase guest, string difference)
    {
        var text = new StringBuilder().AppendLine($"{guest.Listing()}   (cc {guest.ConditionCode}, template {guest.Template})");
        for (var n = 0; n < 16; n += 4)
            text.AppendLine($"  r{n}: " + string.Join(" ", guest.Registers.Skip(n).Take(4).Select(r => r.ToString("x16"))));
        return text.AppendLine("  " + difference.Replace(Environment.NewLine, Environment.NewLine + "  ")).ToString();
    }
}
