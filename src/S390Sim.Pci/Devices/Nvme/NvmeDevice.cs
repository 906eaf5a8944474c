namespace S390Sim.Pci;

/// <summary>
/// An NVM Express controller (NVMe 1.4) with namespaces on disk images: 64 I/O queues of up to 1024 entries, a message
/// interruption for each, PRP lists, a volatile write cache.
/// </summary>
public sealed class NvmeDevice : PciDevice
{
    /// <summary>Most I/O queues of either kind.</summary>
    public const int MaximumQueues = 64;
    /// <summary>Most entries of a queue; CAP.MQES plus one.</summary>
    public const int MaximumEntries = 1024;

    /// <summary>Most characters of a serial number.</summary>
    public const int SerialLength = 20;

    internal static readonly PciIdentity Identity = new(Vendor: 0x1234, Device: 0x4E56, Class: 0x010802, Revision: 1);

    internal const int SubmissionEntryShift = 6, CompletionEntryShift = 4;

    private const int BarSize0 = 0x4000, DoorbellsAt = 0x1000, TableAt = 0x2000, PendingAt = 0x3000;
    private const ulong Capabilities = (MaximumEntries - 1)
        | 1UL << 16                                             // CQR: queues are contiguous
        | 20UL << 24                                            // TO: ten seconds
        | 1UL << 37                                             // CSS: NVM command set
        | 4UL << 52;                                            // MPSMAX: 64 KB; MPSMIN: 4 KB
    private const uint Enable = 1, Ready = 1, Fatal = 2, Shutdown = 0xC000, ShutdownOccurring = 0x4, ShutdownComplete = 0x8;
    private const int PageShiftAt = 7, SubmissionShiftAt = 16, CompletionShiftAt = 20, LargestPageShift = 4;

    private readonly NvmeNamespace[] _namespaces;
    private readonly NvmeController _controller;
    private readonly DeviceTimer _starting, _working, _stopping;
    private readonly Register _configuration, _masks, _adminSizes, _adminSubmissions, _adminCompletions;
    private bool _isReady;
    private uint _shutdown;

    /// <summary>Makes a controller.</summary>
    /// <param name="serial">Serial number, at most <see cref="SerialLength"/> characters of ASCII.</param>
    /// <param name="namespaces">Its namespaces, numbered from 1; the device disposes of them.</param>
    public NvmeDevice(string serial, params NvmeNamespace[] namespaces) : base(Identity)
    {
        Serial = serial;
        _namespaces = namespaces;
        var messages = new MessageTable(this, MaximumQueues + 1, bar: 0, TableAt, PendingAt);
        PowerManagementCapability.AddTo(this);
        ExpressCapability.AddTo(this);
        _controller = new NvmeController(this, namespaces, messages);
        _starting = AddTimer(BecomeReady);
        _working = AddTimer(Work);
        _stopping = AddTimer(EndShutdown);

        var bank = new RegisterBank(DoorbellsAt) { Unassigned = 0 };
        bank.ReadOnly(0x00, 8, "CAP", Capabilities);
        bank.ReadOnly(0x08, 4, "VS", NvmeIdentify.Version);
        _masks = bank.ReadWrite(0x0C, 4, "INTMS", write: v => _masks!.Value |= v);
        bank.Add(new Register(RegisterAccess.WriteOneToClear, 0x10, 4, "INTMC")
        {
            Read = () => _masks.Value,
            Write = v => _masks.Value &= ~v,
        });
        _configuration = bank.ReadWrite(0x14, 4, "CC", writable: 0x00FF_FFF1, write: Configure);
        bank.ReadOnly(0x1C, 4, "CSTS", read: () => Status);
        bank.ReadOnly(0x20, 4, "NSSR");
        _adminSizes = bank.ReadWrite(0x24, 4, "AQA", writable: 0x0FFF_0FFF);
        _adminSubmissions = bank.ReadWrite(0x28, 8, "ASQ", writable: ~0xFFFUL);
        _adminCompletions = bank.ReadWrite(0x30, 8, "ACQ", writable: ~0xFFFUL);
        AddBar(0, new RegionMap(BarSize0).Add(0, bank).Add(DoorbellsAt, new Doorbells(this))
            .Add(TableAt, messages.Table).Add(PendingAt, messages.Pending), is64Bit: true);
    }

