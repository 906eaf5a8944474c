namespace S390Sim.Pci.Tests;

/// <summary>Capabilities, messages, resets and timers of a device, as a program meets them.</summary>
public sealed class FrameworkTests : IDisposable
{
    private const int TableAt = 0x000, PendingAt = 0x800;

    private sealed class Device : PciDevice
    {
        public Device() : base(new PciIdentity(0x1234, 0x5678, 0x010802, 3, 0x1AF4, 0x1100))
        {
            Msi = new MessageCapability(this, 4, masking: true);
            Msix = new MessageTable(this, 70, 4, TableAt, PendingAt);
            PowerManagementCapability.AddTo(this);
            ExpressCapability.AddTo(this);
            Timer = AddTimer(() => Fired++);
            var bank = new RegisterBank(1UL << 33);
            Register = bank.ReadWrite(8, 4, "register", reset: 5);
            AddBar(2, bank, is64Bit: true, isPrefetchable: true);
            AddBar(4, new RegionMap(4096).Add(TableAt, Msix.Table).Add(PendingAt, Msix.Pending));
        }

        public MessageCapability Msi { get; }
        public MessageTable Msix { get; }
        public DeviceTimer Timer { get; }
        public Register Register { get; }
        public int Fired { get; private set; }

        // Where a capability is, found as software does.
        public int Find(byte id)
        {
            var at = Configuration.Load(0x34, 1);
            while (at != 0 && Configuration.Load(at, 1) != id) at = Configuration.Load(at + 1, 1);
            return (int)at;
        }
    }

    private readonly Device _device = new();
    private readonly PciBench _b;

    public FrameworkTests()
    {
        _b = new PciBench(device: _device);
        _b.RegisterInterruptions(count: 70);
    }

    public void Dispose() => _b.Dispose();

    [Fact]
    public void Identity_and_bars_are_in_configuration_space()
    {
        Assert.Equal((0x5678_1234u, 0x0108_0203u, 0x1100_1AF4u),
            (Config(0, 4), Config(8, 4), Config(0x2C, 4)));
        Put(0x18, 4, 0xFFFF_FFFF);
        Put(0x1C, 4, 0xFFFF_FFFF);
        Assert.Equal((0xCu, 0xFFFF_FFFEu, 33), (Config(0x18, 4), Config(0x1C, 4), _device.BarSize(2)));
    }

    [Fact]
    public void Capabilities_are_a_list_and_express_extends_the_space()
    {
        Assert.Equal(0x10u, Config(6, 2));
        Assert.All(new byte[] { 0x01, 0x05, 0x10, 0x11 }, id => Assert.NotEqual(0, _device.Find(id)));
        Assert.Equal(0, _device.Find(0x09));
        Assert.Equal(4096, _device.Configuration.Bytes.Length);
        Assert.Equal((0u, 0xFFu), (Config(0x100, 4), Config(0x1000, 1)));
    }

    [Fact]
    public void Vectors_of_msi_replace_the_low_bits_and_can_be_masked()
    {
        var at = _device.Find(0x05);
        Assert.False(_device.Msi.Send(1));
        Put(at + 4, 4, (uint)PciGroup.Default.MessageAddress);
        Put(at + 8, 4, (uint)(PciGroup.Default.MessageAddress >> 32));
        Put(at + 12, 2, 0x10);
        Put(at + 16, 4, 0xFFFF_FFF4);
        Assert.Equal(4u, Config(at + 16, 4));
        Put(at + 2, 2, 0x21);
        Assert.True(_device.Msi.Send(3));
        Assert.True(_device.Msi.Send(2));
        Assert.Equal((Bit(0x13), 4u), (Vectors, Config(at + 20, 4)));
        Put(at + 16, 4, 0);
        Assert.Equal((Bit(0x13) | Bit(0x12), 0u), (Vectors, Config(at + 20, 4)));
    }

    [Fact]
    public void Entries_of_the_table_start_masked()
    {
        Assert.Equal("cc0", _b.Load(4, 4, 12));
        Assert.Equal(0x0100_0000UL, _b.Context[3]);
        Assert.Equal(["PGM 0015", "PGM 0015", "PGM 0015"],
            [_b.Load(4, 2, 0), _b.Load(4, 4, 70 * 16), _b.Load(4, 8, PendingAt + 16)]);
        Assert.Equal(69u, Config(_device.Find(0x11) + 2, 2));
    }

