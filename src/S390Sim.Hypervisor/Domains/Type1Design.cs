using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>type1</c>, the user-space fallback: every RPCIT goes to the machine's user-space part, which walks the guest's tables,
/// compares with what it has mapped, and maps or unmaps page by page through vfio (kvm-pci-design.md section 8).
/// </summary>
public sealed class Type1Design : DomainDesign, IMemoryUser
{
    private readonly Dictionary<uint, UserShadow> _shadows = [];
    private readonly RefreshWalk _walk;

    internal Type1Design(VirtualMachine machine) : base(machine)
    {
        _walk = new RefreshWalk(machine.Memory, machine.Storage, machine.Stages, machine.Counters);
        machine.Memory.AddUser(this);
    }

    /// <inheritdoc/>
    public override string Name => "type1";

    /// <inheritdoc/>
    public override ulong PagesWalked => _walk.PagesWalked;

    /// <inheritdoc/>
    public override uint SimulationBits => FunctionHandle.Emulated;

    /// <inheritdoc/>
    public override bool HandlesInKernel(PciFunction function) => false;

    /// <inheritdoc/>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        if (!TryProvideDomain(function, space.Iota, out var domain)) return RefreshOutcome.Insufficient;
        if (!_shadows.TryGetValue(function.DeviceId, out var shadow) || shadow.Domain != domain)
            _shadows[function.DeviceId] = new UserShadow(ContainerOf(function), domain);
        domain.Attach(function.DeviceId, space.Pba, space.Pal);
        return Complete(function, space);
    }

    /// <summary>Unmaps everything, then detaches the function.</summary>
    public override void Deregister(PciFunction function)
    {
        if (!_shadows.TryGetValue(function.DeviceId, out var shadow)) return;
        shadow.Unmap(0, ulong.MaxValue);
        FindDomain(function)!.Detach(function.DeviceId);
    }

    /// <inheritdoc/>
    public void Invalidate(ulong guest, ulong length, MemoryLoss loss)
    {
        if (loss != MemoryLoss.SlotDeleted) return;
        foreach (var shadow in _shadows.Values) shadow.Forget(guest, length);
    }

    private protected override bool IsReady(PciFunction function) => _shadows.ContainsKey(function.DeviceId);

    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
    {
        var shadow = _shadows[function.DeviceId];
        return _walk.Run(ref shadow, space, start, length);
    }
}
