using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>REFRESH PCI TRANSLATIONS.</summary>
public static partial class PciInstructions<TContext>
{
    /// <summary>REFRESH PCI TRANSLATIONS: R1 is the request, R2 the first address, R2 + 1 the number of bytes.</summary>
    public static PciOutcome Rpcit(TContext c, PciConfiguration configuration, int r1, int r2)
    {
        if (c.ProblemState) return Program(c, ProgramCode.PrivilegedOperation);
        configuration.Refreshes++;
        if ((r2 & 1) != 0) return Program(c, ProgramCode.Specification);
        var request = new PciRequest(c[r1]);
        var function = configuration.Find(request.Handle);
        if (function is null || !function.IsEnabled || function.State == FunctionState.PermanentError)
            return Complete(c, configuration, request, 3);
        if (function.State == FunctionState.Error)
            return Refuse(c, configuration, request, r1, PciStatus.RecoveryInProgress);
        if (IsInjected(c, configuration, InjectionPoint.Refresh, function, request, r1, out var injected)) return injected;
        var outcome = Refresh(function, c[r2], c[r2 + 1]);
        if (outcome.Error != IoError.None) function.Fail((ushort)outcome.Error, outcome.FailingAddress);
        else function.Measurement.Refreshes++;
        return outcome.Status == PciStatus.None
            ? Complete(c, configuration, request, outcome.ConditionCode)
            : Refuse(c, configuration, request, r1, outcome.Status);
    }

    // A range that is partly outside PBA..PAL is accepted, as is one that ends where PBA begins; no bytes need no work.
    private static RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
    {
        if (function.AddressSpace is not { } space) return RefreshOutcome.Failed(IoError.NoTranslation, start);
        var end = length > ulong.MaxValue - start ? ulong.MaxValue : start + length;
        if (end < space.Pba || start > space.Pal) return RefreshOutcome.Failed(IoError.OutOfRange, start);
        return length == 0 ? RefreshOutcome.Done : function.Configuration!.Translation.Refresh(function, start, length);
    }
}
