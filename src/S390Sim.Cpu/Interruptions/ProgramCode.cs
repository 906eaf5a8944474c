namespace S390Sim.Cpu;

/// <summary>Program-interruption codes (Principles of Operation, chapter 6, figure "Program-interruption conditions").</summary>
public enum ProgramCode : ushort
{
#pragma warning disable CS1591 // The names are the manual's own; the value is the code stored at real 0x8E.
    None = 0,
    Operation = 0x01,
    PrivilegedOperation = 0x02,
    Execute = 0x03,
    Protection = 0x04,
    Addressing = 0x05,
    Specification = 0x06,
    Data = 0x07,
    FixedPointOverflow = 0x08,
    FixedPointDivide = 0x09,
    DecimalOverflow = 0x0A,
    DecimalDivide = 0x0B,
    HfpExponentOverflow = 0x0C,
    HfpExponentUnderflow = 0x0D,
    HfpSignificance = 0x0E,
    HfpDivide = 0x0F,
    SegmentTranslation = 0x10,
    PageTranslation = 0x11,
    TranslationSpecification = 0x12,
    SpecialOperation = 0x13,
    Operand = 0x15,
    TraceTable = 0x16,
    VectorProcessing = 0x1B,
    SpaceSwitchEvent = 0x1C,
    HfpSquareRoot = 0x1D,
    PcTranslationSpecification = 0x1F,
    AfxTranslation = 0x20,
    AsxTranslation = 0x21,
    LxTranslation = 0x22,
    ExTranslation = 0x23,
    PrimaryAuthority = 0x24,
    SecondaryAuthority = 0x25,
    LfxTranslation = 0x26,
    LsxTranslation = 0x27,
    AletSpecification = 0x28,
    AlenTranslation = 0x29,
    AleSequence = 0x2A,
    AsteValidity = 0x2B,
    AsteSequence = 0x2C,
    ExtendedAuthority = 0x2D,
    LsteSequence = 0x2E,
    AsteInstance = 0x2F,
    StackFull = 0x30,
    StackEmpty = 0x31,
    StackSpecification = 0x32,
    StackType = 0x33,
    StackOperation = 0x34,
    AsceType = 0x38,
    RegionFirstTranslation = 0x39,
    RegionSecondTranslation = 0x3A,
    RegionThirdTranslation = 0x3B,
    MonitorEvent = 0x40,
    PerEvent = 0x80,
    CryptoOperation = 0x119,
#pragma warning restore CS1591
}

/// <summary>Properties of program-interruption codes.</summary>
public static class ProgramCodeExtensions
{
    /// <summary>
    /// Whether the condition nullifies: the old PSW then designates the instruction itself (chapter 5, "Types of Instruction
    /// Ending"). All others suppress, terminate or complete it, and the old PSW designates the next instruction.
    /// </summary>
    public static bool Nullifies(this ProgramCode code) => code is
        ProgramCode.SegmentTranslation or ProgramCode.PageTranslation or ProgramCode.TraceTable or
        >= ProgramCode.AfxTranslation and <= ProgramCode.LsxTranslation or
        >= ProgramCode.AlenTranslation and <= ProgramCode.AsteInstance or
        >= ProgramCode.StackFull and <= ProgramCode.StackOperation or
        >= ProgramCode.AsceType and <= ProgramCode.RegionThirdTranslation;

    /// <summary>Whether the instruction completes and is interrupted then (chapter 5): what it stored remains.</summary>
    public static bool Completes(this ProgramCode code) => code is
        ProgramCode.FixedPointOverflow or ProgramCode.DecimalOverflow or ProgramCode.HfpExponentOverflow or
        ProgramCode.HfpExponentUnderflow or ProgramCode.HfpSignificance or ProgramCode.SpaceSwitchEvent or
        ProgramCode.MonitorEvent or ProgramCode.PerEvent;

    /// <summary>Whether the interruption stores a translation-exception identification at real 0xA8.</summary>
    public static bool StoresTranslationException(this ProgramCode code) => code is
        ProgramCode.Protection or ProgramCode.SegmentTranslation or ProgramCode.PageTranslation or
        ProgramCode.SpaceSwitchEvent or ProgramCode.LsteSequence or
        >= ProgramCode.AfxTranslation and <= ProgramCode.LsxTranslation or
        >= ProgramCode.AsceType and <= ProgramCode.RegionThirdTranslation;

    /// <summary>Whether the interruption stores an exception access identification at real 0xA0.</summary>
    public static bool StoresExceptionAccess(this ProgramCode code) => code is
        ProgramCode.Protection or ProgramCode.SegmentTranslation or ProgramCode.PageTranslation or ProgramCode.AsteInstance or
        >= ProgramCode.AlenTranslation and <= ProgramCode.ExtendedAuthority or
        >= ProgramCode.AsceType and <= ProgramCode.RegionThirdTranslation;
}
