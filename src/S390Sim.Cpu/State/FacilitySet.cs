namespace S390Sim.Cpu;

/// <summary>The installed facilities by STFLE bit number.</summary>
public sealed class FacilitySet
{
    private readonly ulong[] _bits = new ulong[4];

    /// <summary>
    /// What this machine implements, of a zEC12 and of later general instructions; with the zPCI facilities
    /// 69, 71 and 72 (zpci.md section 1.1). A test lists the rows of these facilities that are not bound yet.
    /// </summary>
    public static FacilitySet Default => new(
        [0, 1, 2, 7, 8, 9, 10, 14, 16, 18, 21, 22, 24, 25, 26, 30, 31, 32, 33, 34, 35, 36, 41, 45, 49, 52, 53, 58, 61, 69, 71, 72, 75]);

    /// <summary>A set of facilities.</summary>
    /// <param name="bits">STFLE bit numbers, 0-255.</param>
    public FacilitySet(IEnumerable<int> bits)
    {
        foreach (var bit in bits) _bits[bit / 64] |= 1UL << (63 - bit % 64);
        EnhancedDat2 = this[78];
    }

    /// <summary>Whether a facility is installed.</summary>
    public bool this[int bit] => (_bits[bit / 64] >> (63 - bit % 64) & 1) != 0;

    /// <summary>Enhanced-DAT facility 2: 2 GB frames.</summary>
    public bool EnhancedDat2 { get; }

    /// <summary>PER zero-address detection: no bit tells it; it came with the z196, as the distinct-operands facility did.</summary>
    public bool PerZeroAddressDetection => this[45];

    /// <summary>Facility bits as STFLE stores them, doubleword by doubleword.</summary>
    public ReadOnlySpan<ulong> Doublewords => _bits;
}
