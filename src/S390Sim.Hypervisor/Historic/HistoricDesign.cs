using S390Sim.Cpu;
using S390Sim.Iommu;
using S390Sim.Pci;

namespace S390Sim.Hypervisor;

/// <summary>
/// The RPCIT handlers of two patch series that were never merged, <c>v3</c> and <c>v4</c>, with their faults
/// (kvm-pci-design.md sections 4, 5 and 7). They are here so that the invariants are seen to catch them; nothing else uses them.
/// </summary>
/// <remarks>
/// A fault may leak pins, keep stale entries, let the device store where the guest forbade it, or stop the modelled host's
/// kernel (<see cref="HostFailure"/>); it never reaches beyond the host model's own frames.
/// </remarks>
public abstract class HistoricDesign : DomainDesign
{
    /// <summary>
    /// Pages after which one RPCIT counts as a soft lockup of the host: 2^24 are 64 GB, some seconds of a mutex held without
    /// letting anybody else run. The handlers themselves have no bound.
    /// </summary>
    public const ulong LockupPages = 1 << 24;

    /// <summary>Bytes of the addresses that the handlers tell apart.</summary>
    private const ulong Span = 1UL << 42;

    private readonly Dictionary<uint, HistoricTables> _tables = [];
    private readonly HistoricPins _pins;
    private ulong _pagesWalked;
    private string? _oops;

    private protected HistoricDesign(VirtualMachine machine) : base(machine) => _pins = new HistoricPins(machine);

    /// <inheritdoc/>
    public override ulong PagesWalked => _pagesWalked;

    /// <inheritdoc/>
    public override uint SimulationBits => 0;

    /// <inheritdoc/>
    public override string? HostFailure => _oops;

    /// <summary>Pins that nobody will ever take back.</summary>
    public int LostPins => _pins.Lost;

    /// <summary>Frames of guest tables that are pinned because they are cached, each as often as it is.</summary>
    public IEnumerable<ulong> CachedTableFrames => _tables.Values.SelectMany(t => t.CachedFrames);

    /// <summary>Registers the guest's anchor: its root table is pinned, and nothing else of it is remembered.</summary>
    public override RefreshOutcome Register(PciFunction function, IoAddressSpace space)
    {
        // Two bits are asked, not the designation type: types 3, 5 and 7 pass for region-third tables.
        const ulong asked = Iota.TranslationEnabled | (ulong)IoDesignation.RegionThirdTable << 2;
        Counters.Ioctls++;
        var isNew = FindDomain(function) is null;
        if ((space.Iota.Value & asked) != asked || TablesOf(function).IsEnabled
            || !TryProvideDomain(function, Iota.Table(IoDesignation.RegionThirdTable, 0), out var domain)
            || !TablesOf(function).TryEnable(space.Iota.Origin))
            return RefreshOutcome.Insufficient;
        // The domain's own geometry: the guest's range is not recorded.
        if (isNew) domain.Attach(function.DeviceId, 0, Span - 1);
        Lend(domain);
        return RefreshOutcome.Done;
    }

    /// <inheritdoc/>
    public override void Deregister(PciFunction function)
    {
        if (FindDomain(function) is not { } domain || !TablesOf(function).IsEnabled) return;
        Counters.Ioctls++;
        Recall(domain);
        TablesOf(function).Disable();
    }

    /// <summary>Takes the domain for KVM, where the series knew such a thing.</summary>
    private protected abstract void Lend(S390Domain domain);

    /// <summary>What becomes of the domain when the anchor goes.</summary>
    private protected abstract void Recall(S390Domain domain);

    /// <summary>Removes an entry and gives its page back, with no refresh of the host's before it.</summary>
    private protected void Drop(S390Domain domain, in IoMapping mapping)
    {
        Clear(domain, mapping.Iova, mapping.Frame);
        _pins.Put(mapping.Frame);
    }

    /// <summary>Whether the function has an anchor that the handler knows.</summary>
    private protected bool IsAnchored(PciFunction function) => _tables.TryGetValue(function.DeviceId, out var tables) && tables.IsEnabled;

    private protected override bool IsReady(PciFunction function) => IsAnchored(function);

    /// <summary>User space does not come here: the kernel handles every RPCIT that has an anchor.</summary>
    private protected override ShadowOutcome Shadow(PciFunction function, IoAddressSpace space, ulong start, ulong length)
        => ShadowOutcome.Ok;

    internal override bool ClaimsRefresh(InterceptContext context) => HistoricRefresh.Claims(Machine, this, context);

