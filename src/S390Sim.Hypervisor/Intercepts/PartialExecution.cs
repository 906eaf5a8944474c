using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// Code 38: the machine did its part of MOVE PAGE or of an external call (sie.md section 8.3). The pages of MOVE PAGE are
/// provided, and the guest tries again; the call is stored already, its CPU only has to look.
/// </summary>
internal static class PartialExecution
{
    /// <summary>Does the host's part.</summary>
    public static bool Handle(InterceptContext c)
    {
        switch (c.Op)
        {
            case Op.MVPG:
                if (TryProvide(c, c.Operands.R2, isStore: false) && TryProvide(c, c.Operands.R1, isStore: true)) c.Retry();
                return true;
            case Op.SIGP when (SignalOrder)(byte)c.Address2 == SignalOrder.ExternalCall:
                c.SetConditionCode(0);
                return true;
            default:
                return false;
        }
    }

    private static bool TryProvide(InterceptContext c, int register, bool isStore)
    {
        var address = c[register] & c.AddressMask & ~(ulong)(Storage.PageSize - 1);
        if (!c.TryTranslate(address, register, isStore, out var absolute)) return false;
        var memory = c.Vcpu.Machine.Memory;
        if (isStore ? memory.TryResolveStore(absolute, out _) : memory.TryResolve(absolute, out _)) return true;
        c.Program(ProgramCode.Addressing);
        return false;
    }
}
