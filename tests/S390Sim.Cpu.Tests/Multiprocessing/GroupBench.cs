using S390Sim.Cpu;

namespace S390Sim.Tests.Multiprocessing;

/// <summary>Several processors on one storage. CPU 0 operates, the others are stopped; programs are in hexadecimal.</summary>
internal sealed unsafe class GroupBench : IDisposable
{
    public const ulong Mask64 = Psw.ExtendedAddressing | Psw.BasicAddressing;
    public const ulong DisabledWait = Mask64 | Psw.Wait, EnabledWait = DisabledWait | Psw.External;

    private readonly CodeCache _code;

    public GroupBench(
        int cpus, InterleavingKind kind = InterleavingKind.RoundRobin, ulong seed = 0, FacilitySet? facilities = null)
    {
        Storage = new Storage(4 << 20);
        _code = new CodeCache(Storage);
        var handlers = new HandlerTable();
        InstructionBindings.Bind(handlers);
        Clock = new TodClock(1UL << 40);
        Cpus = [.. Enumerable.Range(0, cpus).Select(n => new Processor(
            Storage, _code, handlers, facilities ?? FacilitySet.Default, Clock, Events, Floating, (ushort)n) { Group = Group })];
        foreach (var cpu in Cpus.Skip(1)) cpu.IsStopped = true;
        Scheduler = new CpuScheduler(Cpus, new Interleaving(kind, seed));
        Write(Lowcore.ProgramNewMaskOffset, DisabledWait, 0xDEAD);
    }

    public Storage Storage { get; }
    public TodClock Clock { get; }
    public TimedEvents Events { get; } = new();
    public FloatingInterruptions Floating { get; } = new();
    public ProcessorGroup Group { get; } = new();
    public Processor[] Cpus { get; }
    public CpuScheduler Scheduler { get; }

    public CpuState* this[int cpu] => Cpus[cpu].State;

    public void Put(ulong at, string hex) => Storage.Write(at, Convert.FromHexString(hex.Replace(" ", "")));

    public void Write(int offset, ulong mask, ulong address)
    {
        Storage.Write64((ulong)offset, mask);
        Storage.Write64((ulong)offset + 8, address);
    }

    /// <summary>Lets a CPU operate from an address on.</summary>
    public void Start(int cpu, ulong address, ulong mask = Mask64)
    {
        Cpus[cpu].State->LoadPsw(new Psw(mask, address));
        Cpus[cpu].Start();
    }

    /// <summary>An order from CPU 0, or from another.</summary>
    public SignalOutcome Signal(SignalOrder order, int address, uint parameter = 0, int source = 0)
        => Group.Signal(Cpus[source], order, (ushort)address, parameter);

    public StopReason Run(ulong instructions = 1_000_000) => Scheduler.Run(Scheduler.InstructionCount + instructions);

    public uint Word(ulong address) => (uint)(Storage.Read64(address & ~7UL) >> ((address & 4) != 0 ? 0 : 32));

    public void Dispose()
    {
        _code.Dispose();
        foreach (var cpu in Cpus) cpu.Dispose();
        Storage.Dispose();
    }
}
