using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>Adapter interruptions of a configuration: floating ones, and those directed to one of its CPUs.</summary>
/// <param name="floating">The configuration's floating interruptions.</param>
/// <param name="cpus">Its CPUs by address; none takes directed interruptions when they are left out.</param>
public sealed class FloatingAdapterInterruptions(FloatingInterruptions floating, IReadOnlyList<ISignalTarget>? cpus = null)
    : IAdapterInterruptions
{
    /// <inheritdoc/>
    public void Request(int subclass) => floating.RequestAdapter(subclass);

    /// <inheritdoc/>
    public void Request(int subclass, uint subsystem)
    {
        if (subsystem == 0) floating.RequestAdapter(subclass);
        else floating.Request(IoInterruption.Adapter(subclass, subsystem));
    }

    /// <inheritdoc/>
    public bool TakesDirected(ushort cpu) => cpus is not null && cpu < cpus.Count && !cpus[cpu].IsStopped;

    /// <inheritdoc/>
    public void RequestDirected(ushort cpu, int subclass)
    {
        if (TakesDirected(cpu)) cpus![cpu].Pending.RequestDirectedAdapter(subclass);
    }

    /// <inheritdoc/>
    public void RequestChannelReport() => floating.RequestChannelReport();
}
