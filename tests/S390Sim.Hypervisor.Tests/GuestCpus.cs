using S390Sim.Cpu;
using S390Sim.Isa;
using S390Sim.Testing.Hypervisor;

namespace S390Sim.Hypervisor.Tests;

/// <summary>A guest of several virtual CPUs that take turns, each with a prefix area, code and an end of its own.</summary>
internal sealed class GuestCpus : IDisposable
{
    /// <summary>Where CPU n's prefix area and code are: so far from those of the CPU before.</summary>
    private const ulong Stride = 0x4000, First = 0x1_0000, CodeOffset = 0x2000;

    /// <summary>Instruction address of the external-new PSWs, a disabled wait, and of the end of a program.</summary>
    public const ulong TakenAddress = 0xE47, EndAddress = 0xE4D0;

    /// <summary>CR0: external calls, emergency signals, the clock comparator.</summary>
    public const ulong CallMask = 1 << 13, EmergencyMask = 1 << 14, ClockMask = 1 << 11;

    private const ulong Limit = 200_000;

    public GuestCpus(HypervisorBenchOptions options)
    {
        Bench = new HypervisorBench(options);
        Scheduler = new CpuScheduler(Cpus, new Interleaving(InterleavingKind.RoundRobin));
        foreach (var cpu in Cpus)
        {
            cpu.SetPrefix(Prefix(cpu));
            Write(cpu, Lowcore.ExternalNewMaskOffset, HypervisorBench.SupervisorMask | Psw.Wait, TakenAddress);
            Write(cpu, Lowcore.ProgramNewMaskOffset, HypervisorBench.SupervisorMask | Psw.Wait, HypervisorBench.ProgramNewAddress);
            Write(cpu, (int)HypervisorBench.EndPsw, HypervisorBench.SupervisorMask | Psw.Wait, EndAddress);
        }
    }

    public HypervisorBench Bench { get; }
    public CpuScheduler Scheduler { get; }
    public IReadOnlyList<VirtualCpu> Cpus => Bench.Machine.Cpus;
    public VirtualCpu this[int cpu] => Cpus[cpu];

    private static ulong Prefix(VirtualCpu cpu) => First + cpu.Address * Stride;
    public static ulong Code(VirtualCpu cpu) => Prefix(cpu) + CodeOffset;

    private void Write(VirtualCpu cpu, int at, ulong mask, ulong address)
    {
        Bench.Write64(Prefix(cpu) + (ulong)at, mask);
        Bench.Write64(Prefix(cpu) + (ulong)at + 8, address);
    }

    /// <summary>Gives a CPU code to execute; behind it comes the end of its program.</summary>
    public void Start(int cpu, ReadOnlySpan<byte> code, ulong mask = 0)
    {
        Bench.Memory.TryWrite(Code(this[cpu]), code);
        Bench.Memory.TryWrite(Code(this[cpu]) + (ulong)code.Length, [0xB2, 0xB2, 0x0F, 0xF0]);
        this[cpu].LoadPsw(new Psw(HypervisorBench.SupervisorMask | mask, Code(this[cpu])));
        this[cpu].Start();
    }

    /// <summary>Lets a CPU go round and round.</summary>
    public void Loop(int cpu, ulong mask = 0) => Start(cpu, [0xA7, 0xF4, 0x00, 0x00], mask);

    /// <summary>Lets a CPU enter a wait that is enabled for external interruptions.</summary>
    public void Wait(int cpu)
    {
        Write(this[cpu], WaitPsw, HypervisorBench.SupervisorMask | Psw.Wait | Psw.External, EndAddress);
        Start(cpu, HypervisorBench.Code((Op.LPSWE, new() { D2 = WaitPsw })));
    }

    private const int WaitPsw = 0xFE0;

    /// <summary>SIGP with CPU address in register 12, and its condition code into register 9.</summary>
    public static byte[] Signal(SignalOrder order)
        => HypervisorBench.Code((Op.SIGP, new() { R1 = 2, R3 = 12, D2 = (int)order }), (Op.IPM, new() { R1 = 9 }));

    /// <summary>Signals a CPU address from a CPU: condition code, and the status of condition code 1.</summary>
    public (int Code, uint Status) Signal(int from, SignalOrder order, ulong to)
    {
        this[from].SetGr(2, 0);
        this[from].SetGr(12, to);
        Start(from, Signal(order));
        Run();
        return ((int)(this[from].GetGr(9) >> 28) & 3, (uint)this[from].GetGr(2));
    }

    /// <summary>Runs all CPUs for a time.</summary>
    public StopReason Run() => Scheduler.Run(Scheduler.InstructionCount + Limit / 10);

    /// <summary>What a CPU stored with an external interruption, if it took one: code and source.</summary>
    public (int Code, int Source)? Taken(int cpu)
    {
        if (this[cpu].Psw.Address != TakenAddress) return null;
        var word = Bench.Read64(Prefix(this[cpu]) + 0x80);
        return ((int)(word & 0xFFFF), (int)(word >> 16) & 0xFFFF);
    }

    public void Dispose() => Bench.Dispose();
}
