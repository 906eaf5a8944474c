using S390Sim.Cpu;
using S390Sim.Iommu;

namespace S390Sim.Hypervisor;

/// <summary>
/// Host storage for the translation tables of one virtual machine's domains, up to a limit: a guest that maps sparsely runs
/// into status 16 before it can use up the frames that its own memory will need.
/// </summary>
/// <param name="memory">Where the storage comes from, in whole frames.</param>
/// <param name="limit">Most bytes at a time.</param>
public sealed class TableQuota(ITableMemory memory, ulong limit) : ITableMemory
{
    /// <summary>Most bytes at a time; lowering it does not touch what is in use already.</summary>
    public ulong Limit { get; set; } = limit;

    /// <summary>Bytes in use, a started frame counted whole.</summary>
    public ulong Used { get; private set; }

    /// <inheritdoc/>
    public bool TryAllocate(ulong size, ulong alignment, out ulong absolute)
    {
        absolute = 0;
        var frames = Frames(size);
        if (Used > Limit || frames > Limit - Used || !memory.TryAllocate(size, alignment, out absolute)) return false;
        Used += frames;
        return true;
    }

    /// <inheritdoc/>
    public void Free(ulong absolute, ulong size)
    {
        memory.Free(absolute, size);
        Used -= Frames(size);
    }

    private static ulong Frames(ulong size) => (size + Storage.PageSize - 1) / Storage.PageSize * Storage.PageSize;
}
