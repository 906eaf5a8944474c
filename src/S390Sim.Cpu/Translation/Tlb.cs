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

/// <summary>Sizes of the software TLB.</summary>
public static class Tlb
{
    /// <summary>Entries of the operand TLB, direct mapped by bits of the page number; a power of two.</summary>
    public const int Entries = 512;
    /// <summary>Entries of the fetch TLB; a power of two.</summary>
    public const int FetchEntries = 128;
}
