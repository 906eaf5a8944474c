namespace S390Sim.Pci;

/// <summary>Something that a device does after a time. A reset of the device stops it.</summary>
public sealed class DeviceTimer
{
    private readonly PciDevice _device;
    private readonly Action _action, _expire;
    private ulong _due;

    internal DeviceTimer(PciDevice device, Action action)
    {
        _device = device;
        _action = action;
        _expire = Expire;
    }

    /// <summary>Whether it is going to act.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Acts after a time in TOD units, in place of any time before; at once when the owner has no clock.</summary>
    public void Start(ulong units)
    {
        IsRunning = true;
        if (_device.Clock is { } clock)
        {
            _due = clock.Now + units;
            clock.After(units, _expire);
        }
        else
        {
            IsRunning = false;
            _action();
        }
    }

    /// <summary>Does not act after all.</summary>
    public void Stop() => IsRunning = false;

    // Times that were stopped or replaced still expire.
    private void Expire()
    {
        if (!IsRunning || _device.Clock is not { } clock || clock.Now < _due) return;
        IsRunning = false;
        _action();
    }
}
