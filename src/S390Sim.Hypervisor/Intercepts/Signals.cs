using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>SIGNAL PROCESSOR of a guest with one virtual CPU: orders to itself; any other address is not operational.</summary>
internal static class Signals
{
    /// <summary>Performs the order.</summary>
    public static void Handle(InterceptContext c)
    {
        var (conditionCode, status) = Perform(c.Vcpu, (SignalOrder)(byte)c.Address2, (ushort)c[c.Operands.R3]);
        c.SetConditionCode(conditionCode);
        if (conditionCode == 1) c[c.Operands.R1] = (c[c.Operands.R1] & ~0xFFFF_FFFFUL) | status;
    }

    private static (int ConditionCode, uint Status) Perform(VirtualCpu vcpu, SignalOrder order, ushort address)
    {
        if (order == SignalOrder.SetArchitecture) return (1, SignalStatus.InvalidParameter);
        if (address != vcpu.Address) return (3, 0);
        switch (order)
        {
            case SignalOrder.Sense or SignalOrder.SenseRunningStatus or SignalOrder.Start:
                return (0, 0);
            case SignalOrder.ExternalCall:
                return vcpu.Pending.TryRequestExternalCall(address) ? (0, 0) : (1, SignalStatus.ExternalCallPending);
            case SignalOrder.EmergencySignal:
                vcpu.Pending.RequestEmergencySignal(address);
                return (0, 0);
            case SignalOrder.Restart:
                vcpu.Pending.RequestRestart();
                return (0, 0);
            case SignalOrder.Stop or SignalOrder.StopAndStoreStatus or SignalOrder.CpuReset or SignalOrder.InitialCpuReset:
                vcpu.IsStopped = true;
                return (0, 0);
            case SignalOrder.SetPrefix or SignalOrder.StoreStatusAtAddress:
                return (1, SignalStatus.IncorrectState);
            default:
                return (1, SignalStatus.InvalidOrder);
        }
    }
}
