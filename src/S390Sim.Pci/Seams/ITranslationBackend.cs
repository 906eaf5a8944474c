using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>
/// What stands behind a program's I/O address translation: the hardware's IOMMU on the bare machine, a hypervisor's domain
/// in a virtual machine.
/// </summary>
public interface ITranslationBackend
{
    /// <summary>A function's address space was registered; the backend may refuse for want of resources.</summary>
    RefreshOutcome Register(PciFunction function, IoAddressSpace space);

    /// <summary>A function's address space went away: no access may reach storage through it any more.</summary>
    void Deregister(PciFunction function);

    /// <summary>Table entries that cover a range changed.</summary>
    /// <param name="function">The function, with an address space registered.</param>
    /// <param name="start">First address, as the program gave it.</param>
    /// <param name="length">Bytes, more than zero.</param>
    RefreshOutcome Refresh(PciFunction function, ulong start, ulong length);
}

/// <summary>What a backend answers.</summary>
/// <param name="ConditionCode">0 done, 1 error, 2 busy, 3 the function is gone.</param>
/// <param name="Status">Status with condition code 1.</param>
/// <param name="Error">When not None, the tables are at fault: the function enters the error state.</param>
/// <param name="FailingAddress">Where, with an error.</param>
public readonly record struct RefreshOutcome(
    int ConditionCode, PciStatus Status = PciStatus.None, IoError Error = IoError.None, ulong FailingAddress = 0)
{
    /// <summary>Done.</summary>
    public static RefreshOutcome Done => new(0);
    /// <summary>Try again.</summary>
    public static RefreshOutcome Busy => new(2);
    /// <summary>The host has not the resources; what the range translates to is indeterminate until refreshed again.</summary>
    public static RefreshOutcome Insufficient => new(1, PciStatus.InsufficientResources);

    /// <summary>A malformed table: the function enters the error state.</summary>
    public static RefreshOutcome Failed(IoError error, ulong address) => new(1, PciStatus.InError, error, address);
}
