namespace S390Sim.Cpu;

/// <summary>
/// The list of pages whose content the guest does not need (CBRL): 511 guest absolute addresses in a page that the state
/// description designates, along with the offset of the next one (sie.md section 8.5).
/// </summary>
internal static unsafe class ReleasedPages
{
    private const ulong OffsetMask = Storage.PageSize - 1;
    private const ulong EntrySize = 8;

    /// <summary>Entries of the list; the last place of the page is the host's.</summary>
    public const ulong Capacity = Storage.PageSize / EntrySize - 1;

    /// <summary>Whether there is a list with room for one more page; what is not in storage has none.</summary>
    public static bool HasRoom(CpuState* c)
    {
        var designation = SieUnit.Block(c).CollaborativeMemory;
        return (designation & OffsetMask) <= (Capacity - 1) * EntrySize
            && c->Processor.Storage.Contains(designation & ~OffsetMask, Storage.PageSize);
    }

    /// <summary>Appends a page to a list that has room.</summary>
    public static void Add(CpuState* c, ulong absolute)
    {
        var block = SieUnit.Block(c);
        var designation = block.CollaborativeMemory;
        c->Processor.Storage.Write64(designation & ~(EntrySize - 1), absolute);
        block.CollaborativeMemory = designation + EntrySize;
    }
}
