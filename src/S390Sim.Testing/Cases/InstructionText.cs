using System.Buffers.Binary;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Instruction text from rows and operands.</summary>
internal static class InstructionText
{
    /// <summary>The text of instructions, one behind the other.</summary>
    public static byte[] Of(ReadOnlySpan<(Op Op, Operands Operands)> program)
    {
        List<byte> code = [];
        Span<byte> text = stackalloc byte[8];
        foreach (var (op, operands) in program)
        {
            BinaryPrimitives.WriteUInt64BigEndian(text, Encoder.Encode(op, operands));
            code.AddRange(text[..Decoder.Length(text[0])]);
        }
        return [.. code];
    }
}
