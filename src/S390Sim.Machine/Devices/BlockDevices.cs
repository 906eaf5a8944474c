using System.Globalization;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Devices that keep their data in an image file of the host.</summary>
internal static class BlockDevices
{
    private const ulong MaximumSize = 1 << 30;
    private static readonly string[] s_blockSizes = ["512", "1024", "2048", "4096"];

    /// <summary>What is said of the image of any of them: a file, or the size of one in memory, which is gone with the run.</summary>
    public static IReadOnlyList<DeviceKey> ImageKeys { get; } =
    [
        DeviceKey.File("file"), DeviceKey.Number("size", 1, MaximumSize), DeviceKey.Flag("readonly"),
        DeviceKey.Choice("blocksize", s_blockSizes),
    ];

    /// <summary>The type virtio-blk.</summary>
    public static DeviceType VirtioBlock { get; } = new("virtio-blk",
        [
            .. ImageKeys, DeviceKey.Text("serial", VirtioBlockDevice.SerialLength),
            DeviceKey.Number("queues", 1, VirtioDevice.MaximumQueues),
        ],
        c => new VirtioBlockDevice(OpenImage(c), c.Text("serial"), (int)c.Number("queues", 1), BlockSize(c)));

    /// <summary>The block size that was asked for; 512 unless said.</summary>
    public static uint BlockSize(DeviceConfiguration device)
        => uint.Parse(device.Text("blocksize", s_blockSizes[0]), CultureInfo.InvariantCulture);

    /// <summary>Opens the image that a device's keys name.</summary>
    /// <exception cref="ConfigurationException">None or more than one is named, or it cannot be used.</exception>
    public static DiskImage OpenImage(DeviceConfiguration device)
    {
        var (path, size, isReadOnly) = (device.Text("file"), device.Number("size"), device.IsOn("readonly"));
        if ((path.Length == 0) == (size == 0))
            throw new ConfigurationException($"device {device.Type}: name its disk image, file=PATH, or give one in memory, size=SIZE");
        if (size == 0)
        {
            return RawImage.Open(path, isReadOnly, BlockSize(device), out var refusal)
                ?? throw new ConfigurationException($"device {device.Type}: {refusal}");
        }
        return size % BlockSize(device) == 0 ? new MemoryImage((int)size, isReadOnly)
            : throw new ConfigurationException($"device {device.Type}: size={size} is no multiple of the block size");
    }
}
