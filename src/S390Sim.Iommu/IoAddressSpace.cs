namespace S390Sim.Iommu;

/// <summary>A device's address space as registered: an anchor and the usable range of addresses.</summary>
public sealed record IoAddressSpace
{
    private const ulong PageMask = 0xFFF;

    /// <summary>Makes a space; the range is widened to whole pages, as the architecture reads PBA and PAL.</summary>
    /// <param name="iota">I/O translation anchor.</param>
    /// <param name="pba">First usable address.</param>
    /// <param name="pal">Last usable address.</param>
    /// <param name="capabilities">What of the architecture translates it; region-third tables only when null.</param>
    public IoAddressSpace(Iota iota, ulong pba, ulong pal, IoCapabilities? capabilities = null)
    {
        Iota = iota;
        Pba = pba & ~PageMask;
        Pal = pal | PageMask;
        Capabilities = capabilities ?? IoCapabilities.RegionThirdOnly;
        AddressMask = iota.AddressMask;
        IsAccepted = Capabilities.Accept(iota);
    }

    /// <summary>I/O translation anchor.</summary>
    public Iota Iota { get; }
    /// <summary>PCI base address: first usable address, a multiple of 4096.</summary>
    public ulong Pba { get; }
    /// <summary>PCI address limit: last usable address, 0xFFF in its low bits.</summary>
    public ulong Pal { get; }
    /// <summary>What may translate the space.</summary>
    public IoCapabilities Capabilities { get; }
    /// <summary>The address bits that the anchor's translation looks at.</summary>
    public ulong AddressMask { get; }
    /// <summary>Whether the anchor has a format that the capabilities accept.</summary>
    public bool IsAccepted { get; }

    /// <summary>Whether the bytes from an address lie inside the range.</summary>
    public bool Contains(ulong iova, ulong length)
        => iova >= Pba && iova <= Pal && (length == 0 || length - 1 <= Pal - iova);

    /// <summary>Cuts a range to what lies inside PBA..PAL; a range wholly outside gets length zero.</summary>
    public (ulong Start, ulong Length) Clip(ulong start, ulong length)
    {
        if (length == 0) return (start, 0);
        var last = length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + (length - 1);
        var first = Math.Max(start, Pba);
        last = Math.Min(last, Pal);
        return first > last ? (start, 0) : (first, Lengthen(last - first));
    }

    // All 2^64 bytes have no length; one page less does no harm, since the last page cannot be mapped apart from aliases.
    private static ulong Lengthen(ulong difference) => difference == ulong.MaxValue ? difference : difference + 1;
}

/// <summary>Which anchors a translation accepts.</summary>
/// <param name="Designations">Designation types: bit n from the left for type n, as in DTSM of a function group.</param>
/// <param name="AllowsDirect">Whether an anchor without translation is accepted (relaxed translation).</param>
/// <param name="DirectOrigin">The address that stands for absolute 0 when there is no translation: the function's SDMA.</param>
/// <param name="AllowsRegionFrames">Whether region-third-table entries may map frames of 2 GB.</param>
public readonly record struct IoCapabilities(
    byte Designations, bool AllowsDirect = false, ulong DirectOrigin = 0, bool AllowsRegionFrames = false)
{
    /// <summary>DTSM bit of region-third tables.</summary>
    public const byte RegionThird = 0x40;
    /// <summary>DTSM bits of segment tables and region tables.</summary>
    public const byte Tables = 0xF0;
    /// <summary>DTSM bits of all designation types that are known.</summary>
    public const byte All = 0xF9;

    /// <summary>Region-third tables and nothing else.</summary>
    public static IoCapabilities RegionThirdOnly => new(RegionThird);

    /// <summary>Whether an anchor has a format that is accepted.</summary>
    public bool Accept(Iota iota)
    {
        if (!iota.IsTranslated) return AllowsDirect;
        if (((Designations & All) << (int)iota.Type & 0x80) == 0) return false;
        return iota.Type <= IoDesignation.RegionFirstTable || iota.FrameSize <= 2;
    }
}
