namespace S390Sim.Iommu;

/// <summary>Designation type of an I/O translation anchor: what its origin designates.</summary>
public enum IoDesignation : byte
{
    /// <summary>STO: segment table, 31 address bits.</summary>
    SegmentTable = 0,
    /// <summary>RTTO: region-third table, 42 address bits; the one that software uses.</summary>
    RegionThirdTable = 1,
    /// <summary>RSTO: region-second table, 53 address bits.</summary>
    RegionSecondTable = 2,
    /// <summary>RFTO: region-first table, 64 address bits.</summary>
    RegionFirstTable = 3,
    /// <summary>PFAA: no table; the origin is that of one frame, whose size the anchor says.</summary>
    Frame = 4,
    /// <summary>IOPTO: I/O page table, 2048 entries for frames whose size the anchor says.</summary>
    PageTable = 7,
}

/// <summary>I/O translation anchor: where the translation of a device's addresses begins.</summary>
/// <param name="Value">The doubleword as registered.</param>
public readonly record struct Iota(ulong Value)
{
    /// <summary>Bits 0-49: table origin, a multiple of 16 KB.</summary>
    public const ulong OriginMask = ~0x3FFFUL;
    /// <summary>Bit 52: translation enabled; zero means direct.</summary>
    public const ulong TranslationEnabled = 0x800;
    /// <summary>Bit 54: the whole space is protected from stores.</summary>
    public const ulong Protect = 0x200;
    /// <summary>Bits 59-61: designation type.</summary>
    public const ulong TypeMask = 0x01C;
    /// <summary>Bits 62-63: frame size of designation types without tables.</summary>
    public const ulong FrameSizeMask = 0x003;

    private const int TypeShift = 2;

    /// <summary>An anchor that designates a table.</summary>
    /// <param name="type">What the origin designates.</param>
    /// <param name="origin">Absolute address, a multiple of 16 KB.</param>
    public static Iota Table(IoDesignation type, ulong origin)
        => new((origin & OriginMask) | TranslationEnabled | ((ulong)type << TypeShift));

    /// <summary>Absolute address of the table.</summary>
    public ulong Origin => Value & OriginMask;
    /// <summary>Designation type.</summary>
    public IoDesignation Type => (IoDesignation)((Value & TypeMask) >> TypeShift);
    /// <summary>Whether addresses are translated.</summary>
    public bool IsTranslated => (Value & TranslationEnabled) != 0;
    /// <summary>Whether stores are refused in the whole space.</summary>
    public bool IsProtected => (Value & Protect) != 0;
    /// <summary>FS: 0 for 4 KB, 1 for 1 MB, 2 for 2 GB.</summary>
    public int FrameSize => (int)(Value & FrameSizeMask);

    /// <summary>Level of the designated table; meaningful for types up to 3.</summary>
    public IoTableLevel TopLevel => (IoTableLevel)((int)Type + 1);

    /// <summary>Number of address bits in a frame, for types without the tables of the processor.</summary>
    internal int FrameShift => FrameSize switch { 0 => 12, 1 => 20, _ => 31 };

    internal const int PageTableShift = 11;

    /// <summary>The address bits that are looked at; tables ignore higher ones, so that addresses alias.</summary>
    public ulong AddressMask => Type switch
    {
        _ when !IsTranslated => ulong.MaxValue,
        IoDesignation.SegmentTable => (1UL << 31) - 1,
        IoDesignation.RegionThirdTable => (1UL << 42) - 1,
        IoDesignation.RegionSecondTable => (1UL << 53) - 1,
        IoDesignation.Frame => (1UL << FrameShift) - 1,
        IoDesignation.PageTable => (1UL << (FrameShift + PageTableShift)) - 1,
        _ => ulong.MaxValue,
    };

    /// <inheritdoc/>
    public override string ToString()
        => IsTranslated ? $"{Type} at 0x{Origin:x}{(IsProtected ? ", protected" : "")}" : "direct";
}
