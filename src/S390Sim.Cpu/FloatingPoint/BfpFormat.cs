namespace S390Sim.Cpu.FloatingPoint;

/// <summary>What distinguishes the three binary formats (chapter 19, figure "Summary of BFP Data").</summary>
internal interface IBfpFormat
{
    /// <summary>Digits of the significand, the implied one included.</summary>
    static abstract int Precision { get; }
    /// <summary>Largest unbiased exponent, which is also the bias.</summary>
    static abstract int MaxExponent { get; }
    /// <summary>Power of two by which a result is scaled when an overflow or underflow interrupts.</summary>
    static abstract int Scale { get; }
    /// <summary>The same for a LOAD ROUNDED whose source has this format.</summary>
    static abstract int LoadRoundedScale { get; }
}

/// <summary>Short: 32 bits.</summary>
internal readonly struct ShortFormat : IBfpFormat
{
    public static int Precision => 24;
    public static int MaxExponent => 127;
    public static int Scale => 192;
    public static int LoadRoundedScale => 0;
}

/// <summary>Long: 64 bits.</summary>
internal readonly struct LongFormat : IBfpFormat
{
    public static int Precision => 53;
    public static int MaxExponent => 1023;
    public static int Scale => 1536;
    public static int LoadRoundedScale => 512;
}

/// <summary>Extended: 128 bits.</summary>
internal readonly struct ExtendedFormat : IBfpFormat
{
    public static int Precision => 113;
    public static int MaxExponent => 16383;
    public static int Scale => 24576;
    public static int LoadRoundedScale => 8192;
}
