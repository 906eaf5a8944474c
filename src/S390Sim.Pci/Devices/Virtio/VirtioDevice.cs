namespace S390Sim.Pci;

/// <summary>
/// A virtio device on the PCI transport of virtio 1.2, without the legacy interface: its status, features and queues. A device
/// type adds its features, its configuration and what it does with a chain of buffers.
/// </summary>
public abstract class VirtioDevice : PciDevice
{
    /// <summary>Most descriptors of a queue.</summary>
    public const ushort QueueSize = 256;
    /// <summary>Most queues.</summary>
    public const int MaximumQueues = 64;

    private const ushort VendorId = 0x1AF4, FirstDeviceId = 0x1040, SubsystemId = 0x1100;
    private const VirtioFeatures Required = VirtioFeatures.Version1 | VirtioFeatures.AccessPlatform;
    private const VirtioFeatures Common = Required | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex;
    private const VirtioStatus ByDriver = VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.DriverOk
        | VirtioStatus.FeaturesOk | VirtioStatus.Failed;
    private const ulong BytesInATurn = 4 << 20;
    private const byte UsedBuffers = 1, ConfigurationChange = 2;

    private readonly SplitQueue[] _queues;
    private readonly MessageTable _messages;
    private readonly DeviceTimer _work;
    private byte _interrupts;

    /// <summary>Makes a device.</summary>
    /// <param name="type">Device type (virtio 1.2, 5).</param>
    /// <param name="classCode">PCI class code.</param>
    /// <param name="queues">Number of queues.</param>
    protected VirtioDevice(ushort type, uint classCode, int queues)
        : base(new PciIdentity(VendorId, (ushort)(FirstDeviceId + type), classCode, Revision: 1, VendorId, SubsystemId))
    {
        _queues = [.. Enumerable.Range(0, queues).Select(n => new SplitQueue(this, n, QueueSize))];
        _work = AddTimer(Work);
        _messages = VirtioRegisters.AddMessages(this, queues + 1);
        ConfigurationVector = SplitQueue.NoVector;
    }

    /// <summary>From a notification until the device looks into the queue, in TOD units.</summary>
    public ulong NotificationTime { get; init; } = 2 * PciClock.Microsecond;

    /// <summary>Features offered.</summary>
    public ulong OfferedFeatures => (ulong)Common | TypeFeatures;

    /// <summary>Features that the driver chose.</summary>
    public ulong Features { get; private set; }

    /// <summary>Device status.</summary>
    public VirtioStatus Status { get; private set; }

    /// <summary>Bits 0-23 and 50-63 of the features offered: those of the device type.</summary>
    protected abstract ulong TypeFeatures { get; }

    internal ReadOnlySpan<SplitQueue> Queues => _queues;
    internal ushort ConfigurationVector { get; private set; }

    private bool IsRunning => (Status & (VirtioStatus.DriverOk | VirtioStatus.NeedsReset)) == VirtioStatus.DriverOk;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        ResetVirtio();
    }

    /// <summary>Serves a chain of buffers; false when it is malformed or storage cannot be reached.</summary>
    /// <param name="chain">What the device reads and writes.</param>
    /// <param name="written">Bytes written, from the first on.</param>
    internal abstract bool TryServe(DescriptorChain chain, out uint written);

    /// <summary>Back to what a device status of zero means; a type adds what it has of its own.</summary>
    protected virtual void ResetVirtio()
    {
        Status = VirtioStatus.None;
        Features = 0;
        _interrupts = 0;
        ConfigurationVector = SplitQueue.NoVector;
        foreach (var queue in _queues) queue.Reset();
        _work.Stop();
    }

    /// <summary>Declares BARs and capabilities; a type does this when its configuration is there.</summary>
    private protected void AddRegisters(RegisterBank typeConfiguration, uint configurationLength)
    {
        VirtioRegisters.AddTo(this, typeConfiguration, configurationLength);
        Configuration.OnAccess(ConfigurationSpace.Command, 2, afterStore: StartWork);
    }

    internal void AddRegion(int index, IPciRegion region, bool is64Bit)
        => AddBar(index, region, is64Bit, isPrefetchable: is64Bit);

    internal MessageTable Messages => _messages;

    internal void ChooseFeatures(int select, uint features)
    {
        if ((Status & VirtioStatus.FeaturesOk) != 0 || select is not (0 or 1)) return;
        var shift = 32 * select;
        Features = (Features & ~((ulong)uint.MaxValue << shift)) | ((ulong)features << shift);
    }

    internal void ChooseConfigurationVector(ushort vector) => ConfigurationVector = ValidVector(vector);

    internal ushort ValidVector(ushort vector) => vector < _messages.Vectors ? vector : SplitQueue.NoVector;

    // The driver sets bits one after the other; it clears them all, or none.
    internal void SetStatus(byte value)
    {
        if (value == 0)
        {
            ResetVirtio();
            return;
        }
        var added = (VirtioStatus)value & ByDriver & ~Status;
        if ((added & VirtioStatus.FeaturesOk) != 0 && !AreFeaturesOk) added &= ~VirtioStatus.FeaturesOk;
        if (((Status | added) & VirtioStatus.FeaturesOk) == 0) added &= ~VirtioStatus.DriverOk;
        Status |= added;
        StartWork();
    }

    internal byte TakeInterrupts()
    {
        var interrupts = _interrupts;
        _interrupts = 0;
        return interrupts;
    }

    internal void Notify(int queue)
    {
        _queues[queue].IsNotified = true;
        StartWork();
    }

    private bool AreFeaturesOk => (Features & ~OfferedFeatures) == 0 && (Features & (ulong)Required) == (ulong)Required;

    // A device that may make no requests waits until it may.
    private void StartWork()
    {
        if (!IsRunning || !Configuration.IsMaster || _work.IsRunning) return;
        foreach (var queue in _queues)
        {
            if (!queue.IsNotified || !queue.IsEnabled) continue;
            _work.Start(NotificationTime);
            return;
        }
    }

    private void Work()
    {
        foreach (var queue in _queues)
        {
            if (!IsRunning || !Configuration.IsMaster) return;
            if (queue.IsNotified && queue.IsEnabled) Serve(queue);
        }
        StartWork();
    }

    // What is beyond as many chains as the queue has places, or so many bytes, has its turn after other queues and the program.
    private void Serve(SplitQueue queue)
    {
        queue.IsNotified = false;
        var moved = 0UL;
        for (var n = 0; n < queue.Size && moved < BytesInATurn; n++)
        {
            var look = queue.TryTake(out var chain);
            if (look == QueueLook.Empty)
            {
                Announce(queue);
                return;
            }
            if (look == QueueLook.Broken || !TryServe(chain, out var written) || !queue.TryGiveBack(chain, written))
            {
                RequestReset();
                return;
            }
            moved += chain.Readable.Position + written;
        }
        queue.IsNotified = true;
        Announce(queue);
    }

    private void Announce(SplitQueue queue)
    {
        if (!queue.TryNeedsInterrupt(out var isNeeded)) RequestReset();
        else if (isNeeded) Interrupt(UsedBuffers, queue.Vector);
    }

    private void RequestReset()
    {
        Status |= VirtioStatus.NeedsReset;
        Interrupt(ConfigurationChange, ConfigurationVector);
    }

    private void Interrupt(byte reason, ushort vector)
    {
        _interrupts |= reason;
        if (vector != SplitQueue.NoVector) _messages.Send(vector);
    }
}
