using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>lent</c>: while a guest's anchor is registered, the function's ordinary domain is lent to KVM, which handles RPCIT in
/// the kernel: walk, pin, store, flush, unpin. The IOMMU API's map and unmap fail meanwhile; deregistration recalls the loan. A
/// domain that was recalled before is user space's again, which goes on as under <c>type1</c> until the anchor goes.
/// </summary>
public sealed class LentDesign : DomainDesign, IDomainBorrower, IMemoryUser
{
    private readonly LentShadow _shadow;
    private readonly Dictionary<uint, UserShadow> _takenBack = [];

    internal LentDesign(VirtualMachine machine) : base(machine)
    {
        _shadow = new LentShadow(machine);
        machine.Memory.AddUser(this);
    }

    /// <inheritdoc/>
    public override string Name => "lent";

    /// <inheritdoc/>
    public override ulong PagesWalked => _shadow.Walk.PagesWalked;

    /// <inheritdoc/>
    public override uint SimulationBits => 0;

    /// <summary>
    /// What the host's other threads do while an RPCIT has let go of its domain, between two chunks of it; null for nothing.
    /// They may recall the domain, which the RPCIT then sees.
    /// </summary>
    public Action<S390Domain>? BetweenChunks
    {
        get => _shadow.BetweenChunks;
        set => _shadow.BetweenChunks = value;
    }

    /// <inheritdoc/>
    public override bool HandlesInKernel(PciFunction function) => function.AddressSpace is not null && IsLent(function);

    /// <summary>Lends the function's domain for the guest's anchor; it starts empty and fills by RPCIT.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        Counters.Ioctls++;
        if (!TryProvideDomain(function, space.Iota, out var domain) || domain.Lend(this) != DomainStatus.Ok)
            return RefreshOutcome.Insufficient;
        domain.Attach(function.DeviceId, space.Pba, space.Pal);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainLent, space.Iota.Value, domain.Generation);
        return Complete(function, space);
    }

    /// <summary>Recalls the loan and detaches the function.</summary>
    public override void Deregister(PciFunction function)
    {
        if (FindDomain(function) is not { } domain) return;
        if (_takenBack.Remove(function.DeviceId, out var shadow)) shadow.Unmap(0, ulong.MaxValue);
        if (domain.IsLentTo(this)) Counters.Ioctls++;
        domain.Recall();
        domain.Detach(function.DeviceId);
    }

    /// <summary>
    /// User space takes a function's domain back from KVM while the anchor stays: the loan is recalled, what the guest has is
    /// mapped through the container, and RPCIT is user space's from now on.
    /// </summary>
    /// <returns>How the mapping ended; busy when there is no anchor.</returns>
    public RefreshOutcome TakeBack(PciFunction function)
    {
        if (!IsLent(function)) return RefreshOutcome.Busy;
        Counters.Ioctls++;
        FindDomain(function)!.Recall();
        return Refresh(function, 0, ulong.MaxValue);
    }

    /// <summary>Nothing is mapped any more, everything cached is flushed, and only then is it unpinned.</summary>
    public void Drain(S390Domain domain)
    {
        var entries = _shadow.Clear(domain);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainRecalled, entries, domain.Generation);
    }

    /// <summary>
    /// What leads to storage that is the guest's no more is taken out of every lent domain, flushed and unpinned.
    /// </summary>
    public void Invalidate(ulong guest, ulong length, MemoryLoss loss)
    {
        if (loss != MemoryLoss.SlotDeleted) return;
        foreach (var domain in Domains)
        {
            if (domain.IsLentTo(this)) _shadow.Forget(domain, guest, length);
        }
        foreach (var shadow in _takenBack.Values) shadow.Forget(guest, length);
    }

    private bool IsLent(PciFunction function) => FindDomain(function)?.IsLentTo(this) == true;

    private protected override bool IsReady(PciFunction function)
        => FindDomain(function) is { Loan: not LoanState.Draining } domain
            && (domain.Loan == LoanState.Normal || domain.IsLentTo(this));

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
    {
        var domain = FindDomain(function)!;
        if (domain.Loan == LoanState.Lent) return _shadow.Refresh(domain, space, start, length);
        // What KVM had mapped went with the loan: user space begins with all of it.
        if (!_takenBack.TryGetValue(function.DeviceId, out var shadow))
        {
            _takenBack.Add(function.DeviceId, shadow = new UserShadow(ContainerOf(function), domain));
            (start, length) = (space.Pba, space.Pal - space.Pba + 1);
        }
        return _shadow.Walk.Run(ref shadow, space, start, length);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Machine.Memory.RemoveUser(this);
        GC.SuppressFinalize(this);
    }
}
