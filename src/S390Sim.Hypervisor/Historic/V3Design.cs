using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>v3</c> (4 Feb 2022): KVM stores into the tables of the function's ordinary domain, which the IOMMU API goes on using;
/// taking the anchor back leaves the entries and their pins (kvm-pci-design.md section 4).
/// </summary>
public sealed class V3Design : HistoricDesign
{
    internal V3Design(VirtualMachine machine) : base(machine) { }

    /// <inheritdoc/>
    public override string Name => "v3";

    /// <summary>Without an anchor user space is asked; a handle that is not the virtual machine's is the kernel's to refuse.</summary>
    public override bool HandlesInKernel(PciFunction function) => IsAnchored(function);

    private protected override void Lend(S390Domain domain) { }

    private protected override void Recall(S390Domain domain) { }

    /// <summary>
    /// Every failure is status 16, and then the host does not refresh, whatever was taken away before; else it refreshes the
    /// range for the issuing function alone, after the pages were given back.
    /// </summary>
    internal override void Handle(InterceptContext context, PciFunction? function, ulong start, ulong length)
    {
        if (function is null)
        {
            HistoricRefresh.Answer(context, 3, status: 0);
            return;
        }
        var outcome = Shadow(function, start, length);
        if (outcome == HistoricShadow.Changed)
        {
            Counters.Flushes++;
            Machine.Iommu.Flush(function.DeviceId, start, length);
        }
        if (outcome is HistoricShadow.Nothing or HistoricShadow.Changed) context.SetConditionCode(0);
        else HistoricRefresh.Answer(context, 1, ShadowOutcome.InsufficientResources);
    }
}
