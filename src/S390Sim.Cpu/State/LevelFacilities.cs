namespace S390Sim.Cpu;

/// <summary>
/// Facilities without an instruction of their own that a host may keep from its guest (sie.md sections 2.1 and 2.4).
/// </summary>
[Flags]
internal enum LevelFacilities : byte
{
    /// <summary>None of them.</summary>
    None = 0,
    /// <summary>Enhanced DAT 1.</summary>
    EnhancedDat1 = 0x1,
    /// <summary>Enhanced DAT 2.</summary>
    EnhancedDat2 = 0x2,
    /// <summary>Instruction-execution protection.</summary>
    ExecutionProtection = 0x4,
    /// <summary>CR0 bit 10 makes the clock comparator signed (multiple-epoch facility).</summary>
    SignedClockComparator = 0x8,
}
