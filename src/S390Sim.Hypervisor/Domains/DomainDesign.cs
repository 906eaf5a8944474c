using System.Diagnostics.CodeAnalysis;
using S390Sim.Iommu;
using S390Sim.Pci;
using PciInstructions = S390Sim.Pci.PciInstructions<S390Sim.Hypervisor.GuestContext>;

namespace S390Sim.Hypervisor;

/// <summary>
/// A design of the path from a guest's RPCIT to the host's IOMMU (kvm-pci-design.md section 11): who writes the host's
/// tables, when pages are pinned, and what is handled where. All designs must give the same DMA results on the same guest.
/// </summary>
public abstract class DomainDesign : ITranslationBackend, IDisposable
{
    private readonly Dictionary<uint, S390Domain> _domains = [];
    private readonly Dictionary<uint, Type1Container> _containers = [];
    // Most refreshes are of the function that was refreshed before.
    private S390Domain? _last;
    private uint _lastId;
    private DesignContract? _contract;

    private protected DomainDesign(VirtualMachine machine) => Machine = machine;

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What the design promises.</summary>
    public DesignContract Contract => _contract ??= DomainDesigns.ContractOf(Name);

    /// <summary>The virtual machine that the design serves.</summary>
    protected VirtualMachine Machine { get; }

    /// <summary>What the design costs the host.</summary>
    public DesignCounters Counters => Machine.Counters;

    /// <summary>Guest pages, and ranges without pages, that were looked at.</summary>
    public abstract ulong PagesWalked { get; }

    /// <summary>The host's domains, one for each function with a registered address space before now.</summary>
    public virtual IEnumerable<S390Domain> Domains => _domains.Values;

    /// <summary>
    /// Simulation bits of the handles that the guest gets: zero for a function that KVM may handle in the kernel, since any bit
    /// of them asks for user space.
    /// </summary>
    public abstract uint SimulationBits { get; }

    /// <summary>Whether KVM handles an RPCIT for the function in the kernel, without an exit to user space.</summary>
    public abstract bool HandlesInKernel(PciFunction function);

    /// <summary>What stopped the modelled host's kernel; null while it runs.</summary>
    public virtual string? HostFailure => null;

    /// <summary>
    /// Whether the kernel handles an intercepted RPCIT: only for a handle without simulation bits, of a function of this virtual
    /// machine that <see cref="HandlesInKernel"/>; anything else is user space's (kvm-pci-design.md section 13). The lookup is in
    /// the virtual machine's own list, so a foreign handle tells nothing.
    /// </summary>
    internal virtual bool ClaimsRefresh(InterceptContext context)
    {
        var handle = (uint)(context[context.Operands.R1] >> 32);
        if ((handle & Machine.Pci.SimulationMask) != 0) return false;
        var function = Machine.Pci.FindByIndex((ushort)handle);
        return function is not null && function.Handle == handle && HandlesInKernel(function);
    }

    /// <summary>Handles an RPCIT that it claims: checks, walk, pins, host entries, flush, status and condition code.</summary>
    internal virtual void HandleRefresh(InterceptContext context)
        => PciInstructions.Rpcit(new GuestContext(context), Machine.Pci, context.Operands.R1, context.Operands.R2);

    /// <inheritdoc/>
    public abstract RefreshOutcome Register(PciFunction function, IoAddressSpace space);

    /// <inheritdoc/>
    public abstract void Deregister(PciFunction function);

    /// <inheritdoc/>
    public virtual RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
        => function.AddressSpace is { } space && IsReady(function)
            ? Answer(Shadow(function, space, start, length)) : RefreshOutcome.Busy;

    /// <summary>Whether a registered function's domain can be brought in step.</summary>
    private protected abstract bool IsReady(PciFunction function);

    /// <summary>Brings the domain of a ready function in step with a range of the guest's tables.</summary>
    private protected abstract ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length);

    /// <summary>
    /// Ends a registration: where the guest has no tables, there is nothing that it would refresh, so that all its storage is
    /// mapped at once. When that fails, nothing is registered.
    /// </summary>
    private protected RefreshOutcome Complete(PciFunction function, IoAddressSpace space)
    {
        if (space.Iota.IsTranslated) return RefreshOutcome.Done;
        var outcome = Shadow(function, space, space.Capabilities.DirectOrigin, Machine.Memory.Size);
        if (outcome.IsOk) return RefreshOutcome.Done;
        Deregister(function);
        return RefreshOutcome.Insufficient;
    }

    /// <summary>
    /// The vfio container that user space maps a function's pages through: one of its own, unless it is told to share.
    /// Containers stay until the virtual machine ends.
    /// </summary>
    public Type1Container ContainerOf(PciFunction function)
    {
        if (_containers.TryGetValue(function.DeviceId, out var container)) return container;
        return _containers[function.DeviceId] = new Type1Container(Machine.Pinner, Machine.Options.EntryLimit);
    }

    /// <summary>Puts a function into another one's container; before either has an anchor.</summary>
    public void ShareContainer(PciFunction function, PciFunction other) => _containers[function.DeviceId] = ContainerOf(other);

    /// <summary>The function's domain; null before its first registration.</summary>
    public virtual S390Domain? FindDomain(PciFunction function)
    {
        if (_last is not null && _lastId == function.DeviceId) return _last;
        if (!_domains.TryGetValue(function.DeviceId, out var domain)) return null;
        (_last, _lastId) = (domain, function.DeviceId);
        return domain;
    }

    /// <summary>
    /// The function's domain, made on first use and kept until the virtual machine ends, or until the guest's tables look at
    /// other address bits: the host's look at the same. False when the host has no storage for its tables.
    /// </summary>
    private protected bool TryProvideDomain(PciFunction function, Iota guest, [NotNullWhen(true)] out S390Domain? domain,
        ParentDomain? parent = null)
    {
        var designation = guest.IsTranslated ? guest.Type : IoDesignation.RegionFirstTable;
        if (_domains.TryGetValue(function.DeviceId, out domain) && domain.Tables.Iota.Type == designation) return true;
        DropDomain(function);
        if (!S390Domain.TryCreate(Machine.Storage, Machine.Tables, Machine.Iommu, Machine.Stages, out domain, designation,
            Machine.Counters, parent)) return false;
        domain.RefreshesNew = Machine.HostRequiresRefresh;
        _domains.Add(function.DeviceId, domain);
        return true;
    }

    /// <summary>Ends the function's domain, if it has one: it is detached and its tables are freed.</summary>
    private protected void DropDomain(PciFunction function)
    {
        _last = null;
        if (_domains.Remove(function.DeviceId, out var domain)) domain.Dispose();
    }

    // What the guest is told of an outcome.
    private RefreshOutcome Answer(in ShadowOutcome outcome)
    {
        if (outcome.IsBusy) return RefreshOutcome.Busy;
        if (outcome.Status != 0) Counters.InsufficientReplies++;
        if (outcome.Error != IoError.None) return RefreshOutcome.Failed(outcome.Error, outcome.FailingAddress);
        return outcome.Status == 0 ? RefreshOutcome.Done : new RefreshOutcome(1, (PciStatus)outcome.Status);
    }

    /// <summary>Takes everything back: no pin and no table is left.</summary>
    public virtual void Dispose()
    {
        foreach (var domain in _domains.Values) domain.Dispose();
        _domains.Clear();
        _last = null;
        GC.SuppressFinalize(this);
    }
}
