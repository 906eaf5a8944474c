using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>
/// What the PCI instructions do, for a processor that executes them and for a hypervisor to which they were intercepted.
/// Generic, so that for a processor, whose context is a structure, its registers are reached without a call. Nothing here
/// allocates. Instructions of one configuration are serialised by the caller.
/// </summary>
/// <typeparam name="TContext">Who executes.</typeparam>
public static partial class PciInstructions<TContext> where TContext : IPciContext
{
    private static PciOutcome Program(TContext c, ProgramCode code)
    {
        c.Program(code);
        return PciOutcome.Interrupted;
    }

    private static PciOutcome Complete(TContext c, PciConfiguration configuration, PciRequest request, int conditionCode)
    {
        c.SetConditionCode(conditionCode);
        if (configuration.Stages is { IsActive: true } stages)
            stages.Report(PciStages.StatusSet, request.Handle, (ulong)conditionCode);
        return PciOutcome.Completed;
    }

    /// <summary>Condition code 1, with the status in bits 32-39 of the request's register.</summary>
    private static PciOutcome Refuse(
        TContext c, PciConfiguration configuration, PciRequest request, int register, PciStatus status)
    {
        c[register] = request.WithStatus(status);
        c.SetConditionCode(1);
        if (configuration.Stages is { IsActive: true } stages)
            stages.Report(PciStages.StatusSet, request.Handle, 1, (ulong)status);
        return PciOutcome.Completed;
    }
}
