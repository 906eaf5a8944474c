namespace S390Sim.Cpu;

/// <summary>
/// One page of the software TLB. A tag is the logical page address with <see cref="CpuState.DataTag"/> in its low 12 bits,
/// so that a change of space, key or DAT mode needs no flush, and a tag of zero matches nothing.
/// </summary>
public unsafe struct TlbEntry
{
    /// <summary>Tag that permits fetching operands.</summary>
    public ulong ReadTag;
    /// <summary>Tag that permits storing; not set while the block holds predecoded code or its change bit is zero.</summary>
    public ulong WriteTag;
    /// <summary>Host address less logical address.</summary>
    public byte* Addend;
    /// <summary>Host absolute address of the block.</summary>
    public ulong Frame;
}

/// <summary>One page of code: tag as in <see cref="TlbEntry"/>, and its slots.</summary>
public unsafe struct FetchTlbEntry
{
    /// <summary>Tag that permits fetching instructions.</summary>
    public ulong Tag;
    /// <summary>Slots of the page.</summary>
    public Insn* Slots;
}

/// <summary>Sizes of the software TLB, and how parts of it are forgotten.</summary>
public static unsafe class Tlb
{
    /// <summary>Entries of the operand TLB, direct mapped by bits of the page number; a power of two.</summary>
    public const int Entries = 4096;
    /// <summary>Binary logarithm of the size of a <see cref="TlbEntry"/>.</summary>
    internal const int EntrySizeLog = 5;
    /// <summary>What brings the lowest bit of a page number to where an entry's offset begins.</summary>
    internal const int EntryShift = 12 - EntrySizeLog;
    /// <summary>Entries of the fetch TLB; a power of two.</summary>
    public const int FetchEntries = 256;

    /// <summary>Pages that a page table maps.</summary>
    private const int PageEntries = 256;
    /// <summary>In a tag: DAT made the entry.</summary>
    private const ulong DatMode = 8;

    /// <summary>Forgets everything.</summary>
    internal static void Purge(TlbEntry* operands, FetchTlbEntry* fetches)
    {
        new Span<TlbEntry>(operands, Entries).Clear();
        new Span<FetchTlbEntry>(fetches, FetchEntries).Clear();
    }

    /// <summary>Forgets operand accesses to a block, by whatever address.</summary>
    internal static void ForgetBlock(TlbEntry* operands, ulong block)
    {
        for (var e = operands; e < operands + Entries; e++)
        {
            if (e->Frame == block) *e = default;
        }
    }

    /// <summary>The same for instruction fetching.</summary>
    internal static void ForgetCode(FetchTlbEntry* fetches, ulong block)
    {
        for (var e = fetches; e < fetches + FetchEntries; e++)
        {
            if (e->Tag != 0 && e->Slots[CodePage.Slots].Block == block) *e = default;
        }
    }

    /// <summary>
    /// Forgets what some entries of a page table may have mapped. The table may serve several segments and spaces, but an
    /// entry's index is that of the pages that it maps.
    /// </summary>
    internal static void ForgetPages(TlbEntry* operands, FetchTlbEntry* fetches, int first, int count)
    {
        for (var index = first; index < first + count; index++)
        {
            for (var n = index; n < Entries; n += PageEntries)
            {
                if ((operands[n].ReadTag & DatMode) != 0) operands[n] = default;
            }
            var fetch = fetches + (index & (FetchEntries - 1));
            if ((fetch->Tag & DatMode) != 0) *fetch = default;
        }
    }

    /// <summary>Forgets what some entries of a segment or region table may have mapped, likewise by their index.</summary>
    /// <param name="operands">Operand TLB.</param>
    /// <param name="fetches">Fetch TLB.</param>
    /// <param name="level">0 for segments, 1 to 3 for third to first regions.</param>
    /// <param name="first">Index of the first entry.</param>
    /// <param name="count">Number of entries; their indexes wrap around at 2048.</param>
    internal static void ForgetRanges(TlbEntry* operands, FetchTlbEntry* fetches, int level, int first, int count)
    {
        var shift = 20 + 11 * level;
        for (var e = operands; e < operands + Entries; e++)
        {
            if (IsIn(e->ReadTag)) *e = default;
        }
        for (var e = fetches; e < fetches + FetchEntries; e++)
        {
            if (IsIn(e->Tag)) *e = default;
        }

        bool IsIn(ulong tag) => (tag & DatMode) != 0 && (((int)(tag >> shift) - first) & 0x7FF) < count;
    }
}
