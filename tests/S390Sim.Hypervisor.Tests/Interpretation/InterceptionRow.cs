using S390Sim.Cpu;

namespace S390Sim.Hypervisor.Tests.Interpretation;

/// <summary>
/// A line of the table. The outcome is an interception code with instruction text (04, 2C, 38); 5C; 08 with the program-interruption
/// code behind a colon, as in 08:0006; run, when the guest executes the instruction; pgm with a code, or svc, when it has an
/// interruption of its own; host with the code of the host's own program interruption; 20 with the reason of a validity interception.
/// </summary>
public sealed record InterceptionRow(
    string Name, string Text, string Setup, string Controls, string Outcome, string Checks, string Certainty)
{
    public static IReadOnlyList<InterceptionRow> Read(string file)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Interpretation", file));
        return [.. lines.Where(line => line.Length != 0 && line[0] != '#').Select(line => line.Split('\t')).Select(Of)];
    }

    private static InterceptionRow Of(string[] cells) => new(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]);

    public ulong TextBits => Convert.ToUInt64(Text.PadRight(16, '0'), 16);
    public uint Length => (uint)Text.Length / 2;
    public bool IsOutcome(string kind) => Outcome == kind || Outcome.StartsWith(kind + ":", StringComparison.Ordinal);
    public ProgramCode Code => (ProgramCode)Convert.ToUInt16(Outcome[(Outcome.IndexOf(':', StringComparison.Ordinal) + 1)..], 16);

    public override string ToString() => $"{Name} {Text} {Controls} {Outcome}";
}
