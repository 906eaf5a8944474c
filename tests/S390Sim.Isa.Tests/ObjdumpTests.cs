using System.Text;

namespace S390Sim.Isa.Tests;

/// <summary>The disassembler prints what objdump prints, except for the differences on the checked list.</summary>
public class ObjdumpTests
{
    private const int HitsPerRow = 300;
    private static readonly DisassemblyOptions s_asObjdump = new() { DataAsObjdump = true };

    [CrossToolsFact(CrossTools.Objdump)]
    public void Random_operands_of_every_row_are_printed_the_same()
    {
        var random = new Random(20240229);
        var bytes = new List<byte>();
        foreach (var row in InstructionTable.Rows)
        {
            for (int i = 0; i < HitsPerRow; i++)
            {
                ulong text = Encoder.Encode(row.Op, InstructionText.RandomOperands(row.Op, random));
                if (!ObjdumpDifferences.Contain(text)) bytes.Append(text, row.Length);
            }
        }
        AssertSameListing(bytes.ToArray(), atLeast: 300_000);
    }

    [CrossToolsFact(CrossTools.Objdump)]
    public void Every_combination_of_masks_is_printed_the_same()
    {
        var random = new Random(16);
        var bytes = new List<byte>();
        foreach (var row in InstructionTable.Rows)
        {
            var masks = InstructionTable.Fields(row.Op).ToArray().Where(f => f.Field is >= Field.M1 and <= Field.M6).ToArray();
            for (int values = 0; masks.Length != 0 && values < 1 << 4 * masks.Length; values++)
            {
                var operands = InstructionText.RandomOperands(row.Op, random);
                for (int i = 0; i < masks.Length; i++) operands[masks[i].Field] = values >> 4 * i & 0xF;
                ulong text = Encoder.Encode(row.Op, operands);
                if (!ObjdumpDifferences.Contain(text)) bytes.Append(text, row.Length);
            }
        }
        AssertSameListing(bytes.ToArray(), atLeast: 300_000);
    }

    [CrossToolsFact(CrossTools.Objdump)]
    public void Every_unassigned_bit_is_treated_the_same()
    {
        var random = new Random(18);
        var bytes = new List<byte>();
        foreach (var row in InstructionTable.Rows)
        {
            for (int bit = 0; bit < 8 * row.Length; bit++)
            {
                ulong text = Encoder.Encode(row.Op, InstructionText.RandomOperands(row.Op, random)) | 1UL << (63 - bit);
                bool unassigned = (InstructionText.Covered(row.Op) & 1UL << (63 - bit)) == 0;
                if (unassigned && !ObjdumpDifferences.Contain(text)) bytes.Append(text, row.Length);
            }
        }
        bytes.AddRange([7, 7, 7, 7]);
        AssertSameListing(bytes.ToArray(), atLeast: 4_000);
    }

    [CrossToolsFact(CrossTools.Objdump)]
    public void Every_opcode_is_printed_the_same()
    {
        var random = new Random(7);
        var bytes = new List<byte>();
        for (int first = 0; first < 256; first++)
        {
            int length = Decoder.Length((byte)first);
            for (int second = 0; second < 256; second++) Add(first, second, -1);
            for (int last = 0; length == 6 && last < 256; last++) Add(first, -1, last);
        }
        bytes.AddRange([7, 7, 7, 7]); // no instruction at the very end, where objdump shows data in smaller pieces
        AssertSameListing(bytes.ToArray(), atLeast: 80_000);

        void Add(int first, int second, int last)
        {
            ulong text = (ulong)random.NextInt64() << 8 >> 8 | (ulong)first << 56;
            if (second >= 0) text = text & ~(0xFFUL << 48) | (ulong)second << 48;
            if (last >= 0) text = text & ~(0xFFUL << 16) | (ulong)last << 16;
            int length = Decoder.Length((byte)first);
            if (Decoder.Decode(text) is var op && op != Op.Invalid) text &= InstructionText.Covered(op);
            if (!ObjdumpDifferences.Contain(text)) bytes.Append(text, length);
        }
    }

    [CrossToolsFact(CrossTools.Objdump)]
    public void Differences_are_as_listed()
    {
        Assert.All(ObjdumpDifferences.All, d =>
        {
            var bytes = new List<byte>();
            bytes.Append(d.Text, d.Bytes.Length / 2);
            Assert.Equal(d.Ours, Disassembler.Format(d.Text, 0));
            Assert.Equal(d.Objdump, CrossTools.Disassemble(bytes.ToArray())[0].Text);
            Decoder.Extract(d.Op, d.Text, out var operands);
            Assert.True(d.Covers(operands), "the example is outside its scope");
        });
    }

    internal static void AssertSameListing(byte[] bytes, int atLeast)
    {
        var expected = CrossTools.Disassemble(bytes);
        Assert.True(expected.Count >= atLeast, $"only {expected.Count} instructions");
        var wrong = new StringBuilder();
        int wrongCount = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            var (address, line) = expected[i];
            int next = i + 1 < expected.Count ? expected[i + 1].Address : bytes.Length;
            ulong text = InstructionText.At(bytes, address);
            var ours = Disassembler.Format(text, (ulong)address, out int length, s_asObjdump);
            if ((ours == line && length == next - address) || ObjdumpDifferences.Contain(text)) continue;
            if (wrongCount++ < 40) wrong.AppendLine($"{text >> 16:x12} at {address:x}: '{ours}' instead of '{line}'");
        }
        Assert.True(wrongCount == 0, $"{wrongCount} differ\n{wrong}");
    }
}
