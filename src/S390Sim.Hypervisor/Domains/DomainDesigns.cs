namespace S390Sim.Hypervisor;

/// <summary>The domain designs by name.</summary>
public static class DomainDesigns
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["type1", "lent"];

    /// <summary>Names of the handlers that are kept for their faults; <see cref="Create"/> knows them too.</summary>
    public static IReadOnlyList<string> Historic { get; } = ["v3", "v4"];

    /// <summary>The design that is meant when none is named.</summary>
    public const string Default = "lent";

    internal static DomainDesign Create(string name, VirtualMachine machine) => name switch
    {
        "type1" => new Type1Design(machine),
        "lent" => new LentDesign(machine),
        "v3" => new V3Design(machine),
        "v4" => new V4Design(machine),
        _ => throw new ConfigurationLimitException($"there is no domain design '{name}'; choose one of: {string.Join(", ", Names)}"),
    };
}
