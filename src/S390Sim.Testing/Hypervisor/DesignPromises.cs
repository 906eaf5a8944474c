using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>What the invariants depend on of a design's contract.</summary>
/// <param name="Name">The design.</param>
/// <param name="Contract">What it promises.</param>
public sealed record DesignPromises(string Name, DesignContract Contract)
{
    /// <summary>Whether the function's domain is lent while an anchor is registered.</summary>
    public bool Lends => Contract.IsLent;
    /// <summary>Whether KVM handles an RPCIT of a registered function in the kernel.</summary>
    public bool InKernel => Contract.Refresh == RefreshSite.Kernel;
    /// <summary>Whether the machine walks the guest's tables, and the host keeps no others.</summary>
    public bool InMachine => Contract.FollowsGuestTables;
    /// <summary>Whether each changed page is a call of its own, with a flush of its own.</summary>
    public bool FlushesEach => Contract.Refresh == RefreshSite.UserSpace;
    /// <summary>Whether each entry pins its frame; else a parent domain has the whole guest pinned.</summary>
    public bool PinsEach => Contract.Pins == PinPolicy.EachEntry;
    /// <summary>Whether it is one of the handlers that are kept for their faults.</summary>
    public bool IsHistoric => DomainDesigns.Historic.Contains(Name);

    /// <summary>The promises of a design.</summary>
    public static DesignPromises Of(string design) => new(design, DomainDesigns.ContractOf(design));
}
