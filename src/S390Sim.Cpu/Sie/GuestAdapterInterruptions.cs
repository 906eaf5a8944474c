using S390Sim.Generated;

namespace S390Sim.Cpu;

/// <summary>
/// Guest information block (GIB) of a host: where the machine links GISAs whose host is to be alerted (sie.md section 9.3).
/// </summary>
[Block(0x1000)]
public readonly unsafe partial struct GuestInformationBlock
{
    /// <summary>An alert-list origin that keeps further alerts from interrupting: the host is at it.</summary>
    public const uint NoInterruption = 1;

    /// <summary>The first GISA of the alert list; zero for none, one for none while the host looks.</summary>
    [At(0x000)] public partial uint AlertList { get; set; }
    /// <summary>Bits 5-7: subclass of the host's alert interruption (NISC).</summary>
    [At(0x008)] public partial byte Subclass { get; set; }
}

/// <summary>
/// What a machine does when an adapter interruption is for a guest: it becomes pending in the guest's GISA, the guest takes it
/// when it runs and is enabled, and else its host is alerted if it wants to be (sie.md section 9.2).
/// </summary>
/// <param name="storage">Host absolute storage.</param>
/// <param name="processors">The machine's processors.</param>
public sealed unsafe class GuestAdapterInterruptions(Storage storage, IReadOnlyList<Processor> processors)
{
    private const uint BlockMask = 0x7FFF_F000;

    private uint _block;

    /// <summary>Raised with the subclass on which the host shall be interrupted: the alert list is no longer empty.</summary>
    public event Action<int>? Alerted;

    /// <summary>
    /// Sets the guest information block, none with zero (CHSC set guest information block); false when it is not in storage.
    /// </summary>
    public bool TrySetBlock(uint origin)
    {
        if (origin != 0 && ((origin & ~BlockMask) != 0 || !storage.Contains(origin, GuestInformationBlock.Size))) return false;
        _block = origin;
        return true;
    }

    /// <summary>Whether some processor runs a guest with this GISA.</summary>
    public bool IsRunning(uint designation)
    {
        foreach (var processor in processors)
        {
            if (processor.Sie.Runs(designation)) return true;
        }
        return false;
    }

    /// <summary>An interruption that is not suppressed arrives in a GISA.</summary>
    public void Present(Gisa gisa, int subclass)
    {
        gisa.Request(subclass);
        var isOpen = false;
        foreach (var processor in processors)
        {
            if (!processor.Sie.Runs(gisa.Designation)) continue;
            isOpen |= processor.Sie.AdmitsAdapter(subclass);
            processor.LookAgain();
        }
        if (!isOpen) Alert(gisa, subclass);
    }

    // The mask goes as a whole, so that a guest is in the list once.
    private void Alert(Gisa gisa, int subclass)
    {
        if (_block == 0 || (gisa.AlertMask & Gisa.MaskOf(subclass)) == 0) return;
        gisa.AlertMask = 0;
        if (gisa.IsQueued) return;
        var block = new GuestInformationBlock(storage.Base + _block);
        var first = block.AlertList;
        gisa.NextAlert = first;
        block.AlertList = gisa.Origin;
        storage.Written(_block, sizeof(uint));
        if (first == 0) Alerted?.Invoke(block.Subclass & 7);
    }
}
