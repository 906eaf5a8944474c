using S390Sim.Hypervisor;

namespace S390Sim.Testing.Hypervisor;

/// <summary>Which pages a design pins, and when.</summary>
public enum PinPolicy
{
    /// <summary>A pin for each valid entry of the host's tables, made and taken off by RPCIT.</summary>
    EachEntry,
    /// <summary>All of the guest's storage, for as long as it may be reached.</summary>
    WholeGuest,
}

/// <summary>What the invariants depend on of a design's contract (kvm-pci-design.md section 11).</summary>
/// <param name="Name">The design.</param>
public sealed record DesignPromises(string Name)
{
    /// <summary>Which pages are pinned.</summary>
    public PinPolicy Pins { get; private init; } = PinPolicy.EachEntry;
    /// <summary>Whether the function's domain is lent while an anchor is registered.</summary>
    public bool Lends { get; private init; }
    /// <summary>Whether KVM handles an RPCIT of a registered function in the kernel; else user space does.</summary>
    public bool InKernel { get; private init; }
    /// <summary>Whether each changed page is a call of its own, with a flush of its own.</summary>
    public bool FlushesEach { get; private init; }
    /// <summary>Whether it is one of the handlers that are kept for their faults.</summary>
    public bool IsHistoric { get; private init; }

    /// <summary>The promises of a design.</summary>
    /// <exception cref="ConfigurationLimitException">Nobody has written down what it promises.</exception>
    public static DesignPromises Of(string design) => design switch
    {
        "type1" => new(design) { FlushesEach = true },
        "lent" => new(design) { Lends = true, InKernel = true },
        "v3" => new(design) { InKernel = true, IsHistoric = true },
        "v4" => new(design) { Lends = true, InKernel = true, IsHistoric = true },
        _ => throw new ConfigurationLimitException($"the invariants do not know what the design '{design}' promises"),
    };
}
