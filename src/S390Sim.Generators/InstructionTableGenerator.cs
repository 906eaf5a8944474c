using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace S390Sim.Generators;

/// <summary>
/// Turns Instructions.tsv, one row per instruction, into <c>S390Sim.Isa.Op</c> and the columns of
/// <c>S390Sim.Isa.InstructionTable</c>. A row that cannot be right is an error at its line of the file.
/// </summary>
[Generator]
public sealed class InstructionTableGenerator : IIncrementalGenerator
{
    private const int Columns = 7;

    // Release tracking is for analyzers that ship; this one runs in this solution only.
#pragma warning disable RS2008
    private static readonly DiagnosticDescriptor s_malformed = new(
        "ISA001", "Malformed instruction row", "{0}", "S390Sim.Isa", DiagnosticSeverity.Error, isEnabledByDefault: true);
#pragma warning restore RS2008

    private const string Operand = @"([RFACV][1-4]|M[1-6]|I[1-5]s?|RI[2-4]|D[1-4]\(([XVRL][12],)?B[1-4]\))\??";

    private static readonly Regex s_syntax = new($"^{Operand}(,{Operand})*$", RegexOptions.CultureInvariant);

    private static readonly Dictionary<char, string> s_flags = new()
    {
        ['P'] = "Privileged",
        ['S'] = "SemiPrivileged",
        ['B'] = "Branch",
        ['F'] = "AfpRegister",
        ['b'] = "Bfp",
        ['d'] = "Dfp",
        ['v'] = "Vector",
    };

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var table = context.AdditionalTextsProvider.Where(static f => Path.GetFileName(f.Path) == "Instructions.tsv").Collect();
        var names = context.CompilationProvider.Select(static (c, _) => Names.Of(c));
        context.RegisterSourceOutput(table.Combine(names), static (c, input) =>
        {
            if (input.Right is not { } known || input.Left.IsEmpty) return;
            var rows = Read(c, input.Left[0], known);
            c.AddSource("Op.g.cs", RenderOp(rows));
            c.AddSource("InstructionTable.g.cs", RenderTable(rows));
        });
    }

    private static List<Row> Read(SourceProductionContext context, AdditionalText file, Names known)
    {
        var rows = new List<Row>();
        var text = file.GetText(context.CancellationToken)!;
        foreach (var line in text.Lines)
        {
            var content = line.ToString();
            if (content.Length == 0 || content[0] == '#') continue;
            var error = Row.TryParse(content, known, out var row)
                ?? rows.Where(r => r.Overlaps(row)).Select(r => $"opcode overlaps that of {r.Mnemonic}").FirstOrDefault()
                ?? rows.Where(r => r.Mnemonic == row.Mnemonic).Select(_ => "mnemonic occurs twice").FirstOrDefault();
            if (error is null) rows.Add(row);
            else context.ReportDiagnostic(Diagnostic.Create(s_malformed, At(file, text, line), $"{error}: {content}"));
        }
        return rows;
    }

    private static Location At(AdditionalText file, SourceText text, TextLine line) =>
        Location.Create(file.Path, line.Span, text.Lines.GetLinePositionSpan(line.Span));

    private static string RenderOp(List<Row> rows)
    {
        var text = Header();
        text.AppendLine("/// <summary>Every instruction of the table, in its order.</summary>");
        text.AppendLine("public enum Op : ushort").AppendLine("{");
        text.AppendLine("    /// <summary>No instruction has this text: an operation exception.</summary>");
        text.AppendLine("    Invalid = 0,");
        foreach (var row in rows)
        {
            text.AppendLine($"    /// <summary>{row.Title.Replace("&", "&amp;").Replace("<", "&lt;")}</summary>");
            text.AppendLine($"    {row.Mnemonic.ToUpperInvariant()},");
        }
        return text.AppendLine("}").ToString();
    }

    private static string RenderTable(List<Row> rows)
    {
        var text = Header();
        text.AppendLine("public static partial class InstructionTable").AppendLine("{");
        text.AppendLine("    /// <summary>Number of instructions, <see cref=\"Op.Invalid\"/> not counted.</summary>");
        text.AppendLine($"    public const int Count = {rows.Count};");
        Column(text, "string", "Mnemonics", "\"" + string.Join("\\n", rows.Select(r => r.Mnemonic)) + "\"");
        Column(text, "string", "Syntaxes", "\"" + string.Join("\\n", rows.Select(r => r.Syntax)) + "\"");
        Column(text, "string", "Titles", "\"" + string.Join("\\n", rows.Select(r => r.Title)) + "\"");
        Column(text, "global::System.ReadOnlySpan<ulong>", "Opcodes", List(rows, r => $"0x{r.Opcode:X}"));
        Column(text, "global::System.ReadOnlySpan<ulong>", "Masks", List(rows, r => $"0x{r.Mask:X}"));
        Column(text, "global::System.ReadOnlySpan<byte>", "Formats", List(rows, r => $"(byte)Format.{r.Format}"));
        Column(text, "global::System.ReadOnlySpan<byte>", "Facilities", List(rows, r => $"(byte)Facility.{r.Facility}"));
        Column(text, "global::System.ReadOnlySpan<ushort>", "RowFlags", List(rows, r => r.Flags));
        return text.AppendLine("}").ToString();
    }

    private static StringBuilder Header() => new StringBuilder()
        .AppendLine("// <auto-generated/>").AppendLine("#nullable enable").AppendLine("namespace S390Sim.Isa;");

    private static void Column(StringBuilder text, string type, string name, string value) =>
        text.AppendLine($"    private static {type} {name} => {value};");

    private static string List(List<Row> rows, Func<Row, string> cell) => $"[{string.Join(", ", rows.Select(cell))}]";

    /// <summary>The members of the hand-written enums that a row may name.</summary>
    private sealed class Names(ImmutableHashSet<string> formats, ImmutableHashSet<string> facilities) : IEquatable<Names>
    {
        public ImmutableHashSet<string> Formats { get; } = formats;

        public ImmutableHashSet<string> Facilities { get; } = facilities;

        public static Names? Of(Compilation compilation) => compilation.AssemblyName != "S390Sim.Isa"
            ? null
            : new Names(Members(compilation, "S390Sim.Isa.Format"), Members(compilation, "S390Sim.Isa.Facility"));

        public bool Equals(Names other) => Formats.SetEquals(other.Formats) && Facilities.SetEquals(other.Facilities);

        public override bool Equals(object? obj) => obj is Names other && Equals(other);

        public override int GetHashCode() => Formats.Count * 397 ^ Facilities.Count;

        private static ImmutableHashSet<string> Members(Compilation compilation, string type) =>
            compilation.GetTypeByMetadataName(type)?.GetMembers().OfType<IFieldSymbol>().Select(f => f.Name).ToImmutableHashSet()
            ?? [];
    }

    private struct Row
    {
        public string Mnemonic;
        public string Title;
        public string Format;
        public string Syntax;
        public string Facility;
        public string Flags;
        public ulong Opcode;
        public ulong Mask;

        public readonly bool Overlaps(Row other) => ((Opcode ^ other.Opcode) & Mask & other.Mask) == 0;

        /// <summary>Null when the line is a row, else what is wrong with it.</summary>
        public static string? TryParse(string line, Names known, out Row row)
        {
            row = default;
            var cells = line.Split('\t');
            if (cells.Length != Columns) return $"{cells.Length} columns instead of {Columns}";
            if (!TryParseOpcode(cells[0], out row.Opcode, out row.Mask))
                return $"opcode '{cells[0]}' is not hh, hhhh, hh.h or hh..hh";
            row.Mnemonic = cells[1];
            if (row.Mnemonic.Length == 0 || !row.Mnemonic.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9'))
                return $"mnemonic '{row.Mnemonic}' is not lower case";
            row.Format = cells[2].Replace('-', '_');
            if (!known.Formats.Contains(row.Format)) return $"no format '{cells[2]}'";
            row.Syntax = cells[3];
            if (row.Syntax != "-" && !s_syntax.IsMatch(row.Syntax)) return $"operands '{row.Syntax}' are not understood";
            row.Facility = cells[4];
            if (!known.Facilities.Contains(row.Facility)) return $"no facility '{cells[4]}'";
            foreach (var flag in cells[5])
                if (flag != '-' && !s_flags.ContainsKey(flag)) return $"no flag '{flag}'";
            row.Flags = cells[5] == "-"
                ? "0" : "(ushort)(" + string.Join(" | ", cells[5].Select(f => $"InstructionFlags.{s_flags[f]}")) + ")";
            row.Title = cells[6];
            return row.Title.Length == 0 || row.Title.IndexOfAny(['"', '\\']) >= 0 ? "title is empty or has a quote" : null;
        }

        private static bool TryParseOpcode(string cell, out ulong opcode, out ulong mask)
        {
            (opcode, mask) = (0, 0);
            var digits = cell.Replace(".", "");
            if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                return false;
            (opcode, mask) = (cell.Length, cell.IndexOf('.'), digits.Length) switch
            {
                (2, -1, 2) => (value << 56, 0xFFUL << 56),
                (4, -1, 4) => (value << 48, 0xFFFFUL << 48),
                (4, 2, 3) => (((value & 0xFF0) << 52) | ((value & 0xF) << 48), 0xFF0FUL << 48),
                (6, 2, 4) => (((value & 0xFF00) << 48) | ((value & 0xFF) << 16), (0xFFUL << 56) | (0xFFUL << 16)),
                _ => (0UL, 0UL),
            };
            return mask != 0;
        }
    }
}
