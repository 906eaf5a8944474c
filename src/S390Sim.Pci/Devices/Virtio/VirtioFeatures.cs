namespace S390Sim.Pci;

/// <summary>Feature bits that are not of one device type (virtio 1.2, 6).</summary>
[Flags]
public enum VirtioFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>VIRTIO_F_INDIRECT_DESC: a descriptor may designate a table of descriptors.</summary>
    IndirectDescriptors = 1UL << 28,
    /// <summary>VIRTIO_F_EVENT_IDX: notifications are asked for by index.</summary>
    EventIndex = 1UL << 29,
    /// <summary>VIRTIO_F_VERSION_1.</summary>
    Version1 = 1UL << 32,
    /// <summary>VIRTIO_F_ACCESS_PLATFORM: addresses are those that the platform translates for the device.</summary>
    AccessPlatform = 1UL << 33,
}

/// <summary>Device status (virtio 1.2, 2.1).</summary>
[Flags]
public enum VirtioStatus : byte
{
    /// <summary>Reset.</summary>
    None = 0,
    /// <summary>The driver has noticed the device.</summary>
    Acknowledge = 0x01,
    /// <summary>The driver knows how to drive it.</summary>
    Driver = 0x02,
    /// <summary>The driver is ready.</summary>
    DriverOk = 0x04,
    /// <summary>The driver's features were accepted.</summary>
    FeaturesOk = 0x08,
    /// <summary>The device cannot go on until it is reset.</summary>
    NeedsReset = 0x40,
    /// <summary>The driver gave up.</summary>
    Failed = 0x80,
}
