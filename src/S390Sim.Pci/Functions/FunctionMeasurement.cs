namespace S390Sim.Pci;

/// <summary>Counts of a function's instructions, stored into its measurement block every interval.</summary>
/// <param name="function">The function.</param>
public sealed unsafe class FunctionMeasurement(PciFunction function)
{
    private int _generation;
    private uint _samples;

    /// <summary>Absolute address of the block; zero when nothing is measured.</summary>
    public ulong Address { get; private set; }
    /// <summary>PCI LOADs that completed.</summary>
    public ulong Loads { get; internal set; }
    /// <summary>PCI STOREs that completed.</summary>
    public ulong Stores { get; internal set; }
    /// <summary>PCI STORE BLOCKs that completed.</summary>
    public ulong StoreBlocks { get; internal set; }
    /// <summary>REFRESH PCI TRANSLATIONS that did not put the function in error.</summary>
    public ulong Refreshes { get; internal set; }

    /// <summary>Begins to measure at zero.</summary>
    public void Start(ulong address)
    {
        Stop();
        Address = address;
        Schedule(_generation);
    }

    /// <summary>Ends measuring and forgets the counts.</summary>
    public void Stop()
    {
        _generation++;
        _samples = 0;
        Address = Loads = Stores = StoreBlocks = Refreshes = 0;
    }

    private void Schedule(int generation)
    {
        if (function.Configuration is not { Clock: { } clock }) return;
        clock.After(function.Group.MeasurementInterval * 1000UL * PciClock.Microsecond, () =>
        {
            if (generation == _generation) Update(clock.Now);
        });
    }

    // The time carries the update-in-progress bit until the counts are complete.
    private void Update(ulong now)
    {
        var bytes = stackalloc byte[MeasurementBlock.Size];
        var block = new MeasurementBlock(bytes)
        {
            Samples = ++_samples,
            LastUpdate = now | 1,
            Loads = Loads,
            Stores = Stores,
            StoreBlocks = StoreBlocks,
            Refreshes = Refreshes,
        };
        const int head = MeasurementBlock.SamplesOffset, time = MeasurementBlock.LastUpdateOffset;
        var storage = function.Configuration!.Storage;
        var stored = storage.TryWrite(Address + head, block.Bytes[head..]);
        block.LastUpdate = now & ~1UL;
        stored = stored && storage.TryWrite(Address + time, block.Bytes.Slice(time, sizeof(ulong)));
        if (stored)
        {
            Schedule(_generation);
            return;
        }
        function.Report(PciEventCode.MeasurementAddress, Address);
        Stop();
    }
}
