namespace S390Sim.Hypervisor;

/// <summary>The domain designs by name.</summary>
public static class DomainDesigns
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["type1", "lent"];

    /// <summary>The design that is meant when none is named.</summary>
    public const string Default = "lent";

    internal static DomainDesign Create(string name, VirtualMachine machine) => name switch
    {
        "type1" => new Type1Design(machine),
        "lent" => new LentDesign(machine),
        _ => throw new ConfigurationLimitException($"there is no domain design '{name}'; choose one of: {string.Join(", ", Names)}"),
    };
}