    internal override void HandleRefresh(InterceptContext context) => HistoricRefresh.Handle(Machine, this, context);

    /// <summary>The whole intercept handler of the series, after its check for the problem state.</summary>
    internal abstract void Handle(InterceptContext context, PciFunction? function, ulong start, ulong length);

    private protected HistoricTables TablesOf(PciFunction function)
    {
        if (!_tables.TryGetValue(function.DeviceId, out var tables))
            _tables.Add(function.DeviceId, tables = new HistoricTables(_pins, Machine.Storage, Machine.Stages, Counters));
        return tables;
    }

    /// <summary>
    /// Walks a range (section 4.5). The number of pages is kept in 32 bits, and an address without tables is tried again and
    /// again instead of the next one.
    /// </summary>
    private protected HistoricShadow Shadow(PciFunction function, ulong start, ulong length)
    {
        var pages = (uint)((length + (Storage.PageSize - 1)) / Storage.PageSize);
        if (pages == 0) return HistoricShadow.Invalid;
        var (domain, tables) = (FindDomain(function)!, TablesOf(function));
        var outcome = HistoricShadow.Nothing;
        for (var n = 0UL; n < pages; n++)
        {
            if (n == LockupPages) return Stop("soft lockup: an RPCIT has held its mutex for 2^24 pages");
            _pagesWalked++;
            var found = tables.Walk(start, out var entry);
            if (found == HistoricWalk.Oops) return Stop("null pointer: a quarter of a guest's segment table that was never pinned");
            if (found == HistoricWalk.None) return outcome;     // the other turns find the same
            var step = ShadowPage(domain, tables, start & (Span - 1) & ~0xFFFUL, entry);
            if (step is HistoricShadow.NoMemory or HistoricShadow.Fault) return step;
            if (step == HistoricShadow.Changed) outcome = step;
            start += Storage.PageSize;
        }
        return outcome;
    }

    // Section 4.7: what the guest protects is not looked at, and the entry is loaded once to see whether it is valid and once
    // more for its frame.
    private HistoricShadow ShadowPage(S390Domain domain, HistoricTables tables, ulong iova, ulong entry)
    {
        if (!domain.Tables.TryReserve(iova)) return HistoricShadow.NoMemory;
        var isMapped = domain.Tables.TryGet(iova, out var old, out _);
        if ((tables.Load(entry, IoTableLevel.Page) & IoTableEntry.PageInvalid) != 0)
        {
            if (!isMapped) return HistoricShadow.Nothing;
            Clear(domain, iova, old);
            _pins.Put(old);
            return HistoricShadow.Changed;
        }
        if (!_pins.TryGet(tables.Load(entry, IoTableLevel.Page) & IoTableEntry.PageFrame, out var frame)) return HistoricShadow.Fault;
        if (isMapped && old == frame)
        {
            _pins.Put(frame);
            return HistoricShadow.Nothing;
        }
        if (isMapped) Clear(domain, iova, old);
        domain.Tables.TrySet(iova, frame, writable: true);
        if (!isMapped) return HistoricShadow.Nothing;
        _pins.Put(old);
        return HistoricShadow.Changed;
    }

    private void Clear(S390Domain domain, ulong iova, ulong frame)
    {
        domain.Tables.Clear(iova);
        if (Machine.Stages.IsActive) Machine.Stages.Report(HypervisorStages.HostEntryCleared, iova, frame);
    }

    private HistoricShadow Stop(string reason)
    {
        _oops ??= $"{Name}: {reason}";
        return HistoricShadow.Fault;
    }

    /// <summary>Ends the design; what it leaked is given back as by a restart of the host, so that the model can go on.</summary>
    public override void Dispose()
    {
        _pins.Lose(CachedTableFrames);
        _pins.Lose(Domains.SelectMany(d => d.Tables.Mappings()).Select(m => m.Frame));
        _pins.Restart();
        _tables.Clear();
        base.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What shadowing a range, or a page, came to.</summary>
internal enum HistoricShadow
{
    /// <summary>No entry that was valid is changed.</summary>
    Nothing,
    /// <summary>An entry that was valid is changed or gone: the host must refresh.</summary>
    Changed,
    /// <summary>-EINVAL: no pages.</summary>
    Invalid,
    /// <summary>-EIO: a page could not be pinned.</summary>
    Fault,
    /// <summary>-ENOMEM: no storage for a table of the host's.</summary>
    NoMemory,
}
