using FsCheck;
using FsCheck.Fluent;

namespace S390Sim.Isa.Tests;

/// <summary>
/// Decoder, extraction and encoder belong together. Bits that no field covers are ignored by the decoder, as by the machine,
/// and are zero in what the encoder makes, so texts are compared where opcode and fields cover them.
/// </summary>
public class RoundTripTests
{
    [Fact]
    public void Encoding_what_was_extracted_gives_the_text_of_every_opcode()
    {
        var random = new Random(11);
        for (int first = 0; first < 0x10000; first++)
        {
            int length = Decoder.Length((byte)(first >> 8));
            bool lastSelects = length == 6 && (first & 0xF) == 0; // an opcode is in bytes 0 and 1 or in bytes 0 and 5
            for (int last = 0; last < (lastSelects ? 256 : 1); last++)
            {
                ulong text = (ulong)first << 48 | (ulong)last << 16 | ((ulong)random.NextInt64() & 0x0000_FFFF_FF00_FFFF);
                AssertRoundTrip(text);
            }
        }
    }

    [Fact]
    public void Encoding_what_was_extracted_gives_the_text_of_random_instructions()
    {
        var instruction = from index in Gen.Choose(0, InstructionTable.Count - 1)
                          from text in ArbMap.Default.GeneratorFor<ulong>()
                          let row = InstructionTable.Rows[index]
                          select (text & ~row.Mask) | row.Opcode;
        Prop.ForAll(instruction.ToArbitrary(), AssertRoundTrip).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void Extracting_what_was_encoded_gives_the_operands()
    {
        var random = new Random(12);
        foreach (var row in InstructionTable.Rows)
        {
            for (int i = 0; i < 50; i++)
            {
                var operands = InstructionText.RandomOperands(row.Op, random);
                ulong text = Encoder.Encode(row.Op, operands);
                Assert.Equal(row.Op, Decoder.Decode(text));
                Decoder.Extract(row.Op, text, out var again);
                Assert.Equal(operands, again);
            }
        }
    }

    [Fact]
    public void Decoding_agrees_with_a_search_of_the_rows()
    {
        var random = new Random(13);
        for (int i = 0; i < 20_000; i++)
        {
            ulong text = (ulong)random.NextInt64() << 1;
            var expected = Op.Invalid;
            foreach (var row in InstructionTable.Rows)
                if ((text & row.Mask) == row.Opcode) expected = row.Op;
            Assert.Equal(expected, Decoder.Decode(text));
        }
    }

    private static void AssertRoundTrip(ulong text)
    {
        var op = Decoder.Decode(text);
        if (op == Op.Invalid) return;
        var row = InstructionTable.Get(op);
        Decoder.Extract(op, text, out var operands);
        ulong covered = InstructionText.Covered(op);
        if ((text & row.Mask) != row.Opcode || Encoder.Encode(op, operands) != (text & covered))
            Assert.Fail($"{text:x16} {row.Mnemonic} became {Encoder.Encode(op, operands):x16}");
    }
}
