using System.Numerics;

namespace S390Sim.Isa.Tests;

/// <summary>The fields of the formats.</summary>
public class FormatTests
{
    /// <summary>
    /// The bits that neither the opcode nor a field covers, as ranges within the instruction. The machine ignores them.
    /// </summary>
    private static readonly Dictionary<Format, string> s_uncovered = new()
    {
        [Format.IE] = "16-23",
        [Format.RIE_a] = "12-15 36-39",
        [Format.RIE_b] = "36-39",
        [Format.RIE_d] = "32-39",
        [Format.RIE_e] = "32-39",
        [Format.RIE_g] = "32-39",
        [Format.RRD] = "20-23",
        [Format.RRE] = "16-23",
        [Format.RRF_c] = "20-23",
        [Format.RRF_d] = "16-19",
        [Format.RRS] = "36-39",
        [Format.RSL_a] = "12-15 32-39",
        [Format.RXE] = "36-39",
        [Format.RXF] = "36-39",
        [Format.SMI] = "12-15",
        [Format.VRI_a] = "12-15 37-39",
        [Format.VRI_b] = "12-15 37-39",
        [Format.VRI_c] = "38-39",
        [Format.VRI_d] = "20-23 39-39",
        [Format.VRI_e] = "38-39",
        [Format.VRI_f] = "20-23 39-39",
        [Format.VRI_g] = "38-39",
        [Format.VRI_h] = "12-15 37-39",
        [Format.VRI_i] = "16-23 37-39",
        [Format.VRR_a] = "16-23 38-39",
        [Format.VRR_b] = "20-23 28-31 39-39",
        [Format.VRR_c] = "20-23 39-39",
        [Format.VRR_d] = "28-31",
        [Format.VRR_e] = "24-27",
        [Format.VRR_f] = "20-35 37-39",
        [Format.VRR_g] = "8-11 16-36 38-39",
        [Format.VRR_h] = "8-11 20-23 28-36 39-39",
        [Format.VRR_i] = "16-23 32-36 38-39",
        [Format.VRR_j] = "20-23 28-35 39-39",
        [Format.VRR_k] = "16-23 28-35 38-39",
        [Format.VRS_a] = "38-39",
        [Format.VRS_b] = "37-39",
        [Format.VRS_c] = "36-36 38-39",
        [Format.VRS_d] = "8-11 36-38",
        [Format.VRV] = "38-39",
        [Format.VRX] = "37-39",
        [Format.VSI] = "36-38",
    };

    [Fact]
    public void Fields_are_disjoint_and_outside_the_opcode()
    {
        Assert.All(InstructionTable.Rows.ToArray(), row =>
        {
            ulong covered = row.Mask;
            foreach (var field in FormatDescription.Fields(row.Format))
            {
                Assert.Equal(field.Width, BitOperations.PopCount(field.Mask));
                Assert.Equal(0UL, covered & field.Mask);
                covered |= field.Mask;
            }
        });
    }

    [Fact]
    public void Fields_and_opcode_cover_all_but_the_listed_bits()
    {
        Assert.All(InstructionTable.Rows.ToArray(), row =>
        {
            ulong uncovered = InstructionText.Whole(row.Length) & ~InstructionText.Covered(row.Op);
            ulong listed = Ranges(s_uncovered.GetValueOrDefault(row.Format, ""));
            Assert.True(listed == uncovered, $"{row.Mnemonic} {row.Format}: {uncovered:x16}");
        });
    }

    [Fact]
    public void Every_format_has_an_instruction() =>
        Assert.Equal(Enum.GetValues<Format>(), InstructionTable.Rows.ToArray().Select(r => r.Format).Distinct().Order());

    [Fact]
    public void Displacements_of_20_bits_are_signed_and_of_12_bits_are_not()
    {
        Decoder.Extract(Op.L, 0x5810_2FFF_0000_0000, out var operands);
        Assert.Equal(4095, operands.D2);
        Decoder.Extract(Op.LY, 0xE310_2FFF_FF58_0000, out operands);
        Assert.Equal(-1, operands.D2);
        Decoder.Extract(Op.LY, 0xE310_2000_8058_0000, out operands);
        Assert.Equal(-524288, operands.D2);
    }

    [Fact]
    public void Immediates_are_signed_as_the_instruction_says()
    {
        Decoder.Extract(Op.AHI, 0xA71A_FFFF_0000_0000, out var operands);
        Assert.Equal(-1, operands.I2);
        Decoder.Extract(Op.LLILL, 0xA51F_FFFF_0000_0000, out operands);
        Assert.Equal(0xFFFF, operands.I2);
        Decoder.Extract(Op.CLFI, 0xC21F_FFFF_FFFF_0000, out operands);
        Assert.Equal(0xFFFFFFFF, (uint)operands.I2);
        Decoder.Extract(Op.CGIJ, 0xEC18_0004_FF7C_0000, out operands);
        Assert.Equal((-1, 4), (operands.I2, operands.RI4));
        Decoder.Extract(Op.CLGIJ, 0xEC18_FFFC_FF7D_0000, out operands);
        Assert.Equal((255, -4), (operands.I2, operands.RI4));
    }

    [Fact]
    public void Vector_registers_have_their_RXB_bit()
    {
        Decoder.Extract(Op.VPERM, 0xE712_3000_4F8C_0000, out var operands);
        Assert.Equal((17, 18, 19, 20), (operands.V1, operands.V2, operands.V3, operands.V4));
        Decoder.Extract(Op.VLRLR, 0xE602_1000_3137_0000, out operands);
        Assert.Equal(19, operands.V1);
    }

    private static ulong Ranges(string ranges)
    {
        ulong mask = 0;
        foreach (var range in ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-').Select(int.Parse).ToArray();
            for (int bit = ends[0]; bit <= ends[1]; bit++) mask |= 1UL << (63 - bit);
        }
        return mask;
    }
}
