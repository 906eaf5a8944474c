namespace S390Sim.Isa;

/// <summary>From instruction and operands to instruction text.</summary>
public static class Encoder
{
    /// <summary>
    /// The instruction text, left-justified in 64 bits; operand bits beyond a field's width are dropped and bits that no
    /// field covers are zero.
    /// </summary>
    public static ulong Encode(Op op, in Operands operands)
    {
        ulong text = InstructionTable.Get(op).Opcode;
        foreach (var field in InstructionTable.Fields(op))
            text |= field.Insert(operands[field.Field]);
        return text;
    }
}
