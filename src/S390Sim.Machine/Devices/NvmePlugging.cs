using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>An NVMe controller as a configuration describes it: a namespace or two, each on a file or in memory.</summary>
internal static class NvmePlugging
{
    private const ulong LargestInMemory = 1 << 30;
    private const string DefaultSerial = "S390SIM0001";

    /// <summary>What can be said of it; keys that end in 2 are about the second namespace.</summary>
    public static IReadOnlyList<DeviceKey> Keys { get; } =
        [DeviceKey.Text("serial", 20), .. NamespaceKeys(""), .. NamespaceKeys("2")];

    /// <summary>Makes one.</summary>
    public static PciDevice Create(DeviceConfiguration device)
    {
        var first = CreateNamespace(device, "")
            ?? throw new ConfigurationException("device nvme: give file=FILE, or size=SIZE for a namespace in memory");
        try
        {
            var second = CreateNamespace(device, "2");
            return new NvmeDevice(device.Text("serial", DefaultSerial), second is null ? [first] : [first, second]);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private static DeviceKey[] NamespaceKeys(string number) =>
    [
        DeviceKey.File($"file{number}"), DeviceKey.Number($"size{number}", 4096, LargestInMemory),
        DeviceKey.Choice($"blocksize{number}", "512", "4096"), DeviceKey.Flag($"readonly{number}"),
    ];

    private static NvmeNamespace? CreateNamespace(DeviceConfiguration device, string number)
    {
        var file = device.Text($"file{number}");
        var size = device.Number($"size{number}");
        var blockSize = (int)device.Number($"blocksize{number}", 512);
        var isReadOnly = device.IsOn($"readonly{number}");
        if (file.Length == 0 && size == 0) return null;
        if (file.Length != 0 && size != 0)
            throw new ConfigurationException($"device nvme: file{number} and size{number}: the file has its size");
        if (size % (uint)blockSize != 0)
            throw new ConfigurationException($"device nvme: size{number}={size} is no multiple of the block size");
        if (size != 0) return new NvmeNamespace(new MemoryImage((int)size, isReadOnly), blockSize);
        var image = RawImage.Open(file, isReadOnly, (uint)blockSize, out var refusal)
            ?? throw new ConfigurationException($"device nvme: {refusal}");
        return new NvmeNamespace(image, blockSize);
    }
}