    /// <summary>Serial number.</summary>
    public string Serial { get; }
    /// <summary>From enabling to being ready, in TOD units.</summary>
    public ulong StartTime { get; init; } = 10 * PciClock.Microsecond;
    /// <summary>From a doorbell to the commands' completion, in TOD units.</summary>
    public ulong CommandTime { get; init; } = 2 * PciClock.Microsecond;

    /// <summary>CC.IOSQES.</summary>
    internal int SubmissionEntrySize => (int)(_configuration.Value >> SubmissionShiftAt) & 15;
    /// <summary>CC.IOCQES.</summary>
    internal int CompletionEntrySize => (int)(_configuration.Value >> CompletionShiftAt) & 15;

    private uint Status => (_isReady ? Ready : 0) | (_controller.IsFatal ? Fatal : 0) | _shutdown;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Disable();
    }

    /// <inheritdoc/>
    public override IEnumerable<DiskImage> Images => _namespaces.Select(n => n.Image);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var ns in _namespaces) ns.Dispose();
        base.Dispose(disposing);
    }

    // CC. A change of EN begins or ends everything; SHN asks to become safe for a loss of power.
    private void Configure(ulong value)
    {
        var was = _configuration.Value;
        _configuration.Value = value;
        if (((was ^ value) & Enable) != 0)
        {
            Disable();
            if ((value & Enable) != 0) _starting.Start(StartTime);
        }
        if ((value & Shutdown) == 0 || (was & Shutdown) != 0) return;
        _shutdown = ShutdownOccurring;
        _stopping.Start(CommandTime);
    }

    // ASQ, ACQ and AQA survive a controller reset.
    private void Disable()
    {
        _starting.Stop();
        _working.Stop();
        _stopping.Stop();
        _controller.Reset();
        _isReady = false;
        _shutdown = 0;
    }

    // What the host asked for wrongly shows as fatal status, and the controller does not become ready.
    private void BecomeReady()
    {
        var configuration = _configuration.Value;
        var pageShift = (int)(configuration >> PageShiftAt) & 15;
        var (submissions, completions) = ((int)_adminSizes.Value & 0xFFF, (int)(_adminSizes.Value >> 16) & 0xFFF);
        var isOther = (configuration & 0x3870) != 0;            // AMS and CSS
        var pageSize = 4096 << pageShift;
        var isMisplaced = ((_adminSubmissions.Value | _adminCompletions.Value) & (ulong)(pageSize - 1)) != 0;
        if (isOther || isMisplaced || pageShift > LargestPageShift || submissions == 0 || completions == 0)
        {
            _controller.Fail();
            return;
        }
        _controller.Start(pageSize, _adminSubmissions.Value, submissions + 1, _adminCompletions.Value, completions + 1);
        _isReady = true;
    }

    private void EndShutdown()
    {
        _controller.Flush();
        _shutdown = ShutdownComplete;
    }

    private void Work()
    {
        _controller.Work();
        if (_controller.HasWork) _working.Start(CommandTime);
    }

    private void Ring(int doorbell, uint value)
    {
        if (!_isReady || _controller.IsFatal || _shutdown != 0) return;
        _controller.Ring(doorbell, value);
        if (!_working.IsRunning && _controller.HasWork) _working.Start(CommandTime);
    }

    // Words that only take stores.
    private sealed class Doorbells(NvmeDevice device) : IPciRegion
    {
        public ulong Size => TableAt - DoorbellsAt;

        public bool Accepts(ulong offset, int length) => length == 4 && offset % 4 == 0;

        public ulong Load(ulong offset, int length) => 0;

        public void Store(ulong offset, int length, ulong value) => device.Ring((int)offset / 4, (uint)value);
    }
}
