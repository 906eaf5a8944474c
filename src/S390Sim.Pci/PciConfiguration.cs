using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Pci;

/// <summary>The PCI functions that one program sees, a logical partition or a virtual machine, and what serves them.</summary>
public sealed class PciConfiguration
{
    private readonly SortedList<ushort, PciFunction> _functions = [];
    private PciFunction?[] _byIndex = [];       // the same functions where each PCI instruction finds its own at once

    /// <summary>Makes a configuration without functions.</summary>
    /// <param name="iommu">The machine's IOMMU, which devices go through.</param>
    /// <param name="storage">Absolute storage as the program sees it: indicators and measurement blocks are there.</param>
    /// <param name="translation">What stands behind I/O address translation.</param>
    /// <param name="interruptions">Where adapter interruptions go.</param>
    /// <param name="clock">Machine time; null when nothing that takes time is used.</param>
    public PciConfiguration(HostIommu iommu, IAbsoluteStorage storage, ITranslationBackend translation,
        IAdapterInterruptions interruptions, PciClock? clock = null)
    {
        Iommu = iommu;
        Storage = storage;
        Translation = translation;
        Interruptions = interruptions;
        Clock = clock;
        Events = new PciEvents(interruptions);
    }

    /// <summary>The machine's IOMMU.</summary>
    public HostIommu Iommu { get; }
    /// <summary>Absolute storage as the program sees it.</summary>
    public IAbsoluteStorage Storage { get; }
    /// <summary>What stands behind I/O address translation.</summary>
    public ITranslationBackend Translation { get; }
    /// <summary>Where adapter interruptions go.</summary>
    public IAdapterInterruptions Interruptions { get; }
    /// <summary>Machine time.</summary>
    public PciClock? Clock { get; }
    /// <summary>Where stages are reported.</summary>
    public StageReporter? Stages { get; init; }
    /// <summary>Failures to inject; null for none.</summary>
    public FailureInjection? Failures { get; init; }
    /// <summary>Whether new mappings must be refreshed too (group flag): so with a hypervisor that shadows tables.</summary>
    public bool RequiresRefresh { get; init; }
    /// <summary>Whether all functions may have an anchor without translation, whatever their group says (relaxed translation).</summary>
    public bool RelaxesTranslation { get; init; }
    /// <summary>Whether the list says that UIDs are unique.</summary>
    public bool ChecksUids { get; init; } = true;
    /// <summary>MDD: simulation bits of handles, told by the list.</summary>
    public uint SimulationMask { get; init; } = FunctionHandle.SimulationMask;
    /// <summary>Whether functions can be enabled for memory I/O (facility 153).</summary>
    public bool OffersMemoryIo
    {
        get => MemoryIo is not null;
        init => MemoryIo = value ? new MemoryIoMap() : null;
    }

    /// <summary>Whether interruptions can be directed to CPUs.</summary>
    public bool OffersDirectedInterruptions
    {
        get => Directed is not null;
        init => Directed = value ? new DirectedInterruptions(this) : null;
    }

    /// <summary>Designation types (DTSM bits) that the translation behind can follow; groups offer no others.</summary>
    public byte Designations { get; init; } = IoCapabilities.All;
    /// <summary>Most functions, told by the list.</summary>
    public ushort MaximumFunctions { get; init; } = 4096;

    /// <summary>Events for the program.</summary>
    public PciEvents Events { get; }
    /// <summary>Adapter-interruption suppression.</summary>
    public InterruptionSuppression Suppression { get; set; } = new();
    /// <summary>Who forwards interruptions of functions that guests have; null when none are.</summary>
    public IInterruptionForwarding? Forwarding { get; set; }
    /// <summary>
    /// The machine's notification of guests, for a program that may be a host: it can enable functions for guests; null for a guest.
    /// </summary>
    public EventNotification? Notification { get; init; }
    /// <summary>The GISA of the guest whose functions these are, so far as they have no simulation bits; zero for none.</summary>
    public uint GuestDesignation { get; set; }
    /// <summary>Where BARs are in the program's absolute addresses; null when memory I/O is not offered.</summary>
    public MemoryIoMap? MemoryIo { get; private init; }
    /// <summary>Interruptions directed to CPUs; null when they are not offered.</summary>
    public DirectedInterruptions? Directed { get; private init; }
    /// <summary>RPCITs executed, however they ended.</summary>
    public ulong Refreshes { get; internal set; }
    /// <summary>Functions in order of index.</summary>
    public IList<PciFunction> Functions => _functions.Values;

