using System.Globalization;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Devices that keep their data in an image file of the host.</summary>
internal static class BlockDevices
{
    private static readonly string[] s_blockSizes = ["512", "1024", "2048", "4096"];

    /// <summary>What is said of the image of any of them.</summary>
    public static IReadOnlyList<DeviceKey> ImageKeys { get; } =
        [DeviceKey.File("file"), DeviceKey.Flag("readonly"), DeviceKey.Choice("blocksize", s_blockSizes)];

    /// <summary>The type virtio-blk.</summary>
    public static DeviceType VirtioBlock { get; } = new("virtio-blk",
        [.. ImageKeys, DeviceKey.Text("serial", VirtioBlockDevice.SerialLength), DeviceKey.Number("queues", 1, VirtioDevice.MaximumQueues)],
        c => new VirtioBlockDevice(OpenImage(c), c.Text("serial"), (int)c.Number("queues", 1), BlockSize(c)));

    /// <summary>The block size that was asked for; 512 unless said.</summary>
    public static uint BlockSize(DeviceConfiguration device) => uint.Parse(device.Text("blocksize", s_blockSizes[0]), CultureInfo.InvariantCulture);

    /// <summary>Opens the image that a device's keys name.</summary>
    /// <exception cref="ConfigurationException">None is named, or it cannot be used.</exception>
    public static DiskImage OpenImage(DeviceConfiguration device)
    {
        var path = device.Text("file");
        if (path.Length == 0) throw new ConfigurationException($"device {device.Type}: name its disk image: file=PATH");
        return RawImage.Open(path, device.IsOn("readonly"), BlockSize(device), out var refusal)
            ?? throw new ConfigurationException($"device {device.Type}: {refusal}");
    }
}
