using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>lent</c>: while a guest's anchor is registered, the function's ordinary domain is lent to KVM, which handles RPCIT in
/// the kernel: walk, pin, store, flush, unpin. The IOMMU API's map and unmap fail meanwhile; deregistration recalls the loan.
/// </summary>
public sealed class LentDesign : DomainDesign
{
    private readonly LentShadow _shadow;

    internal LentDesign(VirtualMachine machine) : base(machine) => _shadow = new LentShadow(machine);

    /// <inheritdoc/>
    public override string Name => "lent";

    /// <inheritdoc/>
    public override ulong PagesWalked => _shadow.PagesWalked;

    /// <inheritdoc/>
    public override uint SimulationBits => 0;

    /// <inheritdoc/>
    public override bool HandlesInKernel(PciFunction function)
        => function.AddressSpace is not null && FindDomain(function) is { Loan: LoanState.Lent };

    /// <summary>Lends the function's domain for the guest's anchor; it starts empty and fills by RPCIT.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        Counters.Ioctls++;
        if (!TryProvideDomain(function, space.Iota, out var domain) || domain.Lend(Machine) != DomainStatus.Ok)
            return RefreshOutcome.Insufficient;
        domain.Attach(function.DeviceId, space.Pba, space.Pal);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainLent, space.Iota.Value, domain.Generation);
        return Complete(function, space);
    }

    /// <summary>Recalls the loan: nothing is mapped any more, everything cached is flushed, and only then is it unpinned.</summary>
    public override void Deregister(PciFunction function)
    {
        if (FindDomain(function) is not { } domain || domain.StartRecall() != DomainStatus.Ok) return;
        Counters.Ioctls++;
        var entries = _shadow.Clear(domain);
        domain.Detach(function.DeviceId);
        domain.FinishRecall();
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainRecalled, entries, domain.Generation);
    }

    private protected override bool IsReady(PciFunction function) => FindDomain(function) is { Loan: LoanState.Lent };

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
        => _shadow.Refresh(FindDomain(function)!, space, start, length);
}
