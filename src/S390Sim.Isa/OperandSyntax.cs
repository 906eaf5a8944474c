namespace S390Sim.Isa;

/// <summary>How the assembler writes an operand.</summary>
internal enum OperandKind : byte
{
    /// <summary>A register: %r1, %f1, %a1, %c1, %v1.</summary>
    Register,

    /// <summary>A mask or an immediate, in decimal.</summary>
    Number,

    /// <summary>A relative offset, written as the address it leads to.</summary>
    Target,

    /// <summary>Displacement, optional index, length or register, and base: 8(%r1,%r2).</summary>
    Address,
}

/// <summary>One operand in the assembler's order.</summary>
/// <param name="Kind">How it is written.</param>
/// <param name="Field">The register, number or displacement.</param>
/// <param name="RegisterClass">The letter of a register: r, f, a, c or v.</param>
/// <param name="Index">What stands before the base in the parentheses of an address, null when nothing does.</param>
/// <param name="Base">The base register of an address.</param>
/// <param name="Optional">Whether the operand is left out when it and all after it are zero.</param>
internal readonly record struct OperandSyntax(
    OperandKind Kind, Field Field, char RegisterClass, Field? Index, Field Base, bool Optional)
{
    /// <summary>Whether a number is written with its sign.</summary>
    public bool Signed { get; init; }

    /// <summary>Reads the operands column of Instructions.tsv.</summary>
    public static OperandSyntax[] Parse(string syntax) => [.. Split(syntax).Select(ParseOperand)];

    /// <summary>Whether the operands column marks a field as a signed immediate.</summary>
    public static bool IsSigned(string syntax, Field field)
        => Split(syntax).Any(o => IsSignedImmediate(o) && FieldNames.Parse(o[..^1]) == field);

    /// <summary>The fields the operand uses.</summary>
    public IEnumerable<Field> Fields()
    {
        yield return Field;
        if (Index is { } index) yield return index;
        if (Kind == OperandKind.Address) yield return Base;
    }

    private static bool IsSignedImmediate(string operand) => operand[0] == 'I' && operand[^1] == 's';

    /// <summary>Splits at the commas outside parentheses.</summary>
    private static IEnumerable<string> Split(string syntax)
    {
        if (syntax == "-") yield break;
        int start = 0;
        for (int i = 0, depth = 0; i <= syntax.Length; i++)
        {
            if (i == syntax.Length || (syntax[i] == ',' && depth == 0))
            {
                yield return syntax[start..i];
                start = i + 1;
            }
            else if (syntax[i] is '(' or ')') depth += syntax[i] == '(' ? 1 : -1;
        }
    }

    private static OperandSyntax ParseOperand(string operand)
    {
        bool optional = operand[^1] == '?';
        var name = optional ? operand[..^1] : operand;
        if (IsSignedImmediate(name)) name = name[..^1];
        if (name.StartsWith("RI", StringComparison.Ordinal))
            return new OperandSyntax(OperandKind.Target, FieldNames.Parse(name), default, null, default, optional);
        return name[0] switch
        {
            'D' => ParseAddress(name.Split('(', ',', ')')),
            'M' or 'I' => new OperandSyntax(OperandKind.Number, FieldNames.Parse(name), default, null, default, optional),
            _ => ParseRegister(name, optional),
        };
    }

    private static OperandSyntax ParseAddress(string[] parts)
    {
        Field? index = parts.Length == 4 ? FieldNames.Parse(parts[1]) : null;
        var (displacement, register) = (FieldNames.Parse(parts[0]), FieldNames.Parse(parts[^2]));
        return new OperandSyntax(OperandKind.Address, displacement, default, index, register, false);
    }

    private static OperandSyntax ParseRegister(string name, bool optional)
    {
        var field = FieldNames.Parse((name[0] == 'V' ? "V" : "R") + name[1..]);
        return new OperandSyntax(OperandKind.Register, field, char.ToLowerInvariant(name[0]), null, default, optional);
    }
}
