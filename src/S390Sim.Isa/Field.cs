namespace S390Sim.Isa;

/// <summary>The operand fields an instruction can have, named as in the Principles of Operation.</summary>
public enum Field : byte
{
    /// <summary>First register: general, floating-point, access or control, as the instruction says.</summary>
    R1,

    /// <summary>Second register.</summary>
    R2,

    /// <summary>Third register.</summary>
    R3,

    /// <summary>First vector register, 5 bits with its RXB bit.</summary>
    V1,

    /// <summary>Second vector register.</summary>
    V2,

    /// <summary>Third vector register.</summary>
    V3,

    /// <summary>Fourth vector register.</summary>
    V4,

    /// <summary>First-operand mask.</summary>
    M1,

    /// <summary>Third-operand mask.</summary>
    M3,

    /// <summary>Fourth-operand mask.</summary>
    M4,

    /// <summary>Fifth-operand mask.</summary>
    M5,

    /// <summary>Sixth-operand mask.</summary>
    M6,

    /// <summary>Index register of the second operand; 0 is no register.</summary>
    X2,

    /// <summary>Base register of the first operand; 0 is no register.</summary>
    B1,

    /// <summary>Base register of the second operand.</summary>
    B2,

    /// <summary>Base register of the third operand.</summary>
    B3,

    /// <summary>Base register of the fourth operand.</summary>
    B4,

    /// <summary>Displacement of the first operand in bytes.</summary>
    D1,

    /// <summary>Displacement of the second operand in bytes.</summary>
    D2,

    /// <summary>Displacement of the third operand in bytes.</summary>
    D3,

    /// <summary>Displacement of the fourth operand in bytes.</summary>
    D4,

    /// <summary>Length code (bytes less one) of the first operand, or of both.</summary>
    L1,

    /// <summary>Length code (bytes less one) of the second operand.</summary>
    L2,

    /// <summary>First-operand immediate.</summary>
    I1,

    /// <summary>Second-operand immediate.</summary>
    I2,

    /// <summary>Third-operand immediate.</summary>
    I3,

    /// <summary>Fourth-operand immediate.</summary>
    I4,

    /// <summary>Fifth-operand immediate.</summary>
    I5,

    /// <summary>Second-operand relative offset, signed, in halfwords.</summary>
    RI2,

    /// <summary>Third-operand relative offset, signed, in halfwords.</summary>
    RI3,

    /// <summary>Fourth-operand relative offset, signed, in halfwords.</summary>
    RI4,
}
