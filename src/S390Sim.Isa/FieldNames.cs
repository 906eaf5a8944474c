namespace S390Sim.Isa;

/// <summary>Operand fields by name.</summary>
internal static class FieldNames
{
    private static readonly string[] s_names = Enum.GetNames<Field>();

    /// <summary>The field with a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Field Parse(string name)
    {
        var number = Array.IndexOf(s_names, name);
        return number >= 0 ? (Field)number : throw new ArgumentException($"no operand field is called {name}", nameof(name));
    }
}
