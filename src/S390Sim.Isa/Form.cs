namespace S390Sim.Isa;

/// <summary>Bits of an operand field that must have a certain value.</summary>
internal readonly record struct FormCondition(Field Field, int Mask, int Value);

/// <summary>One way to write an instruction: its own mnemonic, or an extended one that stands for some field values.</summary>
/// <param name="Mnemonic">What is written.</param>
/// <param name="Operands">The operands in order.</param>
/// <param name="Conditions">When the form may be used; their bits are taken out of the operands.</param>
/// <param name="Unassigned">The bits of the text, left-justified, that neither opcode, operands nor conditions use.</param>
internal sealed record Form(string Mnemonic, OperandSyntax[] Operands, FormCondition[] Conditions, ulong Unassigned)
{
    private static readonly string[] s_conditionCodes =
        ["-", "o", "h", "nle", "l", "nhe", "lh", "ne", "e", "nlh", "he", "nl", "le", "nh", "no"];

    private static readonly string[] s_comparisons = ["-", "-", "h", "-", "l", "-", "ne", "-", "e", "-", "nl", "-", "nh"];

    private static readonly Form[][] s_forms = BuildForms();

    /// <summary>The forms of an instruction, extended mnemonics first, its own form last.</summary>
    public static ReadOnlySpan<Form> Of(Op op) => s_forms[(int)op];

    /// <summary>Whether the conditions hold for these operands.</summary>
    public bool Matches(in Operands operands)
    {
        foreach (var condition in Conditions)
            if ((operands[condition.Field] & condition.Mask) != condition.Value) return false;
        return true;
    }

    /// <summary>The value of a field as the form writes it: without the bits that its mnemonic already says.</summary>
    public int Written(in Operands operands, Field field)
    {
        int value = operands[field];
        foreach (var condition in Conditions)
            if (condition.Field == field) value &= ~condition.Mask;
        return value;
    }

    private static Form[][] BuildForms()
    {
        var forms = new List<Form>[InstructionTable.Count + 1];
        for (int i = 0; i < forms.Length; i++) forms[i] = [];
        foreach (var line in ExtendedMnemonics.Lines)
        {
            var parts = line.Split(' ');
            foreach (var mnemonic in parts[1].Split(','))
            {
                if (!InstructionTable.TryFind(mnemonic, out var op)) throw new InvalidOperationException($"no row: {line}");
                forms[(int)op].AddRange(Expand(op, parts[0], parts[2], parts[3..]));
            }
        }
        foreach (var row in InstructionTable.Rows)
            forms[(int)row.Op].Add(Create(row.Op, row.Mnemonic, OperandSyntax.Parse(row.Syntax), []));
        return [.. forms.Select(f => f.ToArray())];
    }

    /// <summary>One form per suffix of the condition that has a list, or a single one.</summary>
    private static IEnumerable<Form> Expand(Op op, string pattern, string syntax, string[] conditions)
    {
        var own = InstructionTable.Get(op).Mnemonic;
        var mnemonic = pattern.Replace("#", own, StringComparison.Ordinal).Replace("~", own[..^1], StringComparison.Ordinal)
            .Replace("^", own[1..], StringComparison.Ordinal);
        var operands = OperandSyntax.Parse(syntax);
        var list = pattern.Contains('*', StringComparison.Ordinal) ? conditions[0] : null;
        var plain = conditions.Skip(list is null ? 0 : 1).Select(ParseCondition).ToArray();
        if (list is null) return [Create(op, mnemonic, operands, plain)];
        var field = Enum.Parse<Field>(list.Split('=')[0]);
        return Suffixes(list.Split('=')[1]).Index().Where(s => s.Item != "-").Select(s => Create(
            op, mnemonic.Replace("*", s.Item, StringComparison.Ordinal), operands, [new(field, 0xF, s.Index), .. plain]));
    }

    private static string[] Suffixes(string list) => list switch
    {
        "cc" => s_conditionCodes,
        "cmp" => s_comparisons,
        _ => list.Split(','),
    };

    private static FormCondition ParseCondition(string condition)
    {
        var sides = condition.Split('=');
        var left = sides[0].Split('&');
        int mask = left.Length == 2 ? Convert.ToInt32(left[1], 16) : -1;
        return new FormCondition(Enum.Parse<Field>(left[0]), mask, Convert.ToInt32(sides[1], 16));
    }

    private static Form Create(Op op, string mnemonic, OperandSyntax[] operands, FormCondition[] conditions)
    {
        var used = operands.SelectMany(o => o.Fields()).Concat(conditions.Select(c => c.Field)).ToHashSet();
        var row = InstructionTable.Get(op);
        ulong assigned = row.Mask | IgnoredBits(row.Format);
        var signed = new HashSet<Field>();
        foreach (var field in InstructionTable.Fields(op))
        {
            if (used.Contains(field.Field) || IsIgnored(row, field.Field)) assigned |= field.Mask;
            if (field.Signed) signed.Add(field.Field);
        }
        ulong whole = ulong.MaxValue << (64 - 8 * row.Length);
        return new Form(
            mnemonic, [.. operands.Select(o => o with { Signed = signed.Contains(o.Field) })], conditions, whole & ~assigned);
    }

    /// <summary>Bits outside all fields that objdump ignores too, in vector formats those of RXB; in others it minds.</summary>
    private static ulong IgnoredBits(Format format) => format switch
    {
        Format.RIE_b or Format.RIE_d or >= Format.VRI_a => 0xFUL << 24,
        Format.RIE_e => 0xFFUL << 24,
        _ => 0,
    };

    /// <summary>Whether objdump does not care either about a field that no operand uses; in other rows it does.</summary>
    private static bool IsIgnored(InstructionRow row, Field field) =>
        (row.Format, field) is (Format.SI, Field.I2) or (Format.RRF_a, Field.M4)
        || (row.Op is Op.KMA or Op.KMCTR && field == Field.M4);
}
