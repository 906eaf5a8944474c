namespace S390Sim.Isa;

/// <summary>From instruction text to instruction and operands.</summary>
public static class Decoder
{
    /// <summary>Length in bytes of the instruction that starts with this byte: 2, 4 or 6, from its two leftmost bits.</summary>
    public static int Length(byte firstByte) => firstByte < 0x40 ? 2 : firstByte < 0xC0 ? 4 : 6;
}
