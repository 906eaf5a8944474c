using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>
/// Counts of a function's instructions and of what its device moves, stored into the function measurement block every interval.
/// What depends on the type of function is counted by the device.
/// </summary>
/// <param name="function">The function.</param>
public sealed unsafe class FunctionMeasurement(PciFunction function)
{
    private const ulong KeyMask = 0xF;
    private const ulong UpdateInProgress = 1;

    private int _generation;
    private uint _samples;
    private int _key;

    /// <summary>The block's address as registered, with the access key in bits 60-63; zero when nothing is measured.</summary>
    public ulong Address { get; private set; }
    /// <summary>PCI LOADs that completed.</summary>
    public ulong Loads { get; internal set; }
    /// <summary>PCI STOREs that completed.</summary>
    public ulong Stores { get; internal set; }
    /// <summary>PCI STORE BLOCKs that completed.</summary>
    public ulong StoreBlocks { get; internal set; }
    /// <summary>REFRESH PCI TRANSLATIONS that did not put the function in error.</summary>
    public ulong Refreshes { get; internal set; }
    /// <summary>Bytes that the device read from storage (format 0).</summary>
    public ulong BytesRead { get; internal set; }
    /// <summary>Bytes that the device stored (format 0).</summary>
    public ulong BytesWritten { get; internal set; }
    /// <summary>Bytes received (format 1).</summary>
    public ulong BytesReceived { get; set; }
    /// <summary>Packets received (format 1).</summary>
    public ulong PacketsReceived { get; set; }
    /// <summary>Bytes sent (formats 1 and 3).</summary>
    public ulong BytesSent { get; set; }
    /// <summary>Packets sent (format 1).</summary>
    public ulong PacketsSent { get; set; }
    /// <summary>Work units consumed (format 2).</summary>
    public ulong WorkUnits { get; set; }
    /// <summary>Most work units that there may be (format 2); a property of the device, not a count.</summary>
    public ulong MaximumWorkUnits { get; set; }

    /// <summary>Begins to measure at zero, in place of any measurement before.</summary>
    /// <param name="address">Absolute address of the block, a multiple of 16, with the access key in bits 60-63.</param>
    /// <returns>False when the access key does not permit to store there: nothing is measured then.</returns>
    public bool TryStart(ulong address)
    {
        Stop();
        Address = address;
        _key = (int)(address & KeyMask);
        if (!IsPermitted())
        {
            Address = 0;
            return false;
        }
        Schedule(_generation);
        return true;
    }

    /// <summary>Ends measuring and forgets the counts.</summary>
    public void Stop()
    {
        _generation++;
        _samples = 0;
        Address = Loads = Stores = StoreBlocks = Refreshes = BytesRead = BytesWritten = 0;
        BytesReceived = PacketsReceived = BytesSent = PacketsSent = WorkUnits = 0;
    }

    private ulong Block => Address & ~KeyMask;

    private void Schedule(int generation)
    {
        if (function.Configuration is not { Clock: { } clock }) return;
        var interval = Math.Max((ushort)1, function.Group.MeasurementInterval);
        clock.After(interval * 1000UL * PciClock.Microsecond, () =>
        {
            if (generation == _generation) Update(clock.Now);
        });
    }

    private void Update(ulong now)
    {
        var code = !IsPermitted() ? PciEventCode.MeasurementProtection
            : TryStore(now & ~UpdateInProgress) ? (ushort)0 : PciEventCode.MeasurementAddress;
        if (code == 0)
        {
            Schedule(_generation);
            return;
        }
        function.Report(code, Block);
        Stop();
    }

    // The time carries the update-in-progress bit until the counts are complete.
    private bool TryStore(ulong now)
    {
        var size = MeasurementBlock.SizeOf(function.MeasurementFormat);
        var bytes = stackalloc byte[MeasurementBlock.Size];
        var block = new MeasurementBlock(bytes);
        Fill(ref block, function.MeasurementFormat);
        const int time = MeasurementBlock.LastUpdateOffset, counts = MeasurementBlock.LoadsOffset;
        var storage = function.Configuration!.Storage;
        block.LastUpdate = now | UpdateInProgress;
        if (!storage.TryWrite(Block + time, block.Bytes[time..counts])) return false;
        block.LastUpdate = now;
        return storage.TryWrite(Block, block.Bytes[..time])
            && storage.TryWrite(Block + counts, block.Bytes[counts..size])
            && storage.TryWrite(Block + time, block.Bytes[time..counts]);
    }

    private void Fill(ref MeasurementBlock block, byte format)
    {
        block.Bytes.Clear();
        block.Format = format;
        block.Samples = ++_samples;
        (block.Loads, block.Stores, block.StoreBlocks, block.Refreshes) = (Loads, Stores, StoreBlocks, Refreshes);
        switch (format)
        {
            case 0:
                block.Indicators = MeasurementBlock.DmaIsValid;
                (block.First, block.Second) = (BytesRead, BytesWritten);
                break;
            case 1:
                (block.First, block.Second, block.Third, block.Fourth) = (BytesReceived, PacketsReceived, BytesSent, PacketsSent);
                break;
            case 2:
                (block.First, block.Second) = (WorkUnits, MaximumWorkUnits);
                break;
            default:
                block.First = BytesSent;
                break;
        }
    }

    // Key-controlled protection; what is not in storage is found out when the block is stored.
    private bool IsPermitted()
    {
        if (_key == 0) return true;
        var storage = function.Configuration!.Storage;
        var last = Block + (ulong)MeasurementBlock.SizeOf(function.MeasurementFormat) - 1;
        return Matches(storage, Block) && Matches(storage, last);
    }

    private bool Matches(IAbsoluteStorage storage, ulong address)
        => !storage.TryReadKey(address, out var key) || key >> 4 == _key;
}
