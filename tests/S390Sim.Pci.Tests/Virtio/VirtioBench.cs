using System.Buffers.Binary;

namespace S390Sim.Pci.Tests;

/// <summary>A driver of virtio-blk on the host's side: registers through PCI instructions, rings in translated storage.</summary>
internal sealed class VirtioBench : IDisposable
{
    public const ulong Version1 = 1UL << 32, AccessPlatform = 1UL << 33, Indirect = 1UL << 28, EventIndex = 1UL << 29;
    public const ulong Usual = Version1 | AccessPlatform | Indirect | 1 << 9;
    public const int Size = 32;
    /// <summary>DMA addresses from here on, 256 KB, are storage at <see cref="Frames"/>.</summary>
    public const ulong Base = PciBench.Sdma, Frames = 0x40000, Mapped = 256 << 10;
    public const ulong Data = 0x10000, Header = 0xF000, StatusByte = 0xF100;

    private const int Registers = 4;
    private readonly ushort[] _available = new ushort[VirtioDevice.MaximumQueues];

    public VirtioBench(DiskImage image, string serial = "", int queues = 1)
    {
        Device = new VirtioBlockDevice(image, serial, queues);
        Pci = new PciBench(device: Device);
        for (var n = 0UL; n < Mapped / 4096; n++) Pci.Storage.Write64(PciBench.Page + n * 8, Frames + n * 4096);
        Assert.Equal("cc0", Pci.RegisterTranslation());
        Assert.Equal("cc0", Pci.RegisterInterruptions(count: 4, summary: false));
    }

    public VirtioBlockDevice Device { get; }
    public PciBench Pci { get; }
    public byte Status => (byte)Get(0x14, 1);

    public void Dispose()
    {
        Device.Dispose();
        Pci.Dispose();
    }

    public ulong Get(ulong offset, int length)
    {
        Assert.Equal("cc0", Pci.Load(Registers, length, offset));
        return BinaryPrimitives.ReverseEndianness(Pci.Context[3]) >> (64 - 8 * length);
    }

    public void Put(ulong offset, int length, ulong value)
    {
        var shown = BinaryPrimitives.ReverseEndianness(value) >> (64 - 8 * length);
        Assert.Equal("cc0", Pci.Store(Registers, length, offset, shown));
    }

    /// <summary>Resets, negotiates, gives each queue its rings and vector, and says that the driver is ready.</summary>
    public void Start(ulong features = Usual, int queues = 1)
    {
        Put(0x14, 1, 0);
        Assert.Equal(0, Status);
        Negotiate(features);
        Assert.Equal(0x0B, Status);
        Array.Clear(_available);
        Fill(0, new byte[0xF000]);
        Vectors(queues + 1);
        Put(0x10, 2, 0);
        for (var n = 0; n < queues; n++) Enable(n);
        Put(0x14, 1, 0x0F);
    }

    public void Negotiate(ulong features)
    {
        Put(0x14, 1, 1);
        Put(0x14, 1, 3);
        for (var half = 0; half < 2; half++)
        {
            Put(0x08, 4, (ulong)half);
            Put(0x0C, 4, (uint)(features >> (32 * half)));
        }
        Put(0x14, 1, 0x0B);
    }

    private void Enable(int queue)
    {
        Put(0x16, 2, (ulong)queue);
        Put(0x18, 2, Size);
        Put(0x1A, 2, (ulong)queue + 1);
        Put(0x20, 8, Base + Descriptors(queue));
        Put(0x28, 4, Base + Available(queue) & uint.MaxValue);
        Put(0x2C, 4, Base + Available(queue) >> 32);
        Put(0x30, 8, Base + Used(queue));
        Put(0x1C, 2, 1);
    }

    private void Vectors(int count)
    {
        for (var n = 0; n < count; n++)
        {
            var bar = Device.Bar(1)!;
            bar.Store((ulong)n * 16, 8, Pci.Function.Group.MessageAddress);
            bar.Store((ulong)n * 16 + 8, 8, (ulong)n);
        }
        var capability = Capabilities().First(c => c.Id == 0x11).At;
        Device.Configuration.Store((ulong)capability + 2, 2, 0x8000);
    }

