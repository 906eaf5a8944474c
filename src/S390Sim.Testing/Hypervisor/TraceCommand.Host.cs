namespace S390Sim.Testing.Hypervisor;

/// <summary>Someone maps and unmaps through the IOMMU API, and asks for a second loan.</summary>
public sealed record UseApi(ulong Iova) : TraceCommand;

/// <summary>The host's administrator changes the memlock limit.</summary>
public sealed record SetLimit(ulong Pages) : TraceCommand;

/// <summary>The host has so many bytes more for the tables of the guest's domains, and then none.</summary>
public sealed record SetTableLimit(ulong More) : TraceCommand;

/// <summary>The n-th pin from now on fails.</summary>
public sealed record FailPin(int Number) : TraceCommand
{
    /// <inheritdoc/>
    public override IEnumerable<TraceCommand> Simpler() => Number > 1 ? [this with { Number = 1 }] : [];
}

/// <summary>The memory slot goes while its pages may be mapped, or it comes back; the guest is told nothing.</summary>
public sealed record ChangeSlot(bool Remove) : TraceCommand;

/// <summary>The guest touches pages of which the host has fewer: others are paged out.</summary>
public sealed record Touch(int First, int Pages) : TraceCommand;

/// <summary>The virtual machine ends and another one is started on the host.</summary>
public sealed record EndMachine : TraceCommand;
