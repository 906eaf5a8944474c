using S390Sim.Cpu;
using S390Sim.Hypervisor;
using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>A count of work done, for <c>--stats</c>.</summary>
/// <param name="Name">What was counted, in lower-case words.</param>
/// <param name="Value">How often.</param>
public readonly record struct Statistic(string Name, ulong Value);

/// <summary>
/// What a program runs on: the bare machine, or a virtual machine of the modelled KVM. Loading, running, dumping and
/// reporting see only this, so that both are used alike.
/// </summary>
public interface IConfigurationHost : IDisposable
{
    /// <summary>Absolute storage as the program knows it.</summary>
    IAbsoluteStorage Storage { get; }

    /// <summary>
    /// The content of a page as the program has it, without touching anything; empty when it is known to be zeros.
    /// </summary>
    /// <param name="page">Absolute address, a multiple of 4096 below the end of storage.</param>
    ReadOnlySpan<byte> Peek(ulong page);

    /// <summary>
    /// The absolute address, as the program knows it, of a byte of the host's storage; false when it is not the program's.
    /// </summary>
    bool TryFindGuest(ulong hostAbsolute, out ulong absolute);

    /// <summary>The PCI functions that the program sees.</summary>
    PciConfiguration Pci { get; }

    /// <summary>Instructions of the program executed so far, by all its CPUs.</summary>
    ulong InstructionCount { get; }

    /// <summary>The CPUs of the program by their addresses.</summary>
    IReadOnlyList<IScheduledCpu> Cpus { get; }

    /// <summary>Address of the CPU that has, or had, its turn.</summary>
    int Current { get; }

    /// <summary>Address of the CPU that is looked at: whose registers, interruptions and code are shown.</summary>
    int Focus { get; set; }

    /// <summary>The program interruptions taken last by the CPU looked at, oldest first.</summary>
    IEnumerable<LoggedInterruption> Interruptions { get; }

    /// <summary>What stopped the kernel of the modelled host; null while it runs, and where there is none.</summary>
    string? HostFailure => null;

    /// <summary>
    /// RPCITs measured and their time on this host's clock; none unless it was asked for, and where they are not intercepted.
    /// </summary>
    (ulong Count, TimeSpan Total) RefreshTime => default;

    /// <summary>What the program's I/O translation cost so far.</summary>
    DesignCounters Counters { get; }

    /// <summary>Work done so far, in a fixed order.</summary>
    IEnumerable<Statistic> Statistics { get; }

    /// <summary>Loads the first PSW into CPU 0, which is in the cleared state; the others are stopped.</summary>
    void Start(Psw psw);

    /// <summary>
    /// Runs until the program ends, or until so many instructions have been executed in all. Interceptions and host faults
    /// are the host's own affair: <see cref="StopReason.Interception"/> and <see cref="StopReason.HostFault"/> do not come out.
    /// </summary>
    StopReason Run(ulong instructionLimit);

    /// <summary>Makes <see cref="Run"/> return soon; may be called from another thread.</summary>
    void RequestAttention();

    /// <summary>The registers of the CPU looked at, as the program knows them.</summary>
    CpuSnapshot Snapshot();

    /// <summary>Reads instruction text where the CPU looked at would fetch it; false where it cannot.</summary>
    bool TryFetch(ulong address, Span<byte> text);
}
