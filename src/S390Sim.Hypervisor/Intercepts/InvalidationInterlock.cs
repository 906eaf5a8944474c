using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>
/// IPTE, IDTE, CSP, CSPG and CRDTE come out when their host asked for them, or while it holds the invalidation interlock of the
/// SCA (sie.md section 8.2): then the guest tries again when others had their turn.
/// </summary>
internal static class InvalidationInterlock
{
    /// <summary>Handles one of them.</summary>
    public static bool Handle(InterceptContext c)
    {
        if ((c.Vcpu.Block.InterceptionControl & (uint)InterceptionControls.IpteCsp) != 0) c.Emulate();
        else c.Retry();
        return true;
    }
}
