namespace S390Sim.Cpu;

/// <summary>The installed facilities by STFLE bit number.</summary>
public sealed class FacilitySet
{
    /// <summary>Doublewords of a facility list.</summary>
    public const int DoublewordCount = 4;

    private readonly ulong[] _bits = new ulong[DoublewordCount];

    /// <summary>
    /// What this machine implements, of a zEC12 and of later general instructions; with the zPCI facilities
    /// 69, 71 and 72 (zpci.md section 1.1). A test lists the rows of these facilities that are not bound yet.
    /// </summary>
    public static FacilitySet Default => new(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 32, 33, 34, 35,
            36, 37, 40, 41, 45, 47, 49, 51, 52, 53, 58, 61, 66, 69, 71, 72, 75, 78, 130, 131]);

    /// <summary>
    /// What is implemented besides: a machine has it when its model or its user says so, since software then goes other ways.
    /// </summary>
    public static IReadOnlyList<int> OnRequest { get; } = [153];

    /// <summary>A set of facilities.</summary>
    /// <param name="bits">STFLE bit numbers, 0-255.</param>
    public FacilitySet(IEnumerable<int> bits)
    {
        foreach (var bit in bits) _bits[bit / 64] |= 1UL << (63 - bit % 64);
        EnhancedDat1 = this[8];
        ConditionalKeySetting = this[10];
        NonquiescingKeySetting = this[14];
        LocalTlbClearing = this[51];
        FetchStoreIndication = this[75];
        EnhancedDat2 = this[8] && this[78];
        ExecutionProtection = this[130];
        SuppressionOnProtection2 = this[131];
        OfBareMachine = (EnhancedDat1 ? LevelFacilities.EnhancedDat1 : LevelFacilities.None)
            | (EnhancedDat2 ? LevelFacilities.EnhancedDat2 : LevelFacilities.None)
            | (ExecutionProtection ? LevelFacilities.ExecutionProtection : LevelFacilities.None)
            | (this[139] ? LevelFacilities.SignedClockComparator : LevelFacilities.None);
    }

    /// <summary>What the level that is no guest's has.</summary>
    internal LevelFacilities OfBareMachine { get; }

    /// <summary>Whether a facility is installed.</summary>
    public bool this[int bit] => (_bits[bit / 64] >> (63 - bit % 64) & 1) != 0;

    /// <summary>Enhanced-DAT facility 1: 1 MB frames, frame management, multiple-block key setting.</summary>
    public bool EnhancedDat1 { get; }

    /// <summary>Conditional-SSKE facility.</summary>
    public bool ConditionalKeySetting { get; }

    /// <summary>Nonquiescing key-setting facility.</summary>
    public bool NonquiescingKeySetting { get; }

    /// <summary>Local-TLB-clearing facility.</summary>
    public bool LocalTlbClearing { get; }

    /// <summary>Access-exception fetch/store-indication facility.</summary>
    public bool FetchStoreIndication { get; }

    /// <summary>Instruction-execution-protection facility.</summary>
    public bool ExecutionProtection { get; }

    /// <summary>Enhanced suppression on protection facility 2 (and side-effect access): all protections are told apart.</summary>
    public bool SuppressionOnProtection2 { get; }

    /// <summary>Enhanced-DAT facility 2: 2 GB frames.</summary>
    public bool EnhancedDat2 { get; }

    /// <summary>PER zero-address detection: no bit tells it; it came with the z196, as the distinct-operands facility did.</summary>
    public bool PerZeroAddressDetection => this[45];

    /// <summary>Facility bits as STFLE stores them, doubleword by doubleword.</summary>
    public ReadOnlySpan<ulong> Doublewords => _bits;
}
