using System.Buffers.Binary;
using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Machine.Tests;

public sealed class ProgramLoaderTests : IDisposable
{
    private readonly Storage _storage = new(16 << 20);
    private readonly string _folder = Directory.CreateTempSubdirectory("s390sim-test-").FullName;

    public void Dispose()
    {
        _storage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private Psw Load(MachineConfiguration configuration) => new ProgramLoader(configuration, _storage).Load();

    private string Refusal(MachineConfiguration configuration)
    {
        var message = Assert.Throws<ConfigurationException>(() => Load(configuration)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string TextAt(ulong address) => Encoding.ASCII.GetString(_storage.Read(address, 32)).Split('\0')[0];

    [Fact]
    public void ElfIsEnteredWithEverythingMasked()
    {
        _storage.Write(0x10000, Enumerable.Repeat((byte)0xEE, 32).ToArray());
        var psw = Load(new() { Image = Write("a.elf", Elf.Make(0x10002, (0x10000, [1, 2, 3, 4], 16))) });
        Assert.Equal(new Psw(0x0000_0001_8000_0000, 0x10002), psw);
        Assert.Equal([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xEE], _storage.Read(0x10000, 17).ToArray());
    }

    [Fact]
    public void CommandLineGoesToTheParameterArea()
    {
        Load(new() { Image = Write("a.elf", Elf.Make(0x10000, (0x10000, [7, 7], 2))), CommandLine = "only=1 x" });
        Assert.Equal("only=1 x", TextAt(0x10480));
    }

    [Fact]
    public void CommandLineHasRoomAsTheImageSays()
    {
        var image = Write("a.elf", Elf.Make(0x10000, (0x10000, [7, 7], 2)));
        Assert.Contains("takes 895", Refusal(new() { Image = image, CommandLine = new string('a', 896) }), StringComparison.Ordinal);
        var bytes = new byte[0x438];
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(0x430), 0x1000);
        Load(new() { Image = Write("b.elf", Elf.Make(0x10000, (0x10000, bytes, 0x438))), CommandLine = new string('a', 4095) });
        Assert.Contains("0x10000", Refusal(new() { Image = Write("c.elf", Elf.Make(0x8000, (0x8000, [7, 7], 2))), CommandLine = "a" }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void KernelImageIsKnownByItsMagic()
    {
        var image = new byte[0x11000];
        "S390EP"u8.CopyTo(image.AsSpan(0x10008));
        var psw = Load(new() { Image = Write("vmlinuz", image), CommandLine = "a", Initrd = Write("initrd", [9, 8, 7]) });
        Assert.Equal(0x10000UL, psw.Address);
        Assert.Equal(0x80_0000UL, _storage.Read64(0x10408));
        Assert.Equal(3UL, _storage.Read64(0x10410));
        Assert.Equal([9, 8, 7], _storage.Read(0x80_0000, 3).ToArray());
    }

    [Theory]
    [InlineData("0008000080001234", 0x1234UL)]
    [InlineData("0008000080000800", 0x10000UL)]
    public void RawImageStartsByTheShortPswAt0(string psw, ulong address)
        => Assert.Equal(address, Load(new() { Image = Write("raw", Convert.FromHexString(psw)) }).Address);

    [Fact]
    public void RawImageWithoutPswNeedsOne()
    {
        var image = Write("raw", new byte[64]);
        Assert.Contains("--psw", Refusal(new() { Image = image }), StringComparison.Ordinal);
        Assert.Equal(new Psw(1, 2), Load(new() { Image = image, Start = new Psw(1, 2) }));
    }

    [Fact]
    public void RestartTakesThePswAt1A0AndStoresTheOldOne()
    {
        _storage.Write64(0x120, ulong.MaxValue);
        var contents = new[] { new StorageContent(0x1A0, null, Convert.FromHexString("00000001800000000000000000004000")) };
        Assert.Equal(new Psw(0x1_8000_0000, 0x4000), Load(new() { Contents = contents, StartByRestart = true }));
        Assert.Equal(0UL, _storage.Read64(0x120));
    }

    [Fact]
    public void ContentsGoInOrder()
    {
        var file = Write("f", [1, 2, 3, 4]);
        Load(new()
        {
            Start = new Psw(0, 0),
            Contents = [new(0x2000, null, new byte[] { 9, 9, 9, 9, 9 }), new(0x2000, file, default), new(0x2001, null, new byte[] { 7 })],
        });
        Assert.Equal([1, 7, 3, 4, 9], _storage.Read(0x2000, 5).ToArray());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Contains("--memory", Refusal(new() { Image = Write("a", Elf.Make(0xFF_FFFE, (0xFF_FFFE, [0, 0], 4))) }), StringComparison.Ordinal);
        Assert.Contains("--memory", Refusal(new() { Image = Write("b", new byte[(16 << 20) + 1]) }), StringComparison.Ordinal);
        Assert.Contains("--memory", Refusal(new() { Start = default(Psw), Contents = [new(ulong.MaxValue, null, new byte[2])] }), StringComparison.Ordinal);
        var elf = Write("c", Elf.Make(0x10000, (0x10000, [0, 0], 2)));
        Assert.Contains("initrd", Refusal(new() { Image = elf, Initrd = Write("i", new byte[9 << 20]) }), StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNoneAreRefused()
    {
        Assert.Contains("no such file", Refusal(new() { Image = Path.Combine(_folder, "absent") }), StringComparison.Ordinal);
        Assert.Contains("directory", Refusal(new() { Image = _folder }), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal(new() { Image = Write("e", []) }), StringComparison.Ordinal);
    }
}
