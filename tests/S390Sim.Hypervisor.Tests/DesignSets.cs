namespace S390Sim.Hypervisor.Tests;

/// <summary>Designs by what they promise, for tests that speak of some.</summary>
public static class DesignSets
{
    /// <summary>Those that pin a page when it is mapped, and no other.</summary>
    public static TheoryData<string> PinningEach
        => [.. DomainDesigns.Names.Where(d => DomainDesigns.ContractOf(d).Pins == PinPolicy.EachEntry)];
}
