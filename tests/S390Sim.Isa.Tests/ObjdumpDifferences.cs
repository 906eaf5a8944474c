namespace S390Sim.Isa.Tests;

/// <summary>The known differences from objdump: one line each in ObjdumpDifferences.tsv, with an example and a reason.</summary>
internal static class ObjdumpDifferences
{
    private const string FileName = "ObjdumpDifferences.tsv";

    public sealed record Difference(string Bytes, string Scope, string Ours, string Objdump, string Reason)
    {
        public ulong Text => Convert.ToUInt64(Bytes.PadRight(16, '0'), 16);

        public Op Op => Decoder.Decode(Text);

        /// <summary>Whether the difference is about these operands: all, or those the scope states.</summary>
        public bool Covers(in Operands operands)
        {
            if (Scope == "*") return true;
            foreach (var condition in Scope.Split(' '))
            {
                bool negated = condition.Contains("!=", StringComparison.Ordinal);
                var sides = condition.Split(negated ? "!=" : "=");
                if (operands[Enum.Parse<Field>(sides[0])] == int.Parse(sides[1]) == negated) return false;
            }
            return true;
        }
    }

    public static List<Difference> All { get; } = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, FileName))
        .Where(l => l.Length != 0 && l[0] != '#').Select(l => l.Split('\t'))
        .Select(c => new Difference(c[0], c[1], c[2].Replace(' ', '\t'), c[3].Replace(' ', '\t'), c[4]))];

    private static readonly ILookup<Op, Difference> s_byOp = All.ToLookup(d => d.Op);

    /// <summary>Whether an instruction text is known to be shown differently.</summary>
    public static bool Contain(ulong text)
    {
        var op = Decoder.Decode(text);
        if (!s_byOp.Contains(op)) return false;
        Decoder.Extract(op, text, out var operands);
        return s_byOp[op].Any(d => d.Covers(operands));
    }
}
