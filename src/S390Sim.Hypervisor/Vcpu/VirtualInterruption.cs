using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>What became of an interruption that user space injects.</summary>
public enum InjectionStatus
{
    /// <summary>It is pending, or was performed.</summary>
    Ok,
    /// <summary>-EBUSY: one of the kind is pending already, or the list is full.</summary>
    Busy,
    /// <summary>-EINVAL: not for this list, or its parameters are none.</summary>
    Invalid,
}

/// <summary>Kinds of interruptions that user space injects; the first three into the virtual machine, the others into a CPU.</summary>
public enum VirtualInterruptionKind
{
#pragma warning disable CS1591 // The names are those of the Principles of Operation.
    ServiceSignal,
    Io,
    ChannelReport,
    MachineCheck,
    MalfunctionAlert,
    EmergencySignal,
    ExternalCall,
    Restart,
    Stop,
#pragma warning restore CS1591
}

/// <summary>An interruption that user space injects (KVM_S390_INTERRUPT, KVM_S390_IRQ).</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Source">CPU address of a signal's source.</param>
/// <param name="Parameter">Parameter of a service signal.</param>
public readonly record struct VirtualInterruption(VirtualInterruptionKind Kind, ushort Source = 0, uint Parameter = 0)
{
    /// <summary>Words of an I/O interruption.</summary>
    public IoInterruption Io { get; init; }
    /// <summary>Conditions of a machine check.</summary>
    public MachineCheck Check { get; init; }
    /// <summary>Whether a stop stores the status.</summary>
    public bool StoresStatus { get; init; }
}

/// <summary>The list that each kind goes into: the virtual machine's, of which any CPU may take, or a CPU's own.</summary>
public sealed partial class VirtualMachine
{
    /// <summary>Injects a floating interruption.</summary>
    public InjectionStatus TryInject(in VirtualInterruption interruption)
    {
        switch (interruption.Kind)
        {
            case VirtualInterruptionKind.ServiceSignal when Floating.ServiceSignal: return InjectionStatus.Busy;
            case VirtualInterruptionKind.ServiceSignal:
                Floating.RequestServiceSignal(interruption.Parameter);
                return InjectionStatus.Ok;
            case VirtualInterruptionKind.Io when interruption.Io == IoInterruption.Adapter(interruption.Io.Subclass):
                Floating.RequestAdapter(interruption.Io.Subclass);
                return InjectionStatus.Ok;
            case VirtualInterruptionKind.Io: return Floating.Request(interruption.Io) ? InjectionStatus.Ok : InjectionStatus.Busy;
            case VirtualInterruptionKind.ChannelReport:
                Floating.RequestChannelReport();
                return InjectionStatus.Ok;
            default: return InjectionStatus.Invalid;
        }
    }

    /// <summary>Injects an interruption into a CPU.</summary>
    public InjectionStatus TryInject(in VirtualInterruption interruption, VirtualCpu cpu)
    {
        var status = Request(interruption, cpu);
        // A stop is a request of its own (code 28).
        if (status == InjectionStatus.Ok && interruption.Kind != VirtualInterruptionKind.Stop) cpu.Kick();
        return status;
    }

    private InjectionStatus Request(in VirtualInterruption interruption, VirtualCpu cpu)
    {
        var (pending, source) = (cpu.Pending, interruption.Source);
        var isCpu = source < Cpus.Count;
        switch (interruption.Kind)
        {
            case VirtualInterruptionKind.MachineCheck:
                return From(pending.TryRequestMachineCheck(interruption.Check), InjectionStatus.Invalid);
            case VirtualInterruptionKind.MalfunctionAlert when isCpu:
                pending.RequestMalfunctionAlert(source);
                return InjectionStatus.Ok;
            case VirtualInterruptionKind.EmergencySignal when isCpu:
                pending.RequestEmergencySignal(source);
                return InjectionStatus.Ok;
            case VirtualInterruptionKind.ExternalCall when isCpu:
                return From(pending.TryRequestExternalCall(source), InjectionStatus.Busy);
            case VirtualInterruptionKind.Restart when pending.IsRestartPending: return InjectionStatus.Busy;
            case VirtualInterruptionKind.Restart: cpu.Restart(); return InjectionStatus.Ok;
            case VirtualInterruptionKind.Stop when cpu.IsStopping: return InjectionStatus.Busy;
            case VirtualInterruptionKind.Stop: cpu.Stop(interruption.StoresStatus); return InjectionStatus.Ok;
            default: return InjectionStatus.Invalid;
        }
    }

    private static InjectionStatus From(bool done, InjectionStatus otherwise) => done ? InjectionStatus.Ok : otherwise;
}
