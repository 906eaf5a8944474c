namespace S390Sim.Cpu;

/// <summary>What a processor forgets of its translations when tables or keys change.</summary>
public sealed unsafe partial class Processor
{
    /// <summary>Forgets all translations of every level.</summary>
    public void PurgeAll()
    {
        Tlb.Purge(_tlb, _fetchTlb);
        Sie.Purge();
    }

    /// <summary>Forgets accesses to a block of host storage at every level: its key changed, or it became code.</summary>
    private void ForgetBlock(ulong block)
    {
        Tlb.ForgetBlock(_tlb, block);
        Tlb.ForgetBlock(Sie.GuestTlb, block);
        if (!Storage.HoldsCode(block)) return;
        Tlb.ForgetCode(_fetchTlb, block);
        Tlb.ForgetCode(Sie.GuestFetchTlb, block);
    }

    /// <summary>Forgets what entries of a page table map, and guests that may live in what a host's entries map.</summary>
    /// <param name="isLocal">Whether only this processor does, and not all of its configuration.</param>
    /// <param name="first">Page index of the first entry.</param>
    /// <param name="count">Number of entries.</param>
    internal void ForgetPages(bool isLocal, int first, int count)
    {
        if (_state->SieLevel != 0) Sie.NoteGuestPurge();
        for (var n = 0; Next(isLocal, ref n) is { } processor;)
        {
            if (_state->SieLevel == 0)
            {
                Tlb.ForgetPages(processor._tlb, processor._fetchTlb, first, count);
                processor.Sie.Purge();
            }
            else
            {
                Tlb.ForgetPages(processor.Sie.GuestTlb, processor.Sie.GuestFetchTlb, first, count);
            }
        }
    }

    /// <summary>The same for entries of a segment or region table (<see cref="Tlb.ForgetRanges"/>).</summary>
    internal void ForgetRanges(bool isLocal, int level, int first, int count)
    {
        if (_state->SieLevel != 0) Sie.NoteGuestPurge();
        for (var n = 0; Next(isLocal, ref n) is { } processor;)
        {
            if (_state->SieLevel == 0)
            {
                Tlb.ForgetRanges(processor._tlb, processor._fetchTlb, level, first, count);
                processor.Sie.Purge();
            }
            else
            {
                Tlb.ForgetRanges(processor.Sie.GuestTlb, processor.Sie.GuestFetchTlb, level, first, count);
            }
        }
    }

    /// <summary>Forgets all that was translated at the level that runs.</summary>
    internal void ForgetLevel(bool isLocal)
    {
        if (_state->SieLevel != 0) Sie.NoteGuestPurge();
        for (var n = 0; Next(isLocal, ref n) is { } processor;)
        {
            if (_state->SieLevel == 0) Tlb.Purge(processor._tlb, processor._fetchTlb);
            processor.Sie.Purge();
        }
    }

    // This processor alone, or one after the other of its group.
    private Processor? Next(bool isLocal, ref int n)
    {
        var index = n++;
        if (isLocal) return index == 0 ? this : null;
        var all = Group.Processors;
        return index < all.Count ? all[index] : null;
    }
}
