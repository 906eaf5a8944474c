using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>Adapter interruptions as floating interruptions of the machine.</summary>
/// <param name="floating">The machine's floating interruptions.</param>
public sealed class FloatingAdapterInterruptions(FloatingInterruptions floating) : IAdapterInterruptions
{
    /// <inheritdoc/>
    public void Request(int subclass) => floating.RequestAdapter(subclass);

    /// <inheritdoc/>
    public void RequestChannelReport() => floating.RequestChannelReport();
}
