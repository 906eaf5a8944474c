namespace S390Sim.Pci;

/// <summary>Where adapter interruptions and channel reports of a configuration go.</summary>
public interface IAdapterInterruptions
{
    /// <summary>Requests a floating adapter interruption of a subclass, 0-7.</summary>
    void Request(int subclass);

    /// <summary>The same with a subsystem word, which tells a host what its guests' adapters want; a guest is never told.</summary>
    void Request(int subclass, uint subsystem) => Request(subclass);

    /// <summary>Whether a CPU can take interruptions that are directed to it.</summary>
    bool TakesDirected(ushort cpu);

    /// <summary>Requests an adapter interruption of a subclass that is directed to a CPU, if it can take it.</summary>
    void RequestDirected(ushort cpu, int subclass);

    /// <summary>Requests a channel-report-pending machine check.</summary>
    void RequestChannelReport();
}
