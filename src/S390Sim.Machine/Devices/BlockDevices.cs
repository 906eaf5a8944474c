using System.Globalization;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Devices that keep their data in an image file of the host.</summary>
internal static class BlockDevices
{
    private const ulong MaximumSize = 1 << 30;
    private const string SecondNamespace = "2";
    private static readonly string[] s_blockSizes = ["512", "1024", "2048", "4096"];

    /// <summary>What is said of the image of any of them: a file, or the size of one in memory, gone with the run.</summary>
    /// <param name="number">What the keys of another image of the same device end in.</param>
    public static IReadOnlyList<DeviceKey> ImageKeys(string number = "") =>
    [
        DeviceKey.File($"file{number}"), DeviceKey.Number($"size{number}", 1, MaximumSize), DeviceKey.Flag($"readonly{number}"),
        DeviceKey.Choice($"blocksize{number}", s_blockSizes),
    ];

    /// <summary>The type virtio-blk.</summary>
    public static DeviceType VirtioBlock { get; } = new("virtio-blk",
        [
            .. ImageKeys(), DeviceKey.Text("serial", VirtioBlockDevice.SerialLength),
            DeviceKey.Number("queues", 1, VirtioDevice.MaximumQueues),
        ],
        c => new VirtioBlockDevice(OpenImage(c), c.Text("serial"), (int)c.Number("queues", 1), BlockSize(c)));

    /// <summary>The type nvme: a namespace, or two.</summary>
    public static DeviceType Nvme { get; } = new("nvme",
        [.. ImageKeys(), DeviceKey.Text("serial", NvmeDevice.SerialLength), .. ImageKeys(SecondNamespace)], CreateNvme);

    /// <summary>The block size that was asked for; 512 unless said.</summary>
    public static uint BlockSize(DeviceConfiguration device, string number = "")
        => uint.Parse(device.Text($"blocksize{number}", s_blockSizes[0]), CultureInfo.InvariantCulture);

    /// <summary>Opens the image that a device's keys name.</summary>
    /// <exception cref="ConfigurationException">None or more than one is named, or it cannot be used.</exception>
    public static DiskImage OpenImage(DeviceConfiguration device, string number = "")
    {
        var image = Open(device, number);
        return device is { Failures: { } failures, FunctionId: { } fid } ? failures.Watch(image, fid) : image;
    }

    private static DiskImage Open(DeviceConfiguration device, string number)
    {
        var (path, size) = (device.Text($"file{number}"), device.Number($"size{number}"));
        var isReadOnly = device.IsOn($"readonly{number}");
        if ((path.Length == 0) == (size == 0))
        {
            throw new ConfigurationException(
                $"device {device.Type}: name its disk image, file{number}=PATH, or give one in memory, size{number}=SIZE");
        }
        if (size == 0)
        {
            var file = RawImage.Open(path, isReadOnly || device.KeepsFiles, BlockSize(device, number), out var refusal)
                ?? throw new ConfigurationException($"device {device.Type}: {refusal}");
            return device.KeepsFiles ? new OverlayImage(file, isReadOnly) : file;
        }
        return size % BlockSize(device, number) == 0 ? new MemoryImage((int)size, isReadOnly)
            : throw new ConfigurationException($"device {device.Type}: size{number}={size} is no multiple of the block size");
    }

    // What comes first is let go of when the second cannot be had.
    private static NvmeDevice CreateNvme(DeviceConfiguration device)
    {
        var first = new NvmeNamespace(OpenImage(device), (int)BlockSize(device));
        if (!device.Options.Keys.Any(k => k.EndsWith(SecondNamespace, StringComparison.Ordinal))) return Nvme(first);
        try
        {
            return Nvme(first, new NvmeNamespace(OpenImage(device, SecondNamespace), (int)BlockSize(device, SecondNamespace)));
        }
        catch (ConfigurationException)
        {
            first.Dispose();
            throw;
        }

        NvmeDevice Nvme(params NvmeNamespace[] namespaces) => new(device.Text("serial", "S390SIM0001"), namespaces);
    }
}
