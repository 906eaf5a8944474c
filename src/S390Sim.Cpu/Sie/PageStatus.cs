namespace S390Sim.Cpu;

/// <summary>
/// Bits of a page-status-table entry (PGSTE): the eight bytes 2048 bytes behind a page-table entry of the host's, where guest and
/// host keep apart what they know of one frame's storage key (sie.md section 6.5).
/// </summary>
public static class PageStatus
{
    /// <summary>Bytes from a page-table entry to its PGSTE: the size of a page table.</summary>
    public const ulong Offset = 0x800;

    /// <summary>Access-control bits (ACC) and fetch-protection bit (FP) of the guest's key.</summary>
    public const ulong KeyMask = 0xF8UL << KeyShift;
    /// <summary>PCL: somebody is changing the entry and its key; all others wait.</summary>
    public const ulong Lock = 1UL << 55;
    /// <summary>HR: the host's view of the reference bit that the guest reset.</summary>
    public const ulong HostReference = 1UL << 54;
    /// <summary>HC: the same for the change bit.</summary>
    public const ulong HostChange = 1UL << 53;
    /// <summary>GR: the guest's view of the reference bit that the host reset, or that went with the frame.</summary>
    public const ulong GuestReference = 1UL << 50;
    /// <summary>GC: the same for the change bit.</summary>
    public const ulong GuestChange = 1UL << 49;
    /// <summary>UC: the key was changed, which counts as a change of the page.</summary>
    public const ulong UserDirty = 1UL << 47;
    /// <summary>Logical zero: the host discarded the content.</summary>
    public const ulong Zero = 1UL << 31;
    /// <summary>The page holds nothing that is used for address translation.</summary>
    public const ulong NoDat = 1UL << 30;
    /// <summary>Usage state: a <see cref="PageUsage"/>, <see cref="UsageShift"/> bits from the right.</summary>
    public const ulong UsageMask = 3UL << UsageShift;
    /// <summary>Where the usage state is.</summary>
    public const int UsageShift = 24;

    // A key's byte: ACC and F in bits 0-4, R in bit 5, C in bit 6.
    private const int KeyShift = 56, GuestShift = 48, HostShift = 52;
    private const byte AccessBits = 0xF8, StatusBits = 0x06;
    private const ulong GuestMask = GuestReference | GuestChange;

    /// <summary>The guest's key of a page without a frame.</summary>
    public static byte KeyOf(ulong entry) => (byte)((entry >> KeyShift & AccessBits) | StatusOf(entry));

    /// <summary>The guest's reference and change bits, where a key has them.</summary>
    public static byte StatusOf(ulong entry) => (byte)(entry >> GuestShift & StatusBits);

    /// <summary>The entry with another guest key; if that makes a difference, the page counts as changed.</summary>
    public static ulong WithKey(ulong entry, byte key)
        => Changed(entry, (entry & ~(KeyMask | GuestMask)) | Parts(key));

    /// <summary>The entry with the guest's reference bit zero.</summary>
    public static ulong WithoutReference(ulong entry) => Changed(entry, entry & ~GuestReference);

    /// <summary>The entry when the page loses its frame, whose key was this: the guest's bits join those that were kept.</summary>
    public static ulong Keeping(ulong entry, byte key)
        => (entry & ~KeyMask) | Parts(key);

    /// <summary>The entry after the frame's reference and change bits were taken into the host's view.</summary>
    public static ulong WithHostStatus(ulong entry, byte key) => entry | (ulong)(key & StatusBits) << HostShift;

    private static ulong Parts(byte key) => (ulong)(key & AccessBits) << KeyShift | (ulong)(key & StatusBits) << GuestShift;

    private static ulong Changed(ulong before, ulong after)
        => ((before ^ after) & (KeyMask | GuestMask)) == 0 ? after : after | UserDirty;
}

/// <summary>What a guest told of a page with EXTRACT AND SET STORAGE ATTRIBUTES (sie.md sections 6.5 and 8.5).</summary>
public enum PageUsage : byte
{
    /// <summary>The content is needed.</summary>
    Stable = 0,
    /// <summary>The content is not needed.</summary>
    Unused = 1,
    /// <summary>The content can be had again as long as the page is not changed.</summary>
    PotentiallyVolatile = 2,
    /// <summary>The content can be had again.</summary>
    Volatile = 3,
}
