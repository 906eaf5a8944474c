using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Properties.Robustness;

/// <summary>
/// A guest of the modelled KVM. Its frames lie scattered between canary frames; those, the host's tables and whatever the
/// host has not given away must stay as they are.
/// </summary>
internal sealed unsafe class GuestTarget : FuzzTarget, IVirtualMachineServices
{
    private const ulong FirstFrame = 1 << 20;
    private readonly MachineParts _parts;
    private readonly HostFrames _frames;
    private readonly VirtualMachine _machine;
    private readonly CpuScheduler _scheduler;
    private readonly ServiceProcessor _services;
    private readonly ulong[] _pages = new ulong[FuzzLayout.Size / Cpu.Storage.PageSize];
    private readonly List<ulong> _fixed = [];
    private readonly HashSet<ulong> _pageTables = [];   // their other half has the PGSTEs, which the guest's keys are in
    private readonly ulong _sum, _adaptersEnd;

    public GuestTarget(string design, int cpus = 1)
    {
        var configuration = new MachineConfiguration { MemorySize = FuzzLayout.Size, KvmDesign = design, Cpu = Model, Cpus = cpus };
        _parts = new MachineParts(configuration, new StageReporter());
        _frames = new HostFrames(_parts.Storage, FirstFrame);
        var host = new VirtualMachineHost(_parts.Processor, _frames, _parts.Iommu, _parts.PciClock, this)
        {
            Processors = _parts.Processors,
            Adapters = HostAdapters.TryCreate(_parts.Storage, _frames, _parts.Processors),
        };
        _adaptersEnd = FirstFrame + _frames.InUse * Cpu.Storage.PageSize;
        _machine = new VirtualMachine(host, new(FuzzLayout.Size, design, 4096)
        {
            OffersMemoryIo = true,
            OffersDirectedInterruptions = true,
            InterpretsPci = true,
            InterpretsStorageKeys = true,
            OffersCollaborativeMemory = true,
        });
        _scheduler = new CpuScheduler(_machine.Cpus, new Interleaving(InterleavingKind.Random));
        DevicePlugging.Plug(Devices, _machine.Pci, Platform.Group, _machine.Design.SimulationBits);
        _services = new ServiceProcessor(_machine.Memory, _machine.Floating, new GuestConsole(Stream.Null), _machine.Pci);
        ScatterFrames();
        _sum = Sum();
    }

    public override IAbsoluteStorage Storage => _machine.Memory;
    public override PciConfiguration Pci => _machine.Pci;
    public override IReadOnlyList<Processor> Processors => _parts.Processors;
    public VirtualMachine Machine => _machine;
    public override ulong Host(ulong absolute) => _pages[absolute / Cpu.Storage.PageSize] | (absolute & 0xFFF);

    public override void SetGr(int register, ulong value)
    {
        foreach (var cpu in _machine.Cpus) cpu.SetGr(register, value);
    }

    public override void SetCr(int register, ulong value)
    {
        foreach (var cpu in _machine.Cpus) cpu.SetCr(register, value);
    }

    public override void Start(Psw psw)
    {
        foreach (var cpu in _machine.Cpus)
        {
            var block = cpu.Block;
            block.Prefix = 0;
            cpu.IsStopped = false;
            cpu.Psw = psw;
        }
    }

    public override StopReason Run(ulong instructions) => _scheduler.Run(_machine.InstructionCount + instructions);

    public override string? Damage()
    {
        if (_machine.Cpus.Select(DamageOf).FirstOrDefault(d => d is not null) is { } damage) return damage;
        var held = _machine.Pinner.Held;
        if (_frames.TotalPins() != held || _machine.Account.Charged != held) return "pins do not add up";
        if (_pageTables.Any(HasOtherStatus)) return "bits of a PGSTE that no guest has to do with changed";
        return Sum() == _sum ? null : "host storage outside of the guest changed";
    }

    // What a hypervisor of the simulator has in CR0: the initial value and the AFP-register control.
    private const ulong HostCr0 = 0xE0 | 1UL << 18;

