using S390Sim.Cpu;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Properties.Robustness;

/// <summary>A configuration to be attacked: its storage, its CPUs' registers, and what must never change.</summary>
internal abstract unsafe class FuzzTarget : IDisposable
{
    private static readonly Dictionary<string, string> s_disk = new() { ["size"] = "64K" };

    protected static readonly DeviceConfiguration[] Devices =
        [new("edu"), new("edu"), new("nvme") { Options = s_disk }, new("virtio-blk") { Options = s_disk }];

    /// <summary>CPUs and PCI with all that is implemented.</summary>
    protected static readonly CpuSelection Model = CpuSelection.Parse("max,+pcimio");
    protected static readonly PciPlatform Platform = new PciPlatform().With(
        "directed=on,designations=sto+rtto+rsto+rfto+pfaa+iopto,large-frames=on,relaxed-translation=on,measurement-interval=1");

    /// <summary>The storage that the program sees.</summary>
    public abstract IAbsoluteStorage Storage { get; }
    /// <summary>The functions that the program sees.</summary>
    public abstract PciConfiguration Pci { get; }
    /// <summary>The processors underneath.</summary>
    public abstract IReadOnlyList<Processor> Processors { get; }
    /// <summary>The first of them.</summary>
    public Processor Processor => Processors[0];
    /// <summary>Host absolute address of a byte of the program's storage.</summary>
    public abstract ulong Host(ulong absolute);
    /// <summary>Replaces a general register, of every CPU.</summary>
    public abstract void SetGr(int register, ulong value);
    /// <summary>Replaces a control register, of every CPU.</summary>
    public abstract void SetCr(int register, ulong value);
    /// <summary>Replaces the PSW of every CPU, prefix zero, not stopped.</summary>
    public abstract void Start(Psw psw);
    /// <summary>Runs some instructions, of all CPUs together.</summary>
    public abstract StopReason Run(ulong instructions);
    /// <summary>What is wrong outside of the program's own storage, or null.</summary>
    public abstract string? Damage();
    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Registers of the other kinds.</summary>
    public void SetOthers(FuzzRandom random)
    {
        foreach (var processor in Processors)
        {
            var c = processor.State;
            for (var n = 0; n < 16; n++) c->Ar[n] = (uint)random.Below(4);
            for (var n = 0; n < 16; n++) c->Fpr(n) = random.Next();
        }
    }

    /// <summary>Gives pages of the program's storage random keys, some of them fetch-protected.</summary>
    public void ScatterKeys(FuzzRandom random)
    {
        var storage = Processor.Storage;
        for (ulong page = 0; page < FuzzLayout.Size; page += Cpu.Storage.PageSize)
            storage.Key(Host(page)) = random.OneIn(3) ? (byte)(random.Next() & 0xF8) : (byte)0;
        foreach (var processor in Processors) processor.PurgeAll();
    }
}

/// <summary>The bare machine with all that it has.</summary>
internal sealed unsafe class BareTarget : FuzzTarget
{
    private readonly MachineParts _parts;
    private readonly BareMachine _machine;

    public BareTarget(int cpus = 1)
    {
        var configuration = new MachineConfiguration
        {
            MemorySize = FuzzLayout.Size,
            Devices = Devices,
            Cpu = Model,
            Pci = Platform,
            Cpus = cpus,
            Interleaving = InterleavingKind.Random,
        };
        _parts = new MachineParts(configuration, new StageReporter());
        _machine = new BareMachine(configuration, _parts, new GuestConsole(Stream.Null));
    }

    public override IAbsoluteStorage Storage => _parts.Storage;
    public override PciConfiguration Pci => _parts.Processor.Service<PciConfiguration>();
    public override IReadOnlyList<Processor> Processors => _parts.Processors;
    public override ulong Host(ulong absolute) => absolute;

    public override void SetGr(int register, ulong value)
    {
        foreach (var processor in Processors) processor.State->Gr[register] = value;
    }

    public override void SetCr(int register, ulong value)
    {
        foreach (var processor in Processors) processor.State->Cr[register] = value;
    }

    public override void Start(Psw psw)
    {
        foreach (var processor in Processors)
        {
            processor.State->Prefix = 0;
            processor.IsStopped = false;
            processor.PurgeAll();
            processor.State->LoadPsw(psw);
        }
    }

    public override StopReason Run(ulong instructions) => _machine.Run(_machine.InstructionCount + instructions);

    public override string? Damage() => Processors.Select(DamageOf).FirstOrDefault(d => d is not null);

    private static string? DamageOf(Processor processor)
        => processor.State->Gr[CpuState.ZeroRegister] != 0 ? "the zero register is not zero"
            : processor.State->SieLevel != 0 ? "SIE level on the bare machine"
            : processor.State->Executing ? "Executing is left set" : null;

    public override void Dispose() => _machine.Dispose();
}
