using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>What a look into a queue found.</summary>
internal enum QueueLook
{
    /// <summary>Nothing is available.</summary>
    Empty,
    /// <summary>A chain was taken.</summary>
    Taken,
    /// <summary>The queue is none, or its storage cannot be reached: the device needs a reset.</summary>
    Broken,
}

/// <summary>
/// A split virtqueue (virtio 1.2, 2.7): descriptors, a ring of what the driver makes available, one of what was used.
/// </summary>
internal sealed class SplitQueue
{
    /// <summary>No vector: interruptions are not wanted.</summary>
    public const ushort NoVector = 0xFFFF;

    private const ushort NoInterrupt = 1;

    private readonly VirtioDevice _device;
    private readonly DescriptorChain _chain;
    private ushort _nextAvailable, _nextUsed, _announced;

    public SplitQueue(VirtioDevice device, int index, ushort maximumSize)
    {
        _device = device;
        _chain = new DescriptorChain(maximumSize);
        Index = index;
        MaximumSize = maximumSize;
        Reset();
    }

    public int Index { get; }
    public ushort MaximumSize { get; }
    public ushort Size { get; private set; }
    public ushort Vector { get; set; }
    public bool IsEnabled { get; private set; }
    // Addresses are those that the device was enabled with.
    public ulong DescriptorArea { get; set => field = IsEnabled ? field : value; }
    public ulong DriverArea { get; set => field = IsEnabled ? field : value; }
    public ulong DeviceArea { get; set => field = IsEnabled ? field : value; }

    /// <summary>Whether the driver told of something that was not looked for yet.</summary>
    public bool IsNotified { get; set; }

    public void Reset()
    {
        Size = MaximumSize;
        Vector = NoVector;
        IsEnabled = IsNotified = false;
        DescriptorArea = DriverArea = DeviceArea = 0;
        _nextAvailable = _nextUsed = _announced = 0;
    }

    /// <summary>Takes a size, a power of two up to the largest, while the queue is not enabled.</summary>
    public void Resize(ushort size)
    {
        if (!IsEnabled && ushort.IsPow2(size) && size <= MaximumSize) Size = size;
    }

    public void Enable() => IsEnabled = true;

    /// <summary>Takes the next chain that the driver made available.</summary>
    public QueueLook TryTake(out DescriptorChain chain)
    {
        chain = _chain;
        if (!TryCount(out var available)) return QueueLook.Broken;
        if (available == 0)
        {
            // The driver may have added one before it could see that it has to notify.
            if (!Has(VirtioFeatures.EventIndex)) return QueueLook.Empty;
            if (!TryStore16(DeviceArea + 4 + 8UL * Size, _nextAvailable) || !TryCount(out available)) return QueueLook.Broken;
            if (available == 0) return QueueLook.Empty;
        }
        if (!TryLoad16(DriverArea + 4 + 2UL * (ushort)(_nextAvailable % Size), out var head)) return QueueLook.Broken;
        if (!chain.TryWalk(_device, DescriptorArea, Size, head, Has(VirtioFeatures.IndirectDescriptors))) return QueueLook.Broken;
        _nextAvailable++;
        return QueueLook.Taken;
    }

    /// <summary>Gives a chain back; false when storage cannot be reached.</summary>
    /// <param name="chain">The chain taken last.</param>
    /// <param name="written">Bytes written from the first writable one on.</param>
    public bool TryGiveBack(DescriptorChain chain, uint written)
    {
        Span<byte> element = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(element, chain.Head);
        BinaryPrimitives.WriteUInt32LittleEndian(element[4..], written);
        return _device.WriteMemory(DeviceArea + 4 + 8UL * (ushort)(_nextUsed % Size), element)
            && TryStore16(DeviceArea + 2, ++_nextUsed);
    }

    /// <summary>Looks whether the driver wants to hear of what was given back since this was asked last.</summary>
    /// <returns>False when that cannot be read.</returns>
    public bool TryNeedsInterrupt(out bool isNeeded)
    {
        var (before, now) = (_announced, _nextUsed);
        _announced = now;
        isNeeded = false;
        if (before == now) return true;
        if (Has(VirtioFeatures.EventIndex))
        {
            if (!TryLoad16(DriverArea + 4 + 2UL * Size, out var wanted)) return false;
            isNeeded = (ushort)(now - wanted - 1) < (ushort)(now - before);
            return true;
        }
        if (!TryLoad16(DriverArea, out var flags)) return false;
        isNeeded = (flags & NoInterrupt) == 0;
        return true;
    }

    // An index that is further ahead than the queue is long is none.
    private bool TryCount(out ushort available)
    {
        var done = TryLoad16(DriverArea + 2, out available);
        available -= _nextAvailable;
        return done && available <= Size;
    }

    private bool Has(VirtioFeatures feature) => (_device.Features & (ulong)feature) != 0;

    private bool TryLoad16(ulong address, out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var done = _device.ReadMemory(address, bytes);
        value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return done;
    }

    private bool TryStore16(ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return _device.WriteMemory(address, bytes);
    }
}
