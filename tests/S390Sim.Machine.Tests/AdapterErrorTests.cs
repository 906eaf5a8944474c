using System.Buffers.Binary;
using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Machine.Tests;

/// <summary>Error notifications of adapters that a program sends to the service processor; the settings of <c>--pci</c>.</summary>
public sealed class AdapterErrorTests : IDisposable
{
    private const ulong Block = 0x20000;

    private readonly Storage _storage = new(1 << 20);
    private readonly FloatingInterruptions _floating = new();
    private readonly PciConfiguration _pci;
    private readonly ServiceProcessor _services;

    public AdapterErrorTests()
    {
        var iommu = new HostIommu(_storage);
        _pci = new PciConfiguration(
            iommu, _storage, new HardwareTranslation(iommu, _storage), new FloatingAdapterInterruptions(_floating));
        _pci.Add(new PciFunction(0, 7, new EduDevice()));
        _services = new ServiceProcessor(_storage, _floating, new GuestConsole(Stream.Null), _pci);
    }

    public void Dispose() => _storage.Dispose();

    private ushort Send(ReadOnlySpan<byte> buffer)
    {
        var block = new byte[8 + buffer.Length];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)block.Length);
        buffer.CopyTo(block.AsSpan(8));
        _storage.Write(Block, block);
        Assert.Equal(ProgramCode.None, _services.Call(0x0076_0005, Block, 0).Exception);
        _floating.TakeServiceSignal();
        return BinaryPrimitives.ReadUInt16BigEndian(_storage.Read(Block + 6, 2));
    }

    [Theory]
    [InlineData(0x0020, 0, 2, 7, 0)]
    [InlineData(0x0020, 1, 2, 7, 1)]
    [InlineData(0x0020, 2, 2, 7, 0)]
    [InlineData(0x40F0, 1, 3, 7, 0)]
    [InlineData(0x40F0, 1, 2, 8, 0)]
    public void A_notification_is_taken_and_repair_asks_for_deconfiguration(
        int response, byte action, byte type, byte fid, int events)
    {
        Assert.Equal(response, Send([0, 20, 0x18, 0, 0, 0, action, type, 0x80, 2, 0, 0, 0, 0, 0, fid, 1, 2, 3, 4]));
        Assert.Equal(events, _pci.Events.Count);
        if (events != 0 && _pci.Events.TryPeek(out var item)) Assert.Equal(PciEventCode.DeconfigurationRequested, item.Code);
        Assert.Equal(response == 0x0020 ? 0x80 : 0, _storage.Read(Block + 8 + 3, 1)[0]);
    }

    [Fact]
    public void A_notification_has_all_of_its_head()
        => Assert.Equal(0x72F0, Send([0, 12, 0x18, 0, 0, 0, 1, 2, 0x80, 2, 0, 0]));

    [Fact]
    public void The_mask_says_that_they_are_taken()
    {
        var block = new byte[28];
        (block[1], block[11]) = (28, 4);
        _storage.Write(Block, block);
        _services.Call(0x0078_0005, Block, 0);
        Assert.Equal(0x4000_0140u, BinaryPrimitives.ReadUInt32BigEndian(_storage.Read(Block + 20, 4)));
    }

    [Fact]
    public void Settings_of_the_platform_become_the_group()
    {
        var platform = new PciPlatform()
            .With("directed=on,designations=sto+rtto+iopto,large-frames=on,relaxed-translation=on,relaxed-store-block=on")
            .With("interruptions=4095")
            .With("store-block=256,measurement-interval=1000,large-frames=off");
        Assert.True(platform.DirectedInterruptions);
        Assert.Equal(PciGroup.Default with
        {
            Designations = 0xC1,
            Flags = PciGroupFlags.RelaxedTranslation | PciGroupFlags.RelaxedStoreBlock,
            Interruptions = 4095,
            MaximumStoreBlock = 256,
            MeasurementInterval = 1000,
        }, platform.Group);
    }

    [Theory]
    [InlineData("directed", "not KEY=VALUE")]
    [InlineData("directed=yes", "give on or off")]
    [InlineData("designations=rtto+xyz", "xyz is none")]
    [InlineData("designations=", "known are sto")]
    [InlineData("interruptions=4096", "from 1 to 4095")]
    [InlineData("store-block=130", "a multiple of 8 from 128 to 4096")]
    [InlineData("colour=red", "no such key")]
    public void Mistakes_are_told_in_a_line(string settings, string message)
    {
        var mistake = Assert.Throws<ConfigurationException>(() => new PciPlatform().With(settings));
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake.Message);
    }

    [Fact]
    public void Devices_have_a_string_and_a_state()
    {
        var device = DeviceType.Of("edu").Parse("", ["fid=3", "util=DISK 1", "state=standby"]);
        var pci = new PciConfiguration(_pci.Iommu, _storage, _pci.Translation, new FloatingAdapterInterruptions(_floating));
        DevicePlugging.Plug([device], pci);
        var function = pci.FindByFid(3)!;
        Assert.Equal(FunctionState.Standby, function.State);
        var text = function.UtilityString.Span;
        Assert.Equal((64, 0xC4, 0x40), (text.Length, text[0], text[63]));
    }
}
