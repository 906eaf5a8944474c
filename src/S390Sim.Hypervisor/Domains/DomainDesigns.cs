namespace S390Sim.Hypervisor;

/// <summary>The domain designs by name.</summary>
public static class DomainDesigns
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["type1", "lent", "nested", "hardware", "identity"];

    /// <summary>Names of the handlers that are kept for their faults; <see cref="Create"/> knows them too.</summary>
    public static IReadOnlyList<string> Historic { get; } = ["v3", "v4"];

    /// <summary>The design that is meant when none is named.</summary>
    public const string Default = "lent";

    /// <summary>What a design promises; the historic ones are to be held to what <c>lent</c> does.</summary>
    /// <exception cref="ConfigurationLimitException">There is no such design.</exception>
    public static DesignContract ContractOf(string name) => name switch
    {
        "type1" => new(RefreshSite.UserSpace, PinPolicy.EachEntry) { EntryLimit = Type1Container.DefaultEntryLimit },
        "lent" => new(RefreshSite.Kernel, PinPolicy.EachEntry) { IsLent = true },
        "nested" => new(RefreshSite.Kernel, PinPolicy.WholeGuest),
        "hardware" => new(RefreshSite.Machine, PinPolicy.WholeGuest),
        "identity" => new(RefreshSite.Kernel, PinPolicy.WholeGuest) { OffersDirect = true },
        "v3" => new(RefreshSite.Kernel, PinPolicy.EachEntry),
        "v4" => new(RefreshSite.Kernel, PinPolicy.EachEntry) { IsLent = true },
        _ => throw new ConfigurationLimitException(
            $"there is no domain design '{name}'; choose one of: {string.Join(", ", Names)}"),
    };

    internal static DomainDesign Create(string name, VirtualMachine machine) => name switch
    {
        "type1" => new Type1Design(machine),
        "lent" => new LentDesign(machine),
        "nested" => new NestedDesign(machine),
        "hardware" => new HardwareDesign(machine),
        "identity" => new IdentityDesign(machine),
        "v3" => new V3Design(machine),
        "v4" => new V4Design(machine),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "a name that has a contract"),
    };
}
