namespace S390Sim.Hypervisor;

/// <summary>Who brings the host in step when a guest's function with an anchor is refreshed.</summary>
public enum RefreshSite
{
    /// <summary>The virtual machine's user-space part, after an exit to it.</summary>
    UserSpace,
    /// <summary>KVM, after an exit from SIE.</summary>
    Kernel,
    /// <summary>The machine, under SIE: there is no exit, and nothing is shadowed.</summary>
    Machine,
}

/// <summary>What of its guest a design pins.</summary>
public enum PinPolicy
{
    /// <summary>The frame of each host entry, from before it is stored until after it was flushed.</summary>
    EachEntry,
    /// <summary>All storage of the guest once, by the parent domain, as long as the storage is the guest's.</summary>
    WholeGuest,
}

/// <summary>
/// What a domain design promises, for whoever must know without knowing the design (kvm-pci-design.md section 11).
/// </summary>
/// <param name="Refresh">Who handles RPCIT.</param>
/// <param name="Pins">What is pinned.</param>
public sealed record DesignContract(RefreshSite Refresh, PinPolicy Pins)
{
    /// <summary>Whether the function's ordinary domain is lent to KVM while an anchor is registered.</summary>
    public bool IsLent { get; init; }

    /// <summary>Whether every function may have an anchor without translation, whatever its group says.</summary>
    public bool OffersDirect { get; init; }

    /// <summary>Most entries of a function at a time; null for as many as there is room.</summary>
    public int? EntryLimit { get; init; }

    /// <summary>
    /// Whether the machine follows the guest's own tables: no refresh is needed for a new mapping, and all formats that the
    /// machine knows are offered. Otherwise the host's tables shadow the guest's, as of its last refresh.
    /// </summary>
    public bool FollowsGuestTables => Refresh == RefreshSite.Machine;

    /// <summary>Whether the guest's pages may be taken away: none is pinned just because it is the guest's.</summary>
    public bool AllowsPaging => Pins == PinPolicy.EachEntry;
}