    [Fact]
    public void A_masked_vector_is_sent_when_unmasked()
    {
        var control = _device.Find(0x11) + 2;
        Assert.False(_device.Msix.Send(3));
        Put(control, 2, 0x8000);
        SetEntry(3, masked: true);
        Assert.True(_device.Msix.Send(3));
        Assert.True(_device.Msix.Send(3));
        Assert.Equal((0UL, 8UL), (Vectors, Pending(0)));
        SetEntry(3, masked: false);
        Assert.Equal((Bit(3), 0UL), (Vectors, Pending(0)));
        Assert.Single(_b.Sink.Requests);
    }

    [Fact]
    public void The_function_mask_masks_every_vector()
    {
        var control = _device.Find(0x11) + 2;
        SetEntry(0, masked: false);
        SetEntry(65, masked: false);
        SetEntry(66, masked: true);
        Put(control, 2, 0xC000);
        foreach (var vector in new[] { 0, 65, 66 }) Assert.True(_device.Msix.Send(vector));
        Assert.Equal((0UL, 1UL, 6UL), (Vectors, Pending(0), Pending(1)));
        Put(control, 2, 0x8000);
        Assert.Equal((Bit(0), 0UL, 4UL), (Vectors, Pending(0), Pending(1)));
        Assert.Equal(0x4000_0000_0000_0000UL, _b.Read64(PciBench.Aibv + 8));
        Assert.False(_device.Msix.Send(70));
    }

    [Fact]
    public void A_function_level_reset_forgets_everything()
    {
        Put(_device.Find(0x11) + 2, 2, 0x8000);
        SetEntry(0, masked: true);
        _device.Msix.Send(0);
        _device.Timer.Start(10);
        _b.Store(2, 4, 8, 0x0700_0000);
        Put(_device.Find(0x10) + 8, 2, 0xA810);
        Assert.Equal((0u, 0x2810u, 69u), (Config(4, 2), Config(_device.Find(0x10) + 8, 2), Config(_device.Find(0x11) + 2, 2)));
        Assert.Equal((5UL, 0UL), (_device.Register.Value, Pending(0)));
        _b.RunUntil(_b.Events.Next);
        Assert.Equal(0, _device.Fired);
    }

    [Fact]
    public void A_timer_acts_once_at_its_last_time()
    {
        _device.Timer.Start(10);
        _device.Timer.Start(30);
        _b.RunUntil(10);
        Assert.Equal((0, true), (_device.Fired, _device.Timer.IsRunning));
        _b.RunUntil(30);
        Assert.Equal((1, false), (_device.Fired, _device.Timer.IsRunning));
        _device.Timer.Start(10);
        _device.Timer.Stop();
        _b.RunUntil(100);
        Assert.Equal(1, _device.Fired);
    }

    [Fact]
    public void Accesses_to_configuration_space_can_be_heard()
    {
        var heard = new List<string>();
        _device.Configuration.OnAccess(0x3C, 2, () => heard.Add("load"), () => heard.Add("store"));
        _ = Config(0x38, 4);
        _ = Config(0x3C, 4);
        Put(0x3D, 1, 1);
        Put(0x3E, 1, 1);
        Assert.Equal(["load", "store"], heard);
    }

    private ulong Vectors => _b.Read64(PciBench.Aibv);

    private static ulong Bit(int vector) => 1UL << (63 - vector);

    private ulong Pending(int word) => _device.Msix.Pending.Load(8 * (ulong)word, 8);

    private uint Config(int offset, int length) => _device.Configuration.Load((ulong)offset, length);

    private void Put(int offset, int length, uint value) => _device.Configuration.Store((ulong)offset, length, value);

    // In the order in which software does it: masked, address, data, then the mask as wanted.
    private void SetEntry(int vector, bool masked)
    {
        var at = (ulong)vector * 16;
        _device.Msix.Table.Store(at, 8, PciGroup.Default.MessageAddress);
        _device.Msix.Table.Store(at + 8, 4, (uint)vector);
        _device.Msix.Table.Store(at + 12, 4, masked ? 0xFFFF_FFFFu : 0);
    }
}