    /// <summary>Raised when a function was added.</summary>
    public event Action<PciFunction>? Added;

    /// <summary>Adds a function.</summary>
    /// <exception cref="ArgumentException">The index is taken.</exception>
    public void Add(PciFunction function)
    {
        _functions.Add(function.Index, function);
        if (function.Index >= _byIndex.Length) Array.Resize(ref _byIndex, function.Index + 1);
        _byIndex[function.Index] = function;
        function.Configuration = this;
        function.DeviceId = Iommu.Connect();
        MemoryIo?.Add(function);
        Added?.Invoke(function);
    }

    /// <summary>Takes a function out; its registrations go first.</summary>
    public void Remove(PciFunction function)
    {
        function.Withdraw();
        _functions.Remove(function.Index);
        _byIndex[function.Index] = null;
        MemoryIo?.Remove(function);
        function.Configuration = null;
    }

    /// <summary>The function with exactly this handle now.</summary>
    public PciFunction? Find(uint handle)
    {
        var function = FindByIndex((ushort)handle);
        if (function is not null && function.Handle != handle) function = null;
        if (Stages is { IsActive: true } stages)
            stages.Report(PciStages.FunctionLookup, handle, function?.Fid ?? ulong.MaxValue, (ulong)(function?.State ?? 0));
        return function;
    }

    /// <summary>The function with an index, whatever the other bits of its handle.</summary>
    public PciFunction? FindByIndex(ushort index) => index < _byIndex.Length ? _byIndex[index] : null;

    /// <summary>The function with a function identifier.</summary>
    public PciFunction? FindByFid(uint fid)
    {
        foreach (var function in _functions.Values)
        {
            if (function.Fid == fid) return function;
        }
        return null;
    }

    /// <summary>The group with an identifier, if some function is in it.</summary>
    public PciGroup? FindGroup(byte id)
    {
        foreach (var function in _functions.Values)
        {
            if (function.Group.Id == id) return function.Group;
        }
        return id == PciGroup.Default.Id ? PciGroup.Default : null;
    }

    /// <summary>Requests an adapter interruption unless it is suppressed.</summary>
    /// <param name="subclass">Interruption subclass, 0-7.</param>
    /// <param name="subsystem">Subsystem word: zero, or what guests' adapters want of a host.</param>
    public void RequestInterruption(int subclass, uint subsystem = 0)
    {
        if (!Suppression.Admit(subclass)) return;
        if (Failures?.Next(InjectionPoint.Interruption) is { } rule)
        {
            if (!rule.Duplicates) return;
            Repeat(subclass, subsystem);
        }
        if (Stages is { IsActive: true } stages) stages.Report(PciStages.AdapterInterruption, (ulong)subclass);
        Interruptions.Request(subclass, subsystem);
    }

    /// <summary>Requests an adapter interruption of a CPU that can take it; it is not suppressed.</summary>
    internal void RequestDirected(ushort cpu, int subclass)
    {
        if (Failures?.Next(InjectionPoint.Interruption) is { } rule)
        {
            if (!rule.Duplicates) return;
            Repeat(cpu, subclass);
        }
        if (Stages is { IsActive: true } stages) stages.Report(PciStages.DirectedInterruption, cpu, (ulong)subclass);
        Interruptions.RequestDirected(cpu, subclass);
    }

    private void Repeat(ushort cpu, int subclass) => Later(() => Interruptions.RequestDirected(cpu, subclass));

    private void Repeat(int subclass, uint subsystem) => Later(() => Interruptions.Request(subclass, subsystem));

    // A request that finds one pending is one with it: the second one comes when the first one is likely taken.
    private void Later(Action action)
    {
        if (Clock is { } clock) clock.After(100 * PciClock.Microsecond, action);
        else action();
    }

    /// <summary>Presents an interruption that is not suppressed in a guest's GISA.</summary>
    /// <param name="guests">The machine's part.</param>
    /// <param name="gisa">The guest's GISA.</param>
    /// <param name="subclass">Interruption subclass of the guest.</param>
    public void PresentToGuest(GuestAdapterInterruptions guests, Gisa gisa, int subclass)
    {
        if (Failures?.Next(InjectionPoint.Interruption) is { } rule)
        {
            if (!rule.Duplicates) return;
            Repeat(guests, gisa, subclass);
        }
        if (Stages is { IsActive: true } stages) stages.Report(PciStages.AdapterInterruption, (ulong)subclass);
        guests.Present(gisa, subclass);
    }

