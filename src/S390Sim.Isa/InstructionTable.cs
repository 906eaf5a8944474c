namespace S390Sim.Isa;

/// <summary>The rows of Instructions.tsv, indexed by <see cref="Op"/>; row 0 stands for <see cref="Op.Invalid"/>.</summary>
public static partial class InstructionTable
{
    private static readonly InstructionRow[] s_rows = BuildRows();
    private static readonly FieldDescription[]?[] s_fields = new FieldDescription[Count + 1][];

    /// <summary>Every instruction in the order of the table, without <see cref="Op.Invalid"/>.</summary>
    public static ReadOnlySpan<InstructionRow> Rows => s_rows.AsSpan(1);

    /// <summary>The row of an instruction; <see cref="Op.Invalid"/> has a row without opcode bits and length 0.</summary>
    public static InstructionRow Get(Op op) => s_rows[(int)op];

    /// <summary>The operand fields of an instruction: those of its format, immediates signed where the row says so.</summary>
    public static ReadOnlySpan<FieldDescription> Fields(Op op) => s_fields[(int)op] ??= ResolveFields(Get(op));

    /// <summary>Finds an instruction by its lower-case mnemonic; extended mnemonics have no row.</summary>
    public static bool TryFind(string mnemonic, out Op op) => Index.ByMnemonic.TryGetValue(mnemonic, out op);

    // Made when something is looked up by name: to run a program takes no names.
    private static class Index
    {
        public static readonly Dictionary<string, Op> ByMnemonic = s_rows.Skip(1).ToDictionary(r => r.Mnemonic, r => r.Op);
    }

    private static InstructionRow[] BuildRows()
    {
        var mnemonics = Mnemonics.Split('\n');
        var syntaxes = Syntaxes.Split('\n');
        var titles = Titles.Split('\n');
        var rows = new InstructionRow[Count + 1];
        rows[0] = new InstructionRow(Op.Invalid, "", 0, 0, default, "-", default, default, "", 0);
        for (int i = 0; i < Count; i++)
        {
            int length = Decoder.Length((byte)(Opcodes[i] >> 56));
            rows[i + 1] = new InstructionRow((Op)(i + 1), mnemonics[i], Opcodes[i], Masks[i], (Format)Formats[i],
                syntaxes[i], (Facility)Facilities[i], (InstructionFlags)RowFlags[i], titles[i], length);
        }
        return rows;
    }

    private static FieldDescription[] ResolveFields(InstructionRow row)
    {
        if (row.Op == Op.Invalid) return [];
        var fields = FormatDescription.Of(row.Format);
        return fields.Any(IsSigned) ? [.. fields.Select(f => IsSigned(f) ? f with { Signed = true } : f)] : fields;

        bool IsSigned(FieldDescription f) => OperandSyntax.IsSigned(row.Syntax, f.Field);
    }
}
