namespace S390Sim.Pci;

/// <summary>
/// The common configuration structure (virtio 1.2, 4.1.4.3). The fields of a queue are those of the selected one; of a queue
/// that is not there they are zero and stores are ignored.
/// </summary>
internal sealed class CommonConfiguration
{
    private readonly VirtioDevice _device;
    private readonly Register _offeredSelect, _chosenSelect, _queueSelect;

    private CommonConfiguration(VirtioDevice device, RegisterBank bank)
    {
        _device = device;
        _offeredSelect = bank.ReadWrite(0x00, 4, "device_feature_select");
        bank.ReadOnly(0x04, 4, "device_feature", read: () => Half(_offeredSelect!, _device.OfferedFeatures));
        _chosenSelect = bank.ReadWrite(0x08, 4, "driver_feature_select");
        bank.ReadWrite(0x0C, 4, "driver_feature", read: () => Half(_chosenSelect!, _device.Features),
            write: v => _device.ChooseFeatures((int)Math.Min(_chosenSelect!.Value, 2), (uint)v));
        bank.ReadWrite(0x10, 2, "config_msix_vector", read: () => _device.ConfigurationVector,
            write: v => _device.ChooseConfigurationVector((ushort)v));
        bank.ReadOnly(0x12, 2, "num_queues", read: () => (ulong)_device.Queues.Length);
        bank.ReadWrite(0x14, 1, "device_status", read: () => (ulong)_device.Status, write: v => _device.SetStatus((byte)v));
        bank.ReadOnly(0x15, 1, "config_generation");
        _queueSelect = bank.ReadWrite(0x16, 2, "queue_select");
        bank.ReadWrite(0x18, 2, "queue_size", read: () => (ulong)(Queue?.Size ?? 0), write: v => Queue?.Resize((ushort)v));
        bank.ReadWrite(0x1A, 2, "queue_msix_vector", read: () => (ulong)(Queue?.Vector ?? 0), write: ChooseVector);
        bank.ReadWrite(0x1C, 2, "queue_enable", read: () => Queue?.IsEnabled == true ? 1UL : 0, write: Enable);
        bank.ReadOnly(0x1E, 2, "queue_notify_off", read: () => (ulong)(Queue?.Index ?? 0));
        bank.ReadWrite(0x20, 8, "queue_desc", read: () => Queue?.DescriptorArea ?? 0,
            write: v => { if (Queue is { } q) q.DescriptorArea = v; });
        bank.ReadWrite(0x28, 8, "queue_driver", read: () => Queue?.DriverArea ?? 0,
            write: v => { if (Queue is { } q) q.DriverArea = v; });
        bank.ReadWrite(0x30, 8, "queue_device", read: () => Queue?.DeviceArea ?? 0,
            write: v => { if (Queue is { } q) q.DeviceArea = v; });
    }

    public static RegisterBank Create(VirtioDevice device, ulong size)
    {
        var bank = new RegisterBank(size) { Unassigned = 0 };
        _ = new CommonConfiguration(device, bank);
        return bank;
    }

    private SplitQueue? Queue
        => _queueSelect.Value < (ulong)_device.Queues.Length ? _device.Queues[(int)_queueSelect.Value] : null;

    private static ulong Half(Register select, ulong features) => select.Value switch
    {
        0 => (uint)features,
        1 => features >> 32,
        _ => 0,
    };

    private void ChooseVector(ulong vector)
    {
        if (Queue is { } queue) queue.Vector = _device.ValidVector((ushort)vector);
    }

    // An enabled queue stays so until a reset.
    private void Enable(ulong value)
    {
        if (value == 1) Queue?.Enable();
    }
}
