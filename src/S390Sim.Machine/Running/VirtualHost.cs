using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>
/// The program as a guest of the modelled KVM: a virtual machine on the parts of a host whose storage holds the guest's
/// frames, its state description and all tables. Also the user-space part of that virtual machine.
/// </summary>
internal sealed class VirtualHost : IConfigurationHost, IVirtualMachineServices
{
    /// <summary>Where the host's frames begin: below lies its lowcore.</summary>
    private const ulong FirstFrame = 1 << 20;
    private const ulong FixedOverhead = 64 << 20;

    private readonly MachineParts _parts;
    private readonly VirtualMachine _machine;
    private readonly ServiceProcessor _services;
    private readonly CpuScheduler _scheduler;
    private readonly InjectionSchedule _schedule;
    private readonly DiagnoseFunctions _functions;

    public VirtualHost(MachineConfiguration configuration, MachineParts parts, GuestConsole console)
    {
        _parts = parts;
        var frames = new HostFrames(parts.Storage, FirstFrame);
        var interprets = InterpretsPci(configuration);
        var host = new VirtualMachineHost(parts.Processor, frames, parts.Iommu, parts.PciClock, this)
        {
            Processors = parts.Processors,
            Failures = parts.Failures,
            Adapters = interprets ? HostAdapters.TryCreate(parts.Storage, frames, parts.Processors) : null,
        };
        var options = new VirtualMachineOptions(configuration.MemorySize, configuration.KvmDesign!,
            configuration.Memlock / Cpu.Storage.PageSize, TableLimit(configuration.MemorySize))
        {
            OffersNesting = configuration.KvmNested,
            FrameLimit = configuration.FrameLimit / Cpu.Storage.PageSize,
            OffersMemoryIo = configuration.Cpu.Facilities[MachineConfiguration.MemoryIoFacility],
            OffersDirectedInterruptions = configuration.Pci.DirectedInterruptions,
            InterpretsPci = interprets,
            InterpretsStorageKeys = true,
            OffersCollaborativeMemory = true,
        };
        try
        {
            _machine = new VirtualMachine(host, options);
        }
        catch (ConfigurationLimitException e)
        {
            throw new ConfigurationException(e.Message, e);
        }
        DevicePlugging.Plug(configuration.Devices, _machine.Pci, configuration.Pci.Group, _machine.Design.SimulationBits);
        ShareContainers(configuration.Devices);
        _services = new ServiceProcessor(_machine.Memory, _machine.Floating, console, _machine.Pci, configuration.Cpus);
        var resets = new ConfigurationResets(_machine.Cpus, _machine.Floating, _machine.ResetSubsystem);
        _functions = new DiagnoseFunctions(resets, _machine.Memory);
        _schedule = new InjectionSchedule(configuration.Injections, _machine.Pci,
            limit => _machine.Account.Limit = limit / Cpu.Storage.PageSize);
        if (configuration.MeasuresRefreshes)
        {
            foreach (var cpu in _machine.Cpus) cpu.RefreshTimer = new RefreshTimer();
        }
        if (_machine.OffersNesting) _services.Interpretation = VirtualMachine.NestedFacilities;
        _scheduler = new CpuScheduler(_machine.Cpus, new Interleaving(configuration.Interleaving, configuration.Seed));
    }

    // Linux' rule: the facilities must be there, and a machine whose handles have simulation bits.
    private static bool InterpretsPci(MachineConfiguration configuration)
    {
        if (configuration.Pci.Interpretation is { } isWanted) return isWanted;
        var facilities = configuration.Cpu.Facilities;
        return s_interpretationFacilities.All(f => facilities[f])
            && !s_withoutSimulationBits.Contains(configuration.Cpu.Model.MachineType);
    }

    private static readonly int[] s_interpretationFacilities = [69, 71, 72];        // zpci, aen, ais
    private static readonly string[] s_withoutSimulationBits =
        ["2064", "2084", "2094", "2097", "2817", "2818", "2827", "2828", "2964", "2965"];

    // Functions are in the order of the devices.
    private void ShareContainers(IReadOnlyList<DeviceConfiguration> devices)
    {
        var first = new Dictionary<ulong, PciFunction>();
        foreach (var (device, function) in devices.Zip(_machine.Pci.Functions))
        {
            if (device.Text(DeviceType.ContainerKey).Length == 0) continue;
            var number = device.Number(DeviceType.ContainerKey);
            if (!first.TryAdd(number, function)) _machine.Design.ShareContainer(function, first[number]);
        }
    }

    public int Focus { get; set; }
    public int Current => _scheduler.Current;
    public IReadOnlyList<IScheduledCpu> Cpus => _machine.Cpus;

    /// <summary>Host storage for a guest: its frames, tables in proportion, and what guests of its own need.</summary>
    public static ulong HostStorageSize(MachineConfiguration configuration)
    {
        var nested = configuration.KvmNested ? (ulong)configuration.Cpus * VirtualMachine.NestedBytesPerCpu : 0;
        return configuration.MemorySize + Overhead(configuration.MemorySize) + (nested + Increment - 1) / Increment * Increment;
    }

