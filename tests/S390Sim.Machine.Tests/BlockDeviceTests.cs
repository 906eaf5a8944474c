using S390Sim.Pci;

namespace S390Sim.Machine.Tests;

/// <summary>Disks as a configuration names them.</summary>
public sealed class BlockDeviceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-blocks-");
    private readonly string _image;

    public BlockDeviceTests()
    {
        _image = Path.Combine(_folder.FullName, "disk.img");
        File.WriteAllBytes(_image, new byte[64 << 10]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_machine_file_has_its_images_beside_it()
    {
        var file = Path.Combine(_folder.FullName, "machine.json");
        File.WriteAllText(file, """{ "psw": "180000000,1000", "memory": "1M", "device": ["virtio-blk,fid=3,file=disk.img,readonly"] }""");
        var builder = new MachineConfigurationBuilder();
        MachineFile.Apply(file, builder);
        var device = Assert.Single(builder.Build().Devices);
        Assert.Equal((_image, true, 3u), (device.Text("file"), device.IsOn("readonly"), device.FunctionId));
        using var made = Make(device);
        Assert.Equal(128UL, made.Bar(4)!.Load(0x2000, 8));
    }

    [Theory]
    [InlineData("readonly", true)]
    [InlineData("readonly=on", true)]
    [InlineData("readonly=off", false)]
    [InlineData("fid=1", false)]
    [InlineData("readonly,readonly=off", false)]
    public void A_flag_needs_no_value(string word, bool isReadOnly)
    {
        using var made = Make(Device($"virtio-blk,file={_image},{word}"));
        made.Bar(4)!.Store(0, 4, 0);
        Assert.Equal(isReadOnly, (made.Bar(4)!.Load(4, 4) & 1 << 5) != 0);
    }

    [Fact]
    public void A_machine_lets_go_of_its_images_at_its_end()
    {
        var configuration = Configuration($"virtio-blk,file={_image}");
        using (S390Machine.Create(configuration, Stream.Null))
        {
            var mistake = Assert.Throws<ConfigurationException>(() => S390Machine.Create(configuration, Stream.Null));
            Assert.Contains("is in use by another simulator", mistake.Message);
        }
        S390Machine.Create(configuration, Stream.Null).Dispose();
    }

    [Fact]
    public void A_device_that_cannot_be_made_leaves_no_lock_of_those_before_it()
    {
        var bad = Configuration($"virtio-blk,file={_image}", $"virtio-blk,file={_image}.missing");
        Assert.Throws<ConfigurationException>(() => S390Machine.Create(bad, Stream.Null));
        S390Machine.Create(Configuration($"virtio-blk,file={_image}"), Stream.Null).Dispose();
    }

    [Theory]
    [InlineData("virtio-blk,size=1M,blocksize=4096", 4096UL, 2048UL)]
    [InlineData("virtio-blk,size=64K", 512UL, 128UL)]
    public void An_image_may_be_in_memory(string text, ulong blockSize, ulong sectors)
    {
        using var made = Make(Device(text));
        Assert.Equal((blockSize, sectors), (made.Bar(4)!.Load(0x2014, 4), made.Bar(4)!.Load(0x2000, 8)));
    }

    private static PciDevice Make(DeviceConfiguration device) => DeviceType.Of(device.Type).Create(device);

    private static DeviceConfiguration Device(string text) => Configuration(text).Devices[0];

    private static MachineConfiguration Configuration(params string[] devices)
    {
        var builder = new MachineConfigurationBuilder();
        builder.Set("psw", "180000000,1000");
        builder.Set("memory", "1M");
        foreach (var device in devices) builder.Set("device", device);
        return builder.Build();
    }
}
