using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>hardware</c>, nesting by the machine: the guest's own tables are registered at the IOMMU with the parent domain behind
/// them, which has the whole guest pinned. The machine walks both at each miss and executes the guest's RPCIT itself, without an exit.
/// The host's software keeps no tables and does nothing when the guest maps.
/// </summary>
public sealed class HardwareDesign : ParentedDesign
{
    private readonly HardwareTranslation _translation;

    internal HardwareDesign(VirtualMachine machine) : base(machine, "hardware")
        => _translation = new HardwareTranslation(machine.Iommu, machine.Storage, machine.Stages, Parent);

    /// <summary>None: the machine walks.</summary>
    public override ulong PagesWalked => 0;

    /// <summary>Never: what the machine does not execute is an error, which user space answers.</summary>
    public override bool HandlesInKernel(PciFunction function) => false;

    /// <summary>Registers the guest's tables; from now on the machine follows them.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        Counters.Ioctls++;
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.DomainNested, space.Iota.Value);
        return _translation.Register(function, space);
    }

    /// <summary>Takes the guest's tables away from the machine, which forgets all that it had of them.</summary>
    public override void Deregister(PciFunction function)
    {
        Counters.Ioctls++;
        _translation.Deregister(function);
    }

    /// <summary>What the machine does at RPCIT: validates the range and drops it from the IOTLB.</summary>
    public override RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
        => _translation.Refresh(function, start, length);

    private protected override bool IsReady(PciFunction function) => true;

    // There is nothing to bring in step.
    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
        => ShadowOutcome.Ok;

    // The parent has no entry any more when the range is unpinned; what the IOTLB has of it goes now.
    private protected override void Withdraw(ParentRange range)
    {
        foreach (var function in Machine.Pci.Functions)
        {
            if (function.AddressSpace is null) continue;
            Counters.Flushes++;
            Machine.Iommu.Flush(function.DeviceId, 0, ulong.MaxValue);
        }
    }
}
