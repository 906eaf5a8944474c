namespace S390Sim.Pci;

/// <summary>Where instructions ask whether they shall fail.</summary>
public static partial class PciInstructions<TContext>
{
    /// <summary>Ends an instruction that passed its checks as a plan says; nothing else changes.</summary>
    private static bool IsInjected(TContext c, PciConfiguration configuration, InjectionPoint point, PciFunction function,
        PciRequest request, int register, out PciOutcome outcome)
    {
        outcome = PciOutcome.Completed;
        if (configuration.Failures?.Next(point, function.Fid, request.Operation) is not { } rule) return false;
        outcome = rule.ConditionCode == 1
            ? Refuse(c, configuration, request, register, rule.Status)
            : Complete(c, configuration, request, rule.ConditionCode);
        return true;
    }

    /// <summary>Answers a command as a plan says: with a response code, or a condition code.</summary>
    private static bool IsInjected(TContext c, PciConfiguration configuration, ClpHeader request, ClpHeader response)
    {
        var rule = configuration.Failures?.Next(InjectionPoint.CallLogicalProcessor, operation: request.Code);
        if (rule is null) return false;
        if (rule.ConditionCode == 0) response.Code = rule.Response;
        c.SetConditionCode(rule.ConditionCode);
        return true;
    }
}
