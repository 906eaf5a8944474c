using S390Sim.Pci;

namespace S390Sim.Machine.Tests;

/// <summary>Devices as the command line and machine files describe them.</summary>
public sealed class DeviceTypeTests
{
    [Fact]
    public void Types_have_keys_of_their_own()
    {
        var device = Parse("nvme,size=1M,serial=abc,size2=64K,blocksize2=4096,readonly2,fid=7");
        Assert.Equal((7u, "abc", 65536UL), (device.FunctionId, device.Text("serial"), device.Number("size2")));
        using var made = DeviceType.Of("nvme").Create(device);
        Assert.Equal("abc", Assert.IsType<NvmeDevice>(made).Serial);
        Assert.Equal(0xFFFF_FFFUL, Parse("edu,dma_mask=0xfffffff").Number("dma_mask"));
    }

    [Theory]
    [InlineData("nvme,color=red", "has no key color; known are")]
    [InlineData("nvme,size=lots", "is not a number")]
    [InlineData("nvme,size=2G", "out of range")]
    [InlineData("nvme,serial=123456789012345678901", "longer than 20")]
    [InlineData("nvme,blocksize=513", "is none of 512, 1024, 2048, 4096")]
    [InlineData("nvme,file=", "names no file")]
    public void A_wrong_key_is_told(string text, string message)
        => Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Parse(text)).Message);

    [Theory]
    [InlineData("nvme", "name its disk image")]
    [InlineData("nvme,size=1000", "no multiple of the block size")]
    [InlineData("nvme,size=1M,file=x", "name its disk image")]
    [InlineData("nvme,size=1M,file2=/no/such", "no such file")]
    [InlineData("nvme,size=1M,readonly2", "file2=PATH")]
    public void What_cannot_be_made_is_told(string text, string message)
        => Assert.Contains(message,
            Assert.Throws<ConfigurationException>(() => DeviceType.Of("nvme").Create(Parse(text))).Message);

    [Fact]
    public void Files_lie_beside_the_machine_file()
    {
        var folder = Directory.CreateTempSubdirectory("s390sim-").FullName;
        try
        {
            var path = Path.Combine(folder, "machine.json");
            File.WriteAllText(path, """{ "image": "a", "device": "nvme,file=disk.img,serial=file=x,file2=/abs/other.img" }""");
            var builder = new MachineConfigurationBuilder();
            MachineFile.Apply(path, builder);
            var device = Assert.Single(builder.Build().Devices);
            Assert.Equal((Path.Combine(folder, "disk.img"), "/abs/other.img", "file=x"),
                (device.Text("file"), device.Text("file2"), device.Text("serial")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DeviceConfiguration Parse(string text)
    {
        var words = text.Split(',');
        return DeviceType.Of(words[0]).Parse(text, words[1..]);
    }
}
