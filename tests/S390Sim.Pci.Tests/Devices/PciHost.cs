namespace S390Sim.Pci.Tests;

/// <summary>A machine with one PCI device as a driver meets it: this simulator's, or QEMU's.</summary>
internal interface IPciHost : IDisposable
{
    /// <summary>Bytes of storage that the driver has, all of which the device can reach.</summary>
    const int StorageSize = 192 * 4096;

    /// <summary>The address by which the device knows a byte of the driver's storage.</summary>
    ulong AddressOf(int at);

    /// <summary>Loads from configuration space.</summary>
    uint Config(int offset, int length);

    /// <summary>Stores into configuration space.</summary>
    void Config(int offset, int length, uint value);

    /// <summary>Loads from BAR 0.</summary>
    ulong Load(ulong offset, int length);

    /// <summary>Stores into BAR 0.</summary>
    void Store(ulong offset, int length, ulong value);

    /// <summary>Reads the driver's storage.</summary>
    byte[] Read(int at, int length);

    /// <summary>Writes the driver's storage.</summary>
    void Write(int at, ReadOnlySpan<byte> bytes);

    /// <summary>Lets the device do what it is about to do, until a condition holds; false when nothing helps.</summary>
    bool WaitFor(Func<bool> condition);
}

/// <summary>A device of this simulator behind a zPCI function with I/O address translation.</summary>
internal sealed class SimulatedHost : IPciHost
{
    private const ulong Frames = 0x40000;

    public SimulatedHost(PciDevice device)
    {
        Bench = new PciBench(device: device);
        for (var page = 0UL; page < IPciHost.StorageSize / 4096; page++)
            Bench.Storage.Write64(PciBench.Page + 8 * page, Frames + 4096 * page);
        Bench.RegisterTranslation();
        Bench.RegisterInterruptions(count: 65);
    }

    public PciBench Bench { get; }

    public ulong AddressOf(int at) => PciBench.Sdma + (ulong)at;

    public uint Config(int offset, int length) => Bench.Function.Device.Configuration.Load((ulong)offset, length);

    public void Config(int offset, int length, uint value)
        => Bench.Function.Device.Configuration.Store((ulong)offset, length, value);

    public ulong Load(ulong offset, int length)
    {
        Assert.Equal("cc0", Bench.Load(0, length, offset));
        return Swap(Bench.Context[3], length);
    }

    public void Store(ulong offset, int length, ulong value)
        => Assert.Equal("cc0", Bench.Store(0, length, offset, Swap(value, length)));

    public byte[] Read(int at, int length)
    {
        var bytes = new byte[length];
        Assert.True(Bench.Storage.TryRead(Frames + (ulong)at, bytes));
        return bytes;
    }

    public void Write(int at, ReadOnlySpan<byte> bytes) => Bench.Storage.Write(Frames + (ulong)at, bytes.ToArray());

    public bool WaitFor(Func<bool> condition)
    {
        for (var left = 1000; left > 0 && !condition(); left--)
        {
            if (Bench.Events.Next == ulong.MaxValue) return false;
            Bench.RunUntil(Bench.Events.Next);
        }
        return condition();
    }

    public void Dispose()
    {
        Bench.Function.Device.Dispose();
        Bench.Dispose();
    }

    private static ulong Swap(ulong value, int length)
        => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value) >> (64 - 8 * length);
}
