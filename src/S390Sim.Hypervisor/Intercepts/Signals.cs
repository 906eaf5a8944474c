using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>SIGNAL PROCESSOR of a guest, among its virtual CPUs: <see cref="SignalProcessor"/> says what the orders do.</summary>
internal static class Signals
{
    /// <summary>Performs the order.</summary>
    public static bool Handle(InterceptContext c)
    {
        var vcpu = c.Vcpu;
        var (statusRegister, order) = (c.Operands.R1, (SignalOrder)(byte)c.Address2);
        var (address, parameter) = ((ushort)c[c.Operands.R3], (uint)c[statusRegister | 1]);
        var outcome = SignalProcessor.Perform(vcpu.Machine.Cpus, vcpu.Address, order, address, parameter, vcpu.Processor.Facilities);
        c.SetConditionCode(outcome.ConditionCode);
        if (outcome.ConditionCode == 1) c[statusRegister] = (c[statusRegister] & ~0xFFFF_FFFFUL) | outcome.Status;
        return true;
    }
}
