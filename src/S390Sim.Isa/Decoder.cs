namespace S390Sim.Isa;

/// <summary>From instruction text to instruction and operands.</summary>
/// <remarks>
/// The first byte selects where the rest of the opcode lies: nowhere, bits 8-15, bits 12-15 or bits 40-47. One table holds,
/// for every first byte, an entry for each value of that rest. Bits that no field of the format covers are ignored, as by
/// the machine.
/// </remarks>
public static class Decoder
{
    private static readonly Selector[] s_selectors = new Selector[256];
    private static readonly Op[] s_ops = BuildOps();

    /// <summary>Length in bytes of the instruction that starts with this byte: 2, 4 or 6, from its two leftmost bits.</summary>
    public static int Length(byte firstByte) => firstByte < 0x40 ? 2 : firstByte < 0xC0 ? 4 : 6;

    /// <summary>
    /// The instruction of a text whose byte 0 is in bits 0-7; <see cref="Op.Invalid"/> when there is none, an operation
    /// exception. Bits to the right of the instruction do not matter.
    /// </summary>
    public static Op Decode(ulong text)
    {
        var selector = s_selectors[(int)(text >> 56)];
        return s_ops[selector.Start + ((int)(text >> selector.Shift) & selector.Mask)];
    }

    /// <summary>Reads the operand fields of an instruction from its text; fields its format does not have become zero.</summary>
    public static void Extract(Op op, ulong text, out Operands operands)
    {
        operands = default;
        foreach (ref readonly var field in InstructionTable.Fields(op))
            operands[field.Field] = field.Extract(text);
    }

    private static Op[] BuildOps()
    {
        var ops = new List<Op> { Op.Invalid };
        foreach (var group in InstructionTable.Rows.ToArray().GroupBy(r => (int)(r.Opcode >> 56)))
        {
            ulong rest = group.First().Mask << 8 >> 8;
            int shift = rest == 0 ? 0 : System.Numerics.BitOperations.TrailingZeroCount(rest);
            var selector = new Selector(ops.Count, (byte)shift, (byte)(rest >> shift));
            s_selectors[group.Key] = selector;
            ops.AddRange(new Op[selector.Mask + 1]);
            foreach (var row in group)
                ops[selector.Start + ((int)(row.Opcode >> selector.Shift) & selector.Mask)] = row.Op;
        }
        return [.. ops];
    }

    /// <summary>Where the ops of a first byte start, and which bits of the text select among them.</summary>
    private readonly record struct Selector(int Start, byte Shift, byte Mask);
}
