using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Counts what a program asks of the translation behind it.</summary>
internal sealed class CountingTranslation(ITranslationBackend inner) : ITranslationBackend
{
    /// <summary>Address spaces registered.</summary>
    public ulong Registrations { get; private set; }

    /// <summary>Ranges refreshed by RPCITs that named a function and a range of its.</summary>
    public ulong Refreshes { get; private set; }

    public RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        Registrations++;
        return inner.Register(function, space);
    }

    public void Deregister(PciFunction function) => inner.Deregister(function);

    public RefreshOutcome Refresh(PciFunction function, ulong start, ulong length)
    {
        Refreshes++;
        return inner.Refresh(function, start, length);
    }
}
