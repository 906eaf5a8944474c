using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>One instruction of a program under test; where it refers to another line, that line is named by its number.</summary>
/// <param name="Op">The instruction.</param>
/// <param name="Operands">Its operand fields.</param>
/// <param name="Label">
/// The line that a branch or EXECUTE leads to, or null for operands as they are: n is line n of the program (its length is the
/// end), ~n is line n of the EXECUTE targets.
/// </param>
public sealed record CodeLine(Op Op, Operands Operands, int? Label = null)
{
    /// <summary>Length in bytes.</summary>
    public int Length => InstructionTable.Get(Op).Length;

    /// <summary>What the table says of the instruction.</summary>
    public InstructionRow Row => InstructionTable.Get(Op);

    /// <summary>The text with the operands as they are, left-justified.</summary>
    public ulong Text => Isa.Encoder.Encode(Op, Operands);

    /// <summary>Reads a line from instruction text.</summary>
    public static CodeLine Of(ulong text)
    {
        var op = Decoder.Decode(text);
        Decoder.Extract(op, text, out var operands);
        return new CodeLine(op, operands);
    }

    /// <summary>The text at an address, with the label's address in the operand that refers to it.</summary>
    internal ulong TextAt(ulong address, ulong target)
    {
        var operands = Operands;
        foreach (var field in InstructionTable.Fields(Op))
        {
            switch (field.Field)
            {
                case Field.RI2 or Field.RI4:
                    operands[field.Field] = (int)((long)(target - address) / 2);
                    return Isa.Encoder.Encode(Op, operands);
                case Field.D2 or Field.D4:
                    operands[field.Field] = (int)(target - TestLayout.Code);
                    return Isa.Encoder.Encode(Op, operands);
            }
        }
        return Isa.Encoder.Encode(Op, operands);
    }
}
