using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// Storage keys, PERFORM FRAME MANAGEMENT FUNCTION and the keyless subset: their ordinary effect on the guest's pages, which
/// are dirty for a changed key, too.
/// </summary>
internal static class StorageKeyHandlers
{
    private const ulong Segment = 1 << 20, Multiple = 64UL * Storage.PageSize;
    private const byte MultipleBlocks = 0x1;            // M3 of SSKE
    private const ulong LargeFrame = 0x7UL << 12;       // frame-size code of PFMF

    public static void AddTo(InterceptEntry[] table)
    {
        foreach (var op in new[] { Op.ISKE, Op.IVSK, Op.IRBM }) table[(int)op] = new(Read);
        foreach (var op in new[] { Op.SSKE, Op.RRBE, Op.RRBM, Op.PFMF }) table[(int)op] = new(Change);
    }

    private static bool Read(InterceptContext c)
    {
        c.Emulate();
        return true;
    }

    private static bool Change(InterceptContext c)
    {
        var memory = c.Vcpu.Machine.Memory;
        if (!memory.IsLogging) return Read(c);
        var (first, length) = Range(c);
        c.Emulate();
        for (var page = first; page - first < length; page += Storage.PageSize) memory.MarkDirty(c.Vcpu.ToAbsolute(page));
        return true;
    }

    // What the instruction may change at most, by real address.
    private static (ulong First, ulong Length) Range(InterceptContext c)
    {
        ref readonly var o = ref c.Operands;
        var address = c[o.R2] & c.AddressMask & ~(ulong)(Storage.PageSize - 1);
        var isLarge = c.Op == Op.PFMF ? (c[o.R1] & LargeFrame) != 0 : c.Op == Op.SSKE && (o.M3 & MultipleBlocks) != 0;
        if (isLarge) return (address, Segment - (address & (Segment - 1)));
        return c.Op == Op.RRBM ? (address & ~(Multiple - 1), Multiple) : (address, Storage.PageSize);
    }

    /// <summary>
    /// Code 5C: the first instruction of a keyless guest that is about keys. From here on the guest has them; the PSW is at the
    /// instruction, which is executed again.
    /// </summary>
    public static void Enable(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        block.CpuFlags &= ~SieFlags.KeylessSubset;
    }
}
