using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// EXTRACT AND SET STORAGE ATTRIBUTES comes out the first time, when SIE is not to interpret it yet, and when the list of pages
/// that the guest does not need is full (sie.md section 8.5).
/// </summary>
internal static class CollaborativeMemory
{
    private const ulong OffsetMask = Storage.PageSize - 1;

    public static void AddTo(InterceptEntry[] table)
        => table[(int)Op.ESSA] = new(Handle, c => c.Vcpu.Machine.Options.OffersCollaborativeMemory);

    // Discards what the guest does not need, and has the guest try again.
    private static bool Handle(InterceptContext c)
    {
        var block = c.Vcpu.Block;
        block.Ecb2 |= ExecutionControlsB2.CollaborativeMemory;
        var memory = c.Vcpu.Machine.Memory;
        var (list, length) = (block.CollaborativeMemory & ~OffsetMask, block.CollaborativeMemory & OffsetMask);
        for (var offset = 0UL; offset < length; offset += 8) memory.Discard(c.Vcpu.Machine.Storage.Read64(list + offset));
        block.CollaborativeMemory = list;
        c.Retry();
        return true;
    }
}
