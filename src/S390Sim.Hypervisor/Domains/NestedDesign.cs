using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>nested</c>, nesting in software: a parent domain has the whole guest pinned; each anchor of the guest's is a nested domain
/// of its own, whose entries KVM makes from the guest's tables and the parent's translations at each RPCIT. It is made with the
/// anchor, never becomes an ordinary domain, is mapped by nobody, and ends with the anchor.
/// </summary>
public class NestedDesign : ParentedDesign
{
    private readonly NestedShadow _shadow;

    internal NestedDesign(VirtualMachine machine) : this(machine, "nested") { }

    private protected NestedDesign(VirtualMachine machine, string name) : base(machine, name)
        => _shadow = new NestedShadow(machine, Parent);

    /// <inheritdoc/>
    public override ulong PagesWalked => _shadow.PagesWalked;

    /// <inheritdoc/>
    public override bool HandlesInKernel(PciFunction function)
        => function.AddressSpace is not null && FindDomain(function) is not null;

    /// <summary>Makes a nested domain for the guest's anchor; it starts empty and fills by RPCIT.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        Counters.Ioctls++;
        if (!TryProvideDomain(function, space.Iota, out var domain, Parent)) return RefreshOutcome.Insufficient;
        domain.Attach(function.DeviceId, space.Pba, space.Pal);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainNested, space.Iota.Value);
        return Complete(function, space);
    }

    /// <summary>Ends the nested domain: the function is detached, what was cached is flushed, and the tables are freed.</summary>
    public override void Deregister(PciFunction function)
    {
        Counters.Ioctls++;
        DropDomain(function);
    }

    private protected override bool IsReady(PciFunction function) => FindDomain(function) is not null;

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
        => _shadow.Refresh(FindDomain(function)!, space, start, length);

    private protected override void Withdraw(ParentRange range)
    {
        foreach (var domain in Domains) _shadow.Withdraw(domain, range);
    }
}
