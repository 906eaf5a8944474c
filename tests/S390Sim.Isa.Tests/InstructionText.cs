using System.Buffers.Binary;

namespace S390Sim.Isa.Tests;

/// <summary>Instruction text as the tests make it.</summary>
internal static class InstructionText
{
    private static readonly ulong[] s_covered = [.. Enum.GetValues<Op>().Select(op => InstructionTable.Fields(op).ToArray()
        .Aggregate(InstructionTable.Get(op).Mask, (mask, field) => mask | field.Mask))];

    /// <summary>The eight bytes at an offset, zeros behind the end, as one left-justified text.</summary>
    public static ulong At(ReadOnlySpan<byte> bytes, int offset)
    {
        Span<byte> window = stackalloc byte[8];
        bytes[offset..Math.Min(offset + 8, bytes.Length)].CopyTo(window);
        return BinaryPrimitives.ReadUInt64BigEndian(window);
    }

    /// <summary>Ones where the instruction's length covers the text.</summary>
    public static ulong Whole(int length) => ulong.MaxValue << (64 - 8 * length);

    /// <summary>Ones at the opcode and the fields of the instruction.</summary>
    public static ulong Covered(Op op) => s_covered[(int)op];

    /// <summary>Random operands, with zero, small and extreme values more often than chance.</summary>
    public static Operands RandomOperands(Op op, Random random)
    {
        var operands = new Operands();
        foreach (var field in InstructionTable.Fields(op))
        {
            ulong bits = random.Next(8) switch
            {
                0 => 0,
                1 => (ulong)random.Next(5),
                2 => ulong.MaxValue << random.Next(32),
                _ => (ulong)random.NextInt64(),
            };
            operands[field.Field] = field.Extract(field.Insert((int)bits));
        }
        return operands;
    }

    /// <summary>Appends the bytes of an instruction.</summary>
    public static void Append(this List<byte> bytes, ulong text, int length)
    {
        for (int i = 0; i < length; i++) bytes.Add((byte)(text >> (56 - 8 * i)));
    }
}