    private static string? DamageOf(VirtualCpu cpu)
    {
        var c = cpu.Processor.State;
        if (c->SieLevel != 0) return "SIE was not left";
        if (c->Executing) return "Executing is left set";
        if (c->Gr[CpuState.ZeroRegister] != 0) return "the zero register is not zero";
        if (c->Prefix != 0 || c->Cr[0] != HostCr0 || c->TodEpoch != 0) return "the host's registers changed";
        var block = cpu.Block;
        if (block.MainStorageOrigin != 0 || block.MainStorageLimit != 0 || (block.CpuFlags & SieFlags.ZArchitecture) == 0)
            return "fixed fields of the state description changed";
        return null;
    }

    public ProgramCode ServiceCall(VirtualMachine machine, uint command, ulong blockAddress, ulong prefix, out int conditionCode)
    {
        var result = _services.Call(command, blockAddress, prefix);
        conditionCode = result.ConditionCode;
        return result.Exception;
    }

    public ProgramCode Diagnose(InterceptContext context, uint code) => ProgramCode.Specification;

    private void ScatterFrames()
    {
        for (var n = 0; n < _pages.Length; n++)
        {
            if (n % 7 == 0 && _frames.TryAllocate(Cpu.Storage.PageSize, Cpu.Storage.PageSize, out var canary))
                new Span<byte>(_parts.Storage.Base + canary, Cpu.Storage.PageSize).Fill(0xC5);
            if (!_machine.Memory.TryResolve((ulong)n * Cpu.Storage.PageSize, out _pages[n]))
                throw new InvalidOperationException("the host is too small");
        }
        for (ulong frame = 0; frame < _parts.Storage.Size; frame += Cpu.Storage.PageSize)
        {
            if (frame >= FirstFrame && !_frames.IsAllocated(frame)) continue;       // the IOMMU's tables may come here
            // The tables of forwarded events, which the machine stores into.
            if ((frame >= FirstFrame && frame < _adaptersEnd) || frame == _machine.Adapters!.Area.Origin) continue;
            if (_machine.Cpus.Any(c => c.BlockAddress == frame) || Array.BinarySearch(_pages, frame) >= 0) continue;
            if (frame == _machine.ControlArea.Origin) continue;
            _fixed.Add(frame);
        }
        var tables = new AbsoluteTables(_parts.Storage);
        for (var n = 0UL; n < FuzzLayout.Size; n += Cpu.Storage.PageSize)
            _pageTables.Add(Dat.LocatePageEntry(ref tables, _machine.Memory.Map.Asce, n, false, false).Value & ~0xFFFUL);
        _fixed.RemoveAll(_pageTables.Contains);
    }

    // The guest's key, its views of reference and change bits, what it said of the page, and that any of it was changed.
    private bool HasOtherStatus(ulong table)
    {
        const ulong Guests = PageStatus.KeyMask | PageStatus.HostReference | PageStatus.HostChange | PageStatus.GuestReference
            | PageStatus.GuestChange | PageStatus.UserDirty | PageStatus.UsageMask;
        for (var at = table + PageStatus.Offset; at < table + Cpu.Storage.PageSize; at += 8)
        {
            if ((_parts.Storage.Read64(at) & ~Guests) != 0) return true;
        }
        return false;
    }

    // The state description's page: its software part stays empty.
    private ulong Sum()
    {
        var sum = 0UL;
        foreach (var cpu in _machine.Cpus) sum = sum * 31 + SumOf(cpu.BlockAddress + 0x200, Cpu.Storage.PageSize - 0x200);
        foreach (var frame in _fixed) sum = sum * 31 + SumOf(frame, Cpu.Storage.PageSize);
        foreach (var table in _pageTables) sum = sum * 31 + SumOf(table, (int)PageStatus.Offset);
        return sum * 31 + SumOfControlArea();
    }

    // All but who called whom, in the first two bytes of an entry.
    private ulong SumOfControlArea()
    {
        var area = new Span<byte>(_parts.Storage.Base + _machine.ControlArea.Origin, Cpu.Storage.PageSize).ToArray();
        for (var n = 0; n < BasicSca.Cpus; n++) area.AsSpan(BasicSca.Size + n * BasicSca.EntrySize, 2).Clear();
        var sum = new HashCode();
        sum.AddBytes(area);
        return (ulong)sum.ToHashCode();
    }

    private ulong SumOf(ulong at, int length)
    {
        var sum = new HashCode();
        sum.AddBytes(new ReadOnlySpan<byte>(_parts.Storage.Base + at, length));
        return (ulong)sum.ToHashCode();
    }

    public override void Dispose()
    {
        _machine.Dispose();
        _parts.Dispose();
    }
}
