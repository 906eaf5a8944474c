namespace S390Sim.Isa;

/// <summary>The values of an instruction's operand fields; fields the format does not have are zero.</summary>
public record struct Operands
{
    /// <summary>First register number, 0-15.</summary>
    public byte R1;

    /// <summary>Second register number, 0-15.</summary>
    public byte R2;

    /// <summary>Third register number, 0-15.</summary>
    public byte R3;

    /// <summary>First vector register number, 0-31.</summary>
    public byte V1;

    /// <summary>Second vector register number, 0-31.</summary>
    public byte V2;

    /// <summary>Third vector register number, 0-31.</summary>
    public byte V3;

    /// <summary>Fourth vector register number, 0-31.</summary>
    public byte V4;

    /// <summary>Mask of operand 1, 0-15.</summary>
    public byte M1;

    /// <summary>Mask of operand 3, 0-15.</summary>
    public byte M3;

    /// <summary>Mask of operand 4, 0-15.</summary>
    public byte M4;

    /// <summary>Mask of operand 5, 0-15.</summary>
    public byte M5;

    /// <summary>Mask of operand 6, 0-15.</summary>
    public byte M6;

    /// <summary>Index register of operand 2; 0 is no register.</summary>
    public byte X2;

    /// <summary>Base register of operand 1; 0 is no register.</summary>
    public byte B1;

    /// <summary>Base register of operand 2; 0 is no register.</summary>
    public byte B2;

    /// <summary>Base register of operand 3; 0 is no register.</summary>
    public byte B3;

    /// <summary>Base register of operand 4; 0 is no register.</summary>
    public byte B4;

    /// <summary>Displacement of operand 1 in bytes: 12 bits unsigned or 20 bits signed.</summary>
    public int D1;

    /// <summary>Displacement of operand 2 in bytes: 12 bits unsigned or 20 bits signed.</summary>
    public int D2;

    /// <summary>Displacement of operand 3 in bytes: 12 bits unsigned or 20 bits signed.</summary>
    public int D3;

    /// <summary>Displacement of operand 4 in bytes: 12 bits unsigned or 20 bits signed.</summary>
    public int D4;

    /// <summary>Length code of operand 1 or of both: bytes less one.</summary>
    public int L1;

    /// <summary>Length code of operand 2: bytes less one.</summary>
    public int L2;

    /// <summary>Immediate of operand 1, signed or unsigned as the instruction says.</summary>
    public int I1;

    /// <summary>Immediate of operand 2, signed or unsigned as the instruction says.</summary>
    public int I2;

    /// <summary>Immediate of operand 3, signed or unsigned as the instruction says.</summary>
    public int I3;

    /// <summary>Immediate of operand 4, signed or unsigned as the instruction says.</summary>
    public int I4;

    /// <summary>Immediate of operand 5, signed or unsigned as the instruction says.</summary>
    public int I5;

    /// <summary>Relative offset of operand 2, signed, in halfwords.</summary>
    public int RI2;

    /// <summary>Relative offset of operand 3, signed, in halfwords.</summary>
    public int RI3;

    /// <summary>Relative offset of operand 4, signed, in halfwords.</summary>
    public int RI4;

    /// <summary>The value of a field by its name.</summary>
    public int this[Field field]
    {
        readonly get => field switch
        {
            Field.R1 => R1,
            Field.R2 => R2,
            Field.R3 => R3,
            Field.V1 => V1,
            Field.V2 => V2,
            Field.V3 => V3,
            Field.V4 => V4,
            Field.M1 => M1,
            Field.M3 => M3,
            Field.M4 => M4,
            Field.M5 => M5,
            Field.M6 => M6,
            Field.X2 => X2,
            Field.B1 => B1,
            Field.B2 => B2,
            Field.B3 => B3,
            Field.B4 => B4,
            Field.D1 => D1,
            Field.D2 => D2,
            Field.D3 => D3,
            Field.D4 => D4,
            Field.L1 => L1,
            Field.L2 => L2,
            Field.I1 => I1,
            Field.I2 => I2,
            Field.I3 => I3,
            Field.I4 => I4,
            Field.I5 => I5,
            Field.RI2 => RI2,
            Field.RI3 => RI3,
            Field.RI4 => RI4,
            _ => 0,
        };
        set
        {
            switch (field)
            {
                case Field.R1: R1 = (byte)value; break;
                case Field.R2: R2 = (byte)value; break;
                case Field.R3: R3 = (byte)value; break;
                case Field.V1: V1 = (byte)value; break;
                case Field.V2: V2 = (byte)value; break;
                case Field.V3: V3 = (byte)value; break;
                case Field.V4: V4 = (byte)value; break;
                case Field.M1: M1 = (byte)value; break;
                case Field.M3: M3 = (byte)value; break;
                case Field.M4: M4 = (byte)value; break;
                case Field.M5: M5 = (byte)value; break;
                case Field.M6: M6 = (byte)value; break;
                case Field.X2: X2 = (byte)value; break;
                case Field.B1: B1 = (byte)value; break;
                case Field.B2: B2 = (byte)value; break;
                case Field.B3: B3 = (byte)value; break;
                case Field.B4: B4 = (byte)value; break;
                case Field.D1: D1 = value; break;
                case Field.D2: D2 = value; break;
                case Field.D3: D3 = value; break;
                case Field.D4: D4 = value; break;
                case Field.L1: L1 = value; break;
                case Field.L2: L2 = value; break;
                case Field.I1: I1 = value; break;
                case Field.I2: I2 = value; break;
                case Field.I3: I3 = value; break;
                case Field.I4: I4 = value; break;
                case Field.I5: I5 = value; break;
                case Field.RI2: RI2 = value; break;
                case Field.RI3: RI3 = value; break;
                case Field.RI4: RI4 = value; break;
            }
        }
    }
}
