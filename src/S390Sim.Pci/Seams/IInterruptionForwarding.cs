namespace S390Sim.Pci;

/// <summary>
/// Who forwards adapter interruptions of functions that guests have: the machine by itself for a host on the bare machine, a
/// hypervisor that registers with its host's functions what its guest registered.
/// </summary>
public interface IInterruptionForwarding
{
    /// <summary>A function's interruptions were registered: what the machine shall notify, or null to be told of each event.</summary>
    ForwardedInterruptions? Register(PciFunction function, in InterruptionParameters parameters);

    /// <summary>The registration that was forwarded is gone.</summary>
    void Deregister(PciFunction function, ForwardedInterruptions forwarded);
}

/// <summary>The host's registration of a function that a guest has.</summary>
/// <param name="Notification">The machine's part.</param>
/// <param name="Host">Parameters with host absolute addresses.</param>
public sealed record ForwardedInterruptions(EventNotification Notification, InterruptionParameters Host);

/// <summary>On the bare machine: a function that was enabled for a guest is notified as its host's program registered it.</summary>
/// <param name="notification">The machine's part.</param>
public sealed class MachineForwarding(EventNotification notification) : IInterruptionForwarding
{
    /// <inheritdoc/>
    public ForwardedInterruptions? Register(PciFunction function, in InterruptionParameters parameters)
        => function.GuestDesignation != 0 && notification.IsSet ? new ForwardedInterruptions(notification, parameters) : null;

    /// <inheritdoc/>
    public void Deregister(PciFunction function, ForwardedInterruptions forwarded)
    {
    }
}
