using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>Machine time for devices, in TOD units.</summary>
/// <param name="now">The present TOD.</param>
/// <param name="events">Where later things are asked for.</param>
public sealed class PciClock(Func<ulong> now, TimedEvents events)
{
    /// <summary>TOD units in a microsecond.</summary>
    public const ulong Microsecond = 4096;

    /// <summary>The present TOD.</summary>
    public ulong Now => now();

    /// <summary>Does something later.</summary>
    /// <param name="units">TOD units from now.</param>
    /// <param name="action">What to do.</param>
    public void After(ulong units, Action action) => events.At(now() + units, action);
}