    private void Repeat(GuestAdapterInterruptions guests, Gisa gisa, int subclass) => Later(() => guests.Present(gisa, subclass));

    /// <summary>Tells the program that a function's availability changed.</summary>
    public void Announce(PciFunction function, ushort code)
        => Events.Add(new PciEvent(PciEvent.Availability, function.Handle, function.Fid, code));

    /// <summary>Adds a function while the program runs, configured or in standby, and tells the program.</summary>
    public void Plug(PciFunction function, bool isConfigured = true)
    {
        Add(function);
        if (!isConfigured) function.Deconfigure();
        Announce(function, isConfigured ? PciEventCode.Configured : PciEventCode.Standby);
    }

    /// <summary>Asks the program to give a function up: when it has deconfigured it, the function is reserved.</summary>
    public void RequestUnplug(PciFunction function)
    {
        if (function.State is FunctionState.Standby or FunctionState.Reserved)
        {
            Unplug(function);
            return;
        }
        function.IsUnplugRequested = true;
        Announce(function, PciEventCode.DeconfigurationRequested);
    }

    /// <summary>Takes a function away without asking: it is reserved from now on, and the program is told afterwards.</summary>
    public void Unplug(PciFunction function)
    {
        if (function.State == FunctionState.Reserved) return;
        var code = function.State == FunctionState.Standby ? PciEventCode.Reserved : PciEventCode.Deconfigured;
        function.Withdraw();
        Announce(function, code);
    }

    /// <summary>Service-processor command CONFIGURE I/O ADAPTER.</summary>
    /// <param name="adapterType">2 for PCI.</param>
    /// <param name="fid">Function identifier.</param>
    /// <returns>Response code.</returns>
    public ushort ConfigureAdapter(byte adapterType, uint fid)
    {
        var response = CheckAdapter(adapterType, fid, out var function);
        if (response != SclpResponse.Done) return response;
        if (function!.State != FunctionState.Standby) return SclpResponse.NoActionRequired;
        function.Configure();
        return response;
    }

    /// <summary>Service-processor command DECONFIGURE I/O ADAPTER.</summary>
    /// <inheritdoc cref="ConfigureAdapter"/>
    public ushort DeconfigureAdapter(byte adapterType, uint fid)
    {
        var response = CheckAdapter(adapterType, fid, out var function);
        if (response != SclpResponse.Done) return response;
        if (function!.State == FunctionState.Standby) return SclpResponse.NoActionRequired;
        function.Deconfigure();
        if (function.IsUnplugRequested) Unplug(function);
        return response;
    }

    /// <summary>System reset: functions are disabled, events and suppression forgotten.</summary>
    public void Reset()
    {
        foreach (var function in _functions.Values) function.Reset();
        Events.Clear();
        Suppression.Reset();
        Directed?.Reset();
        Notification?.Reset();
    }

    private ushort CheckAdapter(byte adapterType, uint fid, out PciFunction? function)
    {
        function = null;
        if (adapterType != SclpResponse.PciAdapter) return SclpResponse.TypeNotRecognised;
        function = FindByFid(fid);
        if (function is null) return SclpResponse.IdNotRecognised;
        return function.State == FunctionState.Reserved ? SclpResponse.Reserved : SclpResponse.Done;
    }
}

/// <summary>Response codes of the service processor's adapter commands.</summary>
public static class SclpResponse
{
    /// <summary>Adapter type of PCI functions.</summary>
    public const byte PciAdapter = 2;
    /// <summary>Done.</summary>
    public const ushort Done = 0x0020;
    /// <summary>The adapter is in the wanted state already.</summary>
    public const ushort NoActionRequired = 0x0120;
    /// <summary>The adapter is reserved.</summary>
    public const ushort Reserved = 0x05F0;
    /// <summary>The adapter type is not known.</summary>
    public const ushort TypeNotRecognised = 0x06F0;
    /// <summary>The identifier is not known.</summary>
    public const ushort IdNotRecognised = 0x09F0;
}
