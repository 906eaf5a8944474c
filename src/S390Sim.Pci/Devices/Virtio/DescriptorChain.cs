using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>
/// A chain of descriptors that a driver made available (virtio 1.2, 2.7.5): first what the device reads, then what it writes.
/// Walking is bounded by the size of the queue, whatever the driver wrote.
/// </summary>
internal sealed class DescriptorChain(int capacity)
{
    private const int DescriptorSize = 16;
    private const ushort Next = 1, Write = 2, Indirect = 4;

    private readonly record struct Descriptor(ulong Address, uint Length, ushort Flags, ushort Link);

    /// <summary>Index of its first descriptor, which is given back with it.</summary>
    public ushort Head { get; private set; }
    /// <summary>What the device reads.</summary>
    public BufferList Readable { get; } = new(capacity);
    /// <summary>What the device writes.</summary>
    public BufferList Writable { get; } = new(capacity);

    /// <summary>Walks a chain; false when it is none or cannot be read.</summary>
    /// <param name="device">Reads the descriptors.</param>
    /// <param name="table">Address of the descriptor table.</param>
    /// <param name="size">Descriptors in it; also the most that a chain may have.</param>
    /// <param name="head">Index of the first one.</param>
    /// <param name="mayBeIndirect">Whether indirect tables were negotiated.</param>
    public bool TryWalk(PciDevice device, ulong table, uint size, ushort head, bool mayBeIndirect)
    {
        Head = head;
        Readable.Clear();
        Writable.Clear();
        var (entries, index) = (size, (uint)head);
        for (uint count = 0; count < size;)
        {
            if (index >= entries || !TryRead(device, table + index * DescriptorSize, out var descriptor)) return false;
            if ((descriptor.Flags & Indirect) != 0)
            {
                // A descriptor of a table is the last of its chain, and not in a table itself.
                if (!mayBeIndirect || (descriptor.Flags & Next) != 0 || descriptor.Length % DescriptorSize != 0) return false;
                (table, entries, index, mayBeIndirect) = (descriptor.Address, descriptor.Length / DescriptorSize, 0, false);
                continue;
            }
            if (!TryAdd(descriptor)) return false;
            if ((descriptor.Flags & Next) == 0) return true;
            index = descriptor.Link;
            count++;
        }
        return false;
    }

    // A buffer has bytes, and none that the device reads comes after one that it writes.
    private bool TryAdd(in Descriptor descriptor)
    {
        var isWritable = (descriptor.Flags & Write) != 0;
        if (descriptor.Length == 0 || (!isWritable && Writable.Length != 0)) return false;
        (isWritable ? Writable : Readable).Add(descriptor.Address, descriptor.Length);
        return true;
    }

    private static bool TryRead(PciDevice device, ulong address, out Descriptor descriptor)
    {
        Span<byte> bytes = stackalloc byte[DescriptorSize];
        var done = device.ReadMemory(address, bytes);
        descriptor = done
            ? new Descriptor(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]))
            : default;
        return done;
    }
}