    private const ulong Increment = MachineConfiguration.StorageGranularity;

    private static ulong Overhead(ulong guestSize) => guestSize / 8 / Cpu.Storage.PageSize * Cpu.Storage.PageSize + FixedOverhead;

    // Half of what the host has beyond the guest's frames; the other half is ample for the tables that map the guest.
    private static ulong TableLimit(ulong guestSize) => Overhead(guestSize) / 2;

    public IAbsoluteStorage Storage => _machine.Memory;
    public PciConfiguration Pci => _machine.Pci;
    public ReadOnlySpan<byte> Peek(ulong page) => _machine.Memory.Peek(page);
    public bool TryFindGuest(ulong hostAbsolute, out ulong absolute) => _machine.Memory.TryFindGuest(hostAbsolute, out absolute);
    public ulong InstructionCount => _machine.InstructionCount;
    public IEnumerable<LoggedInterruption> Interruptions => Focused.Processor.Log.Newest();

    public (ulong Count, TimeSpan Total) RefreshTime => _machine.Cpus.Select(c => c.RefreshTimer).OfType<RefreshTimer>()
        .Aggregate((Count: 0UL, Total: TimeSpan.Zero), (sum, t) => (sum.Count + t.Count, sum.Total + t.Total));

    public DesignCounters Counters => _machine.Counters;

    public IEnumerable<Statistic> Statistics
    {
        get
        {
            var exits = ExitCounters.Sum(_machine.Cpus.Select(c => c.Exits));
            var entries = _parts.Processors.Aggregate(0UL, (sum, p) => sum + p.Sie.Entries);
            return
            [
                new("instructions", InstructionCount),
                new("sie entries", entries),
                .. exits.All.Select(e => new Statistic($"exits {(byte)e.Code:x2} {Words(e.Code)}", e.Count)),
                new("exits for storage", exits.HostFaults),
                .. NestedStatistics,
                .. DesignCounters.Figures.Select(f => new Statistic(f.Name, f.Of(Counters))),
                new("pages walked", _machine.Design.PagesWalked),
                .. PagingStatistics,
                .. _parts.IommuStatistics,
            ];
        }
    }

    private IEnumerable<Statistic> NestedStatistics
    {
        get
        {
            if (!_machine.OffersNesting) return [];
            var exits = _machine.NestedExits;
            return
            [
                new("nested starts", _machine.NestedStarts),
                .. exits.All.Select(e => new Statistic($"nested exits {(byte)e.Code:x2} {Words(e.Code)}", e.Count)),
                new("nested exits for storage", exits.HostFaults),
            ];
        }
    }

    private IEnumerable<Statistic> PagingStatistics => !_machine.Memory.IsPageable ? []
        : [new("pages paged out", _machine.Memory.Paged.Out), new("pages paged in", _machine.Memory.Paged.In)];

    public string? HostFailure => _machine.Design.HostFailure;

    private VirtualCpu Focused => _machine.Cpus[Focus];

    public void Start(Psw psw) => _machine.Cpu.Psw = psw;

    public StopReason Run(ulong instructionLimit)
    {
        var reason = _schedule.Run(instructionLimit, () => InstructionCount, _scheduler.Run);
        if (HostFailure is not null) return StopReason.HostFault;
        return reason is StopReason.Interception or StopReason.HostFault ? throw Broken(reason) : reason;
    }

    private InvalidOperationException Broken(StopReason reason)
    {
        var block = _machine.Cpus[Current].Block;
        return new($"the virtual CPU came out with {reason}: code {block.InterceptionCode:x2} ipa {block.Ipa:x4} ipb {block.Ipb:x8}");
    }

    public void RequestAttention() => _scheduler.RequestAttention();

    public CpuSnapshot Snapshot()
    {
        var cpu = Focused;
        var registers = Enumerable.Range(0, 16);
        return CpuSnapshot.Of(cpu.Processor) with
        {
            Psw = cpu.Psw,
            Gr = [.. registers.Select(cpu.GetGr)],
            Cr = [.. registers.Select(cpu.GetCr)],
            Prefix = cpu.Block.Prefix,
        };
    }

    public bool TryFetch(ulong address, Span<byte> text) => Focused.TryReadText(address, text);

    public ProgramCode ServiceCall(VirtualMachine machine, uint command, ulong blockAddress, ulong prefix, out int conditionCode)
    {
        var result = _services.Call(command, blockAddress, prefix);
        conditionCode = result.ConditionCode;
        return result.Exception;
    }

    public ProgramCode Diagnose(InterceptContext context, uint code)
        => _functions.Call(code, context[context.Operands.R3], context.Vcpu);

    private static string Words(Interception code)
        => string.Concat(code.ToString().Select((letter, n) => n > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    public void Dispose()
    {
        DevicePlugging.Dispose(_machine.Pci);
        _machine.Dispose();
        _parts.Dispose();
    }
}
