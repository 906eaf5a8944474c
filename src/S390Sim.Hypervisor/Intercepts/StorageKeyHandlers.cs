using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// Storage keys, PERFORM FRAME MANAGEMENT FUNCTION and the keyless subset: their ordinary effect on the guest's keys, of pages
/// without a frame in the PGSTEs alone (sie.md section 6.5).
/// </summary>
internal static class StorageKeyHandlers
{
    private const InterceptionControls KeyControls
        = InterceptionControls.Iske | InterceptionControls.Sske | InterceptionControls.Rrbe;

    public static void AddTo(InterceptEntry[] table)
    {
        foreach (var op in new[] { Op.ISKE, Op.IVSK, Op.IRBM, Op.SSKE, Op.RRBE, Op.RRBM, Op.PFMF }) table[(int)op] = new(Emulate);
    }

    private static bool Emulate(InterceptContext c)
    {
        c.Emulate();
        return true;
    }

    /// <summary>
    /// How a virtual CPU begins: without keys until the guest asks for them if SIE is to interpret them, else with all of them
    /// intercepted.
    /// </summary>
    public static void Begin(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        if (!vcpu.Machine.Options.InterpretsStorageKeys)
        {
            block.InterceptionControl |= (uint)KeyControls;
            return;
        }
        block.CpuFlags |= SieFlags.KeylessSubset;
        block.Ecb2 |= ExecutionControlsB2.FrameManagement;
    }

    /// <summary>
    /// Code 5C: the first instruction of a keyless guest that is about keys. From here on the guest has them; the PSW is at the
    /// instruction, which is executed again.
    /// </summary>
    public static void Enable(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        block.CpuFlags &= ~SieFlags.KeylessSubset;
        if (!vcpu.Machine.Options.InterpretsStorageKeys) block.InterceptionControl |= (uint)KeyControls;
    }
}
