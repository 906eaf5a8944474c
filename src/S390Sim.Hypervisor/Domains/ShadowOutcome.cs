using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>How bringing a domain in step with a guest's tables ended.</summary>
/// <param name="Status">0, or the status of condition code 1: 4 and 16 are insufficient resources.</param>
/// <param name="Error">A malformed table: the error event's code.</param>
/// <param name="FailingAddress">I/O virtual address of the error.</param>
public readonly record struct ShadowOutcome(byte Status, IoError Error = IoError.None, ulong FailingAddress = 0)
{
    /// <summary>Status 16: insufficient resources; the range is indeterminate until the guest refreshes globally.</summary>
    public const byte InsufficientResources = 16;

    /// <summary>Whether the domain was taken away meanwhile: condition code 2, to be tried again.</summary>
    public bool IsBusy { get; private init; }

    /// <summary>Everything is in step.</summary>
    public static ShadowOutcome Ok => new(0);
    /// <summary>The domain was taken away meanwhile.</summary>
    public static ShadowOutcome Busy => new(0) { IsBusy = true };
    /// <summary>A page could not be pinned, or there was no storage for a table.</summary>
    public static ShadowOutcome NoResources => new(InsufficientResources);
    /// <summary>Whether everything is in step.</summary>
    public bool IsOk => Status == 0 && Error == IoError.None && !IsBusy;
}
