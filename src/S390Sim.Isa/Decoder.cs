namespace S390Sim.Isa;

/// <summary>From instruction text to instruction and operands.</summary>
/// <remarks>Bits that no field of the format covers are ignored, as by the machine.</remarks>
public static class Decoder
{
    /// <summary>Length in bytes of the instruction that starts with this byte: 2, 4 or 6, from its two leftmost bits.</summary>
    public static int Length(byte firstByte) => firstByte < 0x40 ? 2 : firstByte < 0xC0 ? 4 : 6;

    /// <summary>
    /// The instruction of a text whose byte 0 is in bits 0-7; <see cref="Op.Invalid"/> when there is none, an operation
    /// exception. Bits to the right of the instruction do not matter.
    /// </summary>
    public static Op Decode(ulong text) => DecodeTable.Find(text);

    /// <summary>Reads the operand fields of an instruction from its text; fields its format does not have become zero.</summary>
    public static void Extract(Op op, ulong text, out Operands operands)
    {
        operands = default;
        foreach (var field in InstructionTable.Fields(op))
            operands[field.Field] = field.Extract(text);
    }
}
