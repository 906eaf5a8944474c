using S390Sim.Cli.Commands;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Cli.Output;

/// <summary>The text of docs/isa.md: every row of the instruction table, and how much of each facility is implemented.</summary>
internal static class IsaDocument
{
    public static void Write(TextWriter text, HandlerTable handlers)
    {
        var rows = InstructionTable.Rows.ToArray();
        var bound = rows.Count(r => handlers.IsBound(r.Op));
        text.WriteLine("# Instructions\n");
        text.WriteLine("This file is written by `make docs` (`s390sim isa --markdown`); a test compares it. The rows are");
        text.WriteLine("those of `src/S390Sim.Isa/Instructions.tsv` (docs/isa-table.md).\n");
        text.WriteLine($"{bound} of {rows.Length} instructions are implemented.\n");
        WriteTotals(text, rows, handlers);
        WriteRest(text, rows, handlers);
        text.WriteLine("\n## Every instruction\n");
        text.WriteLine("| mnemonic | opcode | format | facility | implemented | name |");
        text.WriteLine("|---|---|---|---|---|---|");
        foreach (var row in rows)
        {
            text.WriteLine($"| {row.Mnemonic} | {IsaCommand.OpcodeText(row)} | {IsaCommand.FormatText(row)} | {row.Facility} "
                + $"| {(handlers.IsBound(row.Op) ? "yes" : "–")} | {row.Title} |");
        }
    }

    private static void WriteTotals(TextWriter text, InstructionRow[] rows, HandlerTable handlers)
    {
        text.WriteLine("## By facility\n");
        text.WriteLine("| facility | STFLE bit | instructions | implemented |");
        text.WriteLine("|---|---|---|---|");
        foreach (var group in rows.GroupBy(r => r.Facility).OrderBy(g => g.Key))
        {
            var bit = group.Key.StfleBit();
            var implemented = group.Count(r => handlers.IsBound(r.Op));
            text.WriteLine($"| {group.Key} | {(bit < 0 ? "–" : bit)} | {group.Count()} | {implemented} |");
        }
    }

    private static void WriteRest(TextWriter text, InstructionRow[] rows, HandlerTable handlers)
    {
        text.WriteLine("\n## Not implemented\n");
        text.WriteLine("| facility | instructions |");
        text.WriteLine("|---|---|");
        foreach (var group in rows.Where(r => !handlers.IsBound(r.Op)).GroupBy(r => r.Facility).OrderBy(g => g.Key))
            text.WriteLine($"| {group.Key} | {string.Join(", ", group.Select(r => r.Mnemonic))} |");
    }
}
