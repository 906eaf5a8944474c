using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Conformance.BinaryFloatingPoint;

/// <summary>The format of an operand, as the instruction's title names it.</summary>
internal enum BfpWidth
{
    None,
    Short,
    Long,
    Extended,
    Word,
    Doubleword,
}

/// <summary>
/// One instruction with its modifiers and registers: the unit that the driver has a loop for. Operands are where
/// <see cref="BfpCase"/> says: the first in register 0, the second in 4 or in storage, the third in 1; general ones in 1 and 2.
/// </summary>
/// <param name="Op">Row.</param>
/// <param name="Operands">Fields.</param>
/// <param name="Source">Format of the operands.</param>
internal sealed record BfpVariant(Op Op, Operands Operands, BfpWidth Source)
{
    /// <summary>Instruction text, left-justified.</summary>
    public ulong Text { get; } = Encoder.Encode(Op, Operands);

    /// <summary>Bytes of the instruction.</summary>
    public int Length { get; } = InstructionTable.Get(Op).Length;

    /// <summary>Whether the title says so.</summary>
    public bool Is(string word) => InstructionTable.Get(Op).Title.StartsWith(word, StringComparison.Ordinal);

    public override string ToString() => Disassembler.Format(Text, 0);

    /// <summary>All that can be compared: every BFP row with every M3, and M4 with and without suppression.</summary>
    public static IEnumerable<BfpVariant> All(HandlerTable handlers)
    {
        foreach (var row in InstructionTable.Rows.ToArray())
        {
            if ((row.Flags & InstructionFlags.Bfp) == 0 && row.Op is not (Op.SFASR or Op.LFAS)) continue;
            // Every case ends with a STFPC.
            if (row.Op == Op.STFPC || !handlers.IsBound(row.Op)) continue;
            foreach (var variant in Of(row)) yield return variant;
        }
    }

    private static IEnumerable<BfpVariant> Of(InstructionRow row)
    {
        var fields = InstructionTable.Fields(row.Op).ToArray().Select(f => f.Field).ToHashSet();
        var source = SourceOf(row.Title);
        var isStorage = fields.Contains(Field.B2);
        // Addresses that are data come from register 2.
        var isAddress = row.Op is Op.TCEB or Op.TCDB or Op.TCXB or Op.SRNM or Op.SRNMB;
        var operands = new Operands
        {
            R1 = (byte)(row.Syntax.StartsWith('R') ? 1 : 0),
            R2 = (byte)(row.Syntax.Contains("F2", StringComparison.Ordinal) ? 4 : 2),
            R3 = 1,
            B2 = (byte)(!isStorage ? 0 : isAddress ? 2 : 6),
            D2 = isStorage && !isAddress ? BfpCase.SecondOffset : 0,
        };
        byte[] modifiers = fields.Contains(Field.M3) ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 15] : [0];
        byte[] suppressions = fields.Contains(Field.M4) ? [0, 4] : [0];
        if (row.Op is Op.DIEBR or Op.DIDBR) suppressions = [0];
        foreach (var m3 in modifiers)
        {
            foreach (var m4 in suppressions) yield return new BfpVariant(row.Op, operands with { M3 = m3, M4 = m4 }, source);
        }
        // Registers that name no pair.
        if (!row.Title.Contains("extended", StringComparison.Ordinal)) yield break;
        if (row.Syntax.StartsWith('F')) yield return new BfpVariant(row.Op, operands with { R1 = 2 }, source);
        if (source == BfpWidth.Extended && row.Syntax.Contains("F2", StringComparison.Ordinal))
            yield return new BfpVariant(row.Op, operands with { R2 = 6 }, source);
    }

    private static BfpWidth SourceOf(string title)
    {
        var words = title[(title.IndexOf('(', StringComparison.Ordinal) + 1)..].TrimEnd(')').Split(' ');
        return words[0] switch
        {
            "short" => BfpWidth.Short,
            "long" => BfpWidth.Long,
            "extended" => BfpWidth.Extended,
            "32" => BfpWidth.Word,
            "64" => BfpWidth.Doubleword,
            _ => BfpWidth.None,
        };
    }
}
