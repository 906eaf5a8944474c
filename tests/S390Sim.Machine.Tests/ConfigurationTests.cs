namespace S390Sim.Machine.Tests;

public class ConfigurationTests
{
    private static MachineConfiguration Build(params string[] settings)
    {
        var builder = new MachineConfigurationBuilder();
        foreach (var setting in settings)
        {
            var at = setting.IndexOf(' ', StringComparison.Ordinal);
            builder.Set(setting[..at], setting[(at + 1)..]);
        }
        return builder.Build();
    }

    [Theory]
    [InlineData("4096", 4096UL)]
    [InlineData("0x1000", 4096UL)]
    [InlineData("1k", 1024UL)]
    [InlineData("512M", 512UL << 20)]
    [InlineData("3G", 3UL << 30)]
    public void SizesHaveUnits(string text, ulong bytes)
    {
        Assert.True(Quantity.TrySize(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-1")]
    [InlineData("1T")]
    [InlineData("18014398509481984K")]
    [InlineData("1.5G")]
    public void SizesThatAreNone(string text) => Assert.False(Quantity.TrySize(text, out _));

    [Fact]
    public void SettingsMakeTheConfiguration()
    {
        var c = Build("image a.elf", "memory 64M", "append a b", "device edu,fid=0x10,uid=7", "device edu", "kvm type1", "clock host",
            "max-instructions 1000", "timeout 2.5", "seed 9", "load f@o@10000", "store 0x1a0=00_11 22", "psw 180000000,0x10000",
            "dump 9000,16", "expect-wait 0xfff");
        Assert.Equal("a.elf", c.Image);
        Assert.Equal(64UL << 20, c.MemorySize);
        Assert.Equal([new("edu", 0x10, 7), new DeviceConfiguration("edu")], c.Devices);
        Assert.Equal("type1", c.KvmDesign);
        Assert.Equal(ClockKind.Host, c.Clock);
        Assert.Equal(TimeSpan.FromSeconds(2.5), c.Timeout);
        Assert.Equal("f@o", c.Contents[0].File);
        Assert.Equal(0x10000UL, c.Contents[0].Address);
        Assert.Equal([0x00, 0x11, 0x22], c.Contents[1].Bytes.ToArray());
        Assert.Equal(0x1_8000_0000UL, c.Start!.Value.Mask);
        Assert.Equal(new DumpRange(0x9000, 16), c.Dumps[0]);
        Assert.Equal(0xFFFUL, c.ExpectedWait);
    }

    [Theory]
    [InlineData("memory 12Q")]
    [InlineData("memory 0")]
    [InlineData("memory 1K")]
    [InlineData("memory 2048G")]
    [InlineData("cpus 65")]
    [InlineData("interleave other")]
    [InlineData("cpus 0")]
    [InlineData("device toaster")]
    [InlineData("device edu,foo=1")]
    [InlineData("device edu,fid")]
    [InlineData("device edu,uid=0")]
    [InlineData("device edu,fid=4294967296")]
    [InlineData("kvm type9")]
    [InlineData("clock wall")]
    [InlineData("timeout 0")]
    [InlineData("load f")]
    [InlineData("load @10")]
    [InlineData("store 10")]
    [InlineData("store 10=1")]
    [InlineData("store x=11")]
    [InlineData("psw 1")]
    [InlineData("dump 10")]
    [InlineData("dump 10,0")]
    [InlineData("dump 1fffffff,2")]
    [InlineData("expect-wait z")]
    [InlineData("append ä")]
    [InlineData("flux 1")]
    public void MistakesAreOneLine(string setting)
    {
        var message = Assert.Throws<ConfigurationException>(() => Build("image x", setting)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.NotEmpty(message);
    }

    [Fact]
    public void IdentifiersAreUnique()
    {
        Assert.Throws<ConfigurationException>(() => Build("image x", "device edu,fid=1", "device edu,fid=1"));
        Assert.Throws<ConfigurationException>(() => Build("image x", "device edu,uid=1", "device edu,uid=1"));
        Assert.Throws<ConfigurationException>(() => Build("memory 1M"));
    }

    [Fact]
    public void MachineFileHasTheSameKeys()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """
                { "image": "/x/a.elf", // a comment
                  "memory": "1M", "seed": 3, "kvm": true, "kvm-nested": true, "device": ["edu,fid=5", "edu"], "dump": "0,8", }
                """);
            var builder = new MachineConfigurationBuilder();
            MachineFile.Apply(path, builder);
            var c = builder.Build();
            Assert.Equal("/x/a.elf", c.Image);
            Assert.Equal(1UL << 20, c.MemorySize);
            Assert.Equal(("lent", true), (c.KvmDesign, c.KvmNested));
            Assert.Equal(2, c.Devices.Count);
            foreach (var bad in new[] { "", "[]", "{\"memory\":{}}", "{\"seed\":[1]}", "{\"x\":1}", "{\"memory\":\"1Q\"}", "{" })
            {
                File.WriteAllText(path, bad);
                var message = Assert.Throws<ConfigurationException>(() => MachineFile.Apply(path, builder)).Message;
                Assert.StartsWith(path, message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
