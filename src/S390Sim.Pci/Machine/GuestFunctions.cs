using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>
/// The PCI functions of a guest, for the instructions that processors interpret while they run it. A handle that carries
/// simulation bits is its host's to answer.
/// </summary>
/// <param name="configuration">The functions that the guest sees.</param>
/// <param name="refreshing">Is told of each RPCIT that is interpreted, before it is.</param>
public sealed class GuestFunctions(PciConfiguration configuration, Action refreshing) : IGuestFunctions
{
    /// <summary>The functions that the guest sees.</summary>
    public PciConfiguration Configuration => configuration;

    /// <summary>An RPCIT is about to be interpreted.</summary>
    internal void Refreshing() => refreshing();

    /// <summary>Has a processor interpret instructions for the guest that it runs.</summary>
    public void Attach(Processor processor)
    {
        processor.AddService(this);
        processor.GuestFunctions = this;
    }

    /// <summary>Ends that.</summary>
    public static void Detach(Processor processor) => processor.GuestFunctions = null;

    /// <inheritdoc/>
    public bool AreTablesFollowed(uint handle)
        => (handle & configuration.SimulationMask) == 0
            && configuration.FindByIndex((ushort)handle) is { } function && function.Handle == handle
            && configuration.Iommu.IsNested(function.DeviceId);

    /// <inheritdoc/>
    public bool IsDesignated(uint handle, uint gisa)
        => (handle & configuration.SimulationMask) == 0
            && configuration.FindByIndex((ushort)handle) is { IsEnabled: true } function && function.Handle == handle
            && function.GuestDesignation == gisa;

    /// <inheritdoc/>
    public bool IsMemoryDesignated(ulong absolute, uint gisa)
        => configuration.MemoryIo is { } map && map.TryFind(absolute, out var function, out _, out _)
            && (function.Handle & configuration.SimulationMask) == 0 && function.IsMemoryIoEnabled && function.GuestDesignation == gisa;
}
