namespace S390Sim.Cpu.FloatingPoint;

/// <summary>
/// Rounding methods of binary floating point (chapter 9, "Rounding Methods"). Those that the FPC can hold have the value that
/// its bits 29-31 hold.
/// </summary>
internal enum RoundingMode : byte
{
    /// <summary>To nearest, ties to even.</summary>
    NearestEven = 0,
    /// <summary>Toward zero.</summary>
    TowardZero = 1,
    /// <summary>Toward plus infinity.</summary>
    TowardPlusInfinity = 2,
    /// <summary>Toward minus infinity.</summary>
    TowardMinusInfinity = 3,
    /// <summary>To prepare for shorter precision: an inexact result is made odd.</summary>
    PrepareForShorter = 7,
    /// <summary>To nearest, ties away from zero; by modifier only.</summary>
    NearestAway = 8,
}
