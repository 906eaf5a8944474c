namespace S390Sim.Isa.Tests;

/// <summary>The table's own consistency.</summary>
public class InstructionTableTests
{
    private static InstructionRow[] Rows => InstructionTable.Rows.ToArray();

    [Fact]
    public void Rows_are_indexed_by_op_and_found_by_mnemonic()
    {
        Assert.Equal(InstructionTable.Count, Rows.Length);
        Assert.Equal(InstructionTable.Count + 1, Enum.GetValues<Op>().Length);
        Assert.All(Rows, row =>
        {
            Assert.Equal(row, InstructionTable.Get(row.Op));
            Assert.True(InstructionTable.TryFind(row.Mnemonic, out var op));
            Assert.Equal(row.Op, op);
            Assert.Equal(row.Mnemonic.ToUpperInvariant(), row.Op.ToString());
        });
        Assert.False(InstructionTable.TryFind("jne", out _));
    }

    [Fact]
    public void No_two_rows_overlap()
    {
        var rows = InstructionTable.Rows;
        foreach (ref readonly var a in rows)
        {
            foreach (ref readonly var b in rows[(int)a.Op..])
                if (((a.Opcode ^ b.Opcode) & a.Mask & b.Mask) == 0) Assert.Fail($"{a.Mnemonic} and {b.Mnemonic}");
        }
    }

    [Fact]
    public void Opcodes_are_within_mask_and_length()
    {
        Assert.All(Rows, row =>
        {
            Assert.Equal(0UL, row.Opcode & ~row.Mask);
            Assert.Equal(Decoder.Length((byte)(row.Opcode >> 56)), row.Length);
            Assert.Equal(0UL, InstructionText.Covered(row.Op) & ~InstructionText.Whole(row.Length));
        });
    }

    [Fact]
    public void Operands_are_fields_of_the_format()
    {
        Assert.All(Rows, row =>
        {
            var fields = InstructionTable.Fields(row.Op).ToArray().Select(f => f.Field).ToHashSet();
            var used = OperandSyntax.Parse(row.Syntax).SelectMany(o => o.Fields()).ToList();
            Assert.Equal(used.Count, used.Distinct().Count());
            Assert.Subset(fields, used.ToHashSet());
        });
    }

    [Fact]
    public void Every_zpci_instruction_has_its_row()
    {
        var expected = new Dictionary<Op, ulong>
        {
            [Op.PCISTG] = 0xB9D0UL << 48,
            [Op.PCILG] = 0xB9D2UL << 48,
            [Op.RPCIT] = 0xB9D3UL << 48,
            [Op.CLP] = 0xB9A0UL << 48,
            [Op.PCISTGI] = 0xB9D4UL << 48,
            [Op.PCIWB] = 0xB9D5UL << 48,
            [Op.PCILGI] = 0xB9D6UL << 48,
            [Op.MPCIFC] = 0xE3000000_00D00000,
            [Op.STPCIFC] = 0xE3000000_00D40000,
            [Op.PCISTB] = 0xEB000000_00D00000,
            [Op.SIC] = 0xEB000000_00D10000,
            [Op.PCISTBI] = 0xEB000000_00D40000,
        };
        Assert.All(expected, e => Assert.Equal(e.Value, InstructionTable.Get(e.Key).Opcode));
        Op[] problemState = [Op.PCISTGI, Op.PCIWB, Op.PCILGI, Op.PCISTBI];
        Assert.All(expected.Keys, op => Assert.Equal(
            !problemState.Contains(op), InstructionTable.Get(op).Flags.HasFlag(InstructionFlags.Privileged)));
    }

    [Theory]
    [InlineData(Facility.Base, -1)]
    [InlineData(Facility.Zpci, 69)]
    [InlineData(Facility.AdapterInterruptionSuppression, 72)]
    [InlineData(Facility.DistinctOperands, 45)]
    [InlineData(Facility.Vector, 129)]
    [InlineData(Facility.VectorPackedDecimalEnhancement2, 192)]
    public void Facilities_have_their_bit(Facility facility, int bit) => Assert.Equal(bit, facility.StfleBit());
}
