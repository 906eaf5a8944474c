namespace S390Sim.Pci;

/// <summary>States of a PCI function.</summary>
public enum FunctionState : byte
{
    /// <summary>Not there for the program.</summary>
    Reserved,
    /// <summary>Listed, not configured.</summary>
    Standby,
    /// <summary>Configured, not enabled.</summary>
    Disabled,
    /// <summary>Enabled: loads, stores, DMA and interruptions.</summary>
    Enabled,
    /// <summary>In error with loads and stores allowed again; no DMA and no interruptions.</summary>
    Blocked,
    /// <summary>In error, loads and stores blocked.</summary>
    Error,
    /// <summary>In error until deconfigured.</summary>
    PermanentError,
}

/// <summary>Bits of a function handle.</summary>
public static class FunctionHandle
{
    /// <summary>The function is enabled.</summary>
    public const uint Enabled = 0x8000_0000;
    /// <summary>Instance number: counts how often the function was disabled, so that no stale handle fits.</summary>
    public const uint InstanceMask = 0x7F00_0000;
    /// <summary>Simulation bits: not zero when a hypervisor must see loads and stores.</summary>
    public const uint SimulationMask = 0x00FF_0000;
    /// <summary>Unique index.</summary>
    public const uint IndexMask = 0x0000_FFFF;
    /// <summary>Simulation bit of an emulated function.</summary>
    public const uint Emulated = 0x0002_0000;
    /// <summary>Simulation bit of a function whose loads and stores are intercepted.</summary>
    public const uint Intercepted = 0x0001_0000;
}