    public static ulong Descriptors(int queue) => (ulong)queue * 0x1000;
    public static ulong Available(int queue) => (ulong)queue * 0x1000 + 0x800;
    public static ulong Used(int queue) => (ulong)queue * 0x1000 + 0xC00;

    public void Descriptor(int index, ulong address, uint length, int flags, int next = 0, ulong table = 0)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, address);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], (ushort)flags);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], (ushort)next);
        Fill(table + (ulong)index * 16, bytes);
    }

    /// <summary>Makes a chain available, tells of it, and lets the device work until it has nothing more to do.</summary>
    public void Submit(int head = 0, int queue = 0, bool run = true)
    {
        Offer(head, queue);
        Put(0x3000 + 4 * (ulong)queue, 2, (ulong)queue);
        if (run) Run();
    }

    public void Offer(int head, int queue = 0)
    {
        Fill(Available(queue) + 4 + (ulong)(_available[queue]++ % Size) * 2, [(byte)head, (byte)(head >> 8)]);
        Fill(Available(queue) + 2, BitConverter.GetBytes(_available[queue]));
    }

    /// <summary>Lets time pass until nothing is due; a device that never ends fails.</summary>
    public void Run()
    {
        for (var n = 0; Pci.Events.Next != ulong.MaxValue; n++)
        {
            Assert.True(n < 1000, "the device never ends");
            Pci.RunUntil(Pci.Events.Next);
        }
    }

    /// <summary>One request in three descriptors.</summary>
    /// <returns>The status byte; 0xEE when it was not written.</returns>
    public int Request(uint type, ulong sector, uint length, bool toDevice)
    {
        PutHeader(type, sector);
        Descriptor(0, Base + Header, 16, 1, length == 0 ? 2 : 1);
        Descriptor(1, Base + Data, length, toDevice ? 1 : 3, 2);
        Descriptor(2, Base + StatusByte, 1, 2);
        Submit();
        return Byte(StatusByte);
    }

    public int Write(ulong sector, ReadOnlySpan<byte> bytes)
    {
        Fill(Data, bytes);
        return Request(1, sector, (uint)bytes.Length, toDevice: true);
    }

    public void PutHeader(uint type, ulong sector)
    {
        Fill(Header, [.. BitConverter.GetBytes(type), 0, 0, 0, 0, .. BitConverter.GetBytes(sector)]);
        Fill(StatusByte, [0xEE]);
    }

    public void Fill(ulong offset, ReadOnlySpan<byte> bytes) => Pci.Storage.Write(Frames + offset, bytes);

    public byte[] Bytes(ulong offset, int length)
    {
        var bytes = new byte[length];
        Assert.True(Pci.Storage.TryRead(Frames + offset, bytes));
        return bytes;
    }

    public byte Byte(ulong offset) => Bytes(offset, 1)[0];
    public ushort UsedIndex(int queue = 0) => BitConverter.ToUInt16(Bytes(Used(queue) + 2, 2));

    /// <summary>Head and length of the element given back last.</summary>
    public (uint Head, uint Length) LastUsed(int queue = 0)
    {
        var at = Used(queue) + 4 + 8UL * (ushort)((UsedIndex(queue) - 1) % Size);
        return (BitConverter.ToUInt32(Bytes(at, 4)), BitConverter.ToUInt32(Bytes(at + 4, 4)));
    }

    /// <summary>Vectors signalled since this was asked last, as bits from the left.</summary>
    public string Signals()
    {
        var bits = Convert.ToString((long)(Pci.Read64(PciBench.Aibv) >> 60), 2).PadLeft(4, '0');
        Pci.Storage.Write64(PciBench.Aibv, 0);
        return bits;
    }

    /// <summary>Capabilities in the order of the list.</summary>
    public IEnumerable<(byte Id, int At)> Capabilities()
    {
        var space = Device.Configuration;
        for (var at = space.Bytes[0x34]; at != 0; at = space.Bytes[at + 1]) yield return (space.Bytes[at], at);
    }
}
