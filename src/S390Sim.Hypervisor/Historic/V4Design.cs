using S390Sim.Cpu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// <c>v4</c> (14 Mar 2022): a domain of a type of its own whose map operation brings a range in step with the guest's tables;
/// taking the anchor back empties it, but without a refresh of the host's (kvm-pci-design.md section 5).
/// </summary>
public sealed class V4Design : HistoricDesign
{
    private const byte OutOfMemory = 4;

    internal V4Design(VirtualMachine machine) : base(machine) { }

    /// <inheritdoc/>
    public override string Name => "v4";

    /// <summary>Always: a missing anchor is an invalid handle.</summary>
    public override bool HandlesInKernel(PciFunction function) => true;

    private protected override void Lend(S390Domain domain) => domain.Lend(Machine);

    private protected override void Recall(S390Domain domain)
    {
        domain.StartRecall();
        for (var at = 0UL; domain.Tables.TryFindNext(at, domain.Tables.Span - at, out var mapping); at = mapping.Iova)
            Drop(domain, mapping);
        domain.FinishRecall();
    }

    /// <summary>Insufficient storage is status 4, a failed pin 16, and all else an invalid handle; every function is refreshed.</summary>
    internal override void Handle(InterceptContext context, PciFunction? function, ulong start, ulong length)
    {
        if (function is null || !IsAnchored(function) || (start | length) % Storage.PageSize != 0)
        {
            context.SetConditionCode(3);
            return;
        }
        var outcome = Shadow(function, start, length);
        if (outcome == HistoricShadow.Changed) FindDomain(function)!.Flush(start, length);
        switch (outcome)
        {
            case HistoricShadow.Nothing or HistoricShadow.Changed: context.SetConditionCode(0); break;
            case HistoricShadow.NoMemory: HistoricRefresh.Answer(context, 1, OutOfMemory); break;
            case HistoricShadow.Fault: HistoricRefresh.Answer(context, 1, ShadowOutcome.InsufficientResources); break;
            default: context.SetConditionCode(3); break;
        }
    }
}
