using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>The list of pages that the guest does not need, which SIE fills (sie.md section 8.5).</summary>
public sealed unsafe partial class VirtualCpu
{
    private ulong _releasedPages;       // host absolute address of the list, zero for none

    private void DesignateReleasedPages()
    {
        var block = Block;
        if (!_frames.TryAllocate(Storage.PageSize, Storage.PageSize, out _releasedPages))
        {
            _frames.Free(BlockAddress, BlockSize);
            throw new ConfigurationLimitException("the host has no storage left for a list of released pages");
        }
        block.CollaborativeMemory = _releasedPages;
    }

    private void FreeReleasedPages()
    {
        if (_releasedPages != 0) _frames.Free(_releasedPages, Storage.PageSize);
    }
}
