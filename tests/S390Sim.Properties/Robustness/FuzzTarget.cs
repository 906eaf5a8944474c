using S390Sim.Cpu;
using S390Sim.Machine;
using S390Sim.Pci;

namespace S390Sim.Properties.Robustness;

/// <summary>A configuration to be attacked: its storage, its one CPU's registers, and what must never change.</summary>
internal abstract unsafe class FuzzTarget : IDisposable
{
    protected static readonly DeviceConfiguration[] Devices = [new("edu"), new("edu")];

    /// <summary>The storage that the program sees.</summary>
    public abstract IAbsoluteStorage Storage { get; }
    /// <summary>The functions that the program sees.</summary>
    public abstract PciConfiguration Pci { get; }
    /// <summary>The processor underneath.</summary>
    public abstract Processor Processor { get; }
    /// <summary>Host absolute address of a byte of the program's storage.</summary>
    public abstract ulong Host(ulong absolute);
    /// <summary>Replaces a general register.</summary>
    public abstract void SetGr(int register, ulong value);
    /// <summary>Replaces a control register.</summary>
    public abstract void SetCr(int register, ulong value);
    /// <summary>Replaces the PSW, prefix zero, not stopped.</summary>
    public abstract void Start(Psw psw);
    /// <summary>Runs some instructions.</summary>
    public abstract StopReason Run(ulong instructions);
    /// <summary>What is wrong outside of the program's own storage, or null.</summary>
    public abstract string? Damage();
    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Registers of the other kinds.</summary>
    public void SetOthers(FuzzRandom random)
    {
        var c = Processor.State;
        for (var n = 0; n < 16; n++) c->Ar[n] = (uint)random.Below(4);
        for (var n = 0; n < 16; n++) c->Fpr(n) = random.Next();
    }

    /// <summary>Gives pages of the program's storage random keys, some of them fetch-protected.</summary>
    public void ScatterKeys(FuzzRandom random)
    {
        var storage = Processor.Storage;
        for (ulong page = 0; page < FuzzLayout.Size; page += Cpu.Storage.PageSize)
            storage.Key(Host(page)) = random.OneIn(3) ? (byte)(random.Next() & 0xF8) : (byte)0;
        Processor.PurgeAll();
    }
}

/// <summary>The bare machine with all that it has.</summary>
internal sealed unsafe class BareTarget : FuzzTarget
{
    private readonly MachineParts _parts;
    private readonly BareMachine _machine;

    public BareTarget()
    {
        var configuration = new MachineConfiguration { MemorySize = FuzzLayout.Size, Devices = Devices };
        _parts = new MachineParts(configuration, new StageReporter());
        _machine = new BareMachine(configuration, _parts, new GuestConsole(Stream.Null));
    }

    public override IAbsoluteStorage Storage => _parts.Storage;
    public override PciConfiguration Pci => _parts.Processor.Service<PciConfiguration>();
    public override Processor Processor => _parts.Processor;
    public override ulong Host(ulong absolute) => absolute;
    public override void SetGr(int register, ulong value) => Processor.State->Gr[register] = value;
    public override void SetCr(int register, ulong value) => Processor.State->Cr[register] = value;

    public override void Start(Psw psw)
    {
        Processor.State->Prefix = 0;
        Processor.IsStopped = false;
        Processor.PurgeAll();
        Processor.State->LoadPsw(psw);
    }

    public override StopReason Run(ulong instructions) => Processor.Run(Processor.State->InstructionCount + instructions);

    public override string? Damage()
        => Processor.State->Gr[CpuState.ZeroRegister] != 0 ? "the zero register is not zero"
            : Processor.State->SieLevel != 0 ? "SIE level on the bare machine"
            : Processor.State->Executing ? "Executing is left set" : null;

    public override void Dispose() => _machine.Dispose();
}
