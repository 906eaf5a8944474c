using System.Numerics;

namespace S390Sim.Isa;

/// <summary>
/// The decoder's table. The first byte selects where the rest of the opcode lies: nowhere, bits 8-15, bits 12-15 or bits
/// 40-47. For every first byte the table has an entry for each value of that rest.
/// </summary>
internal static class DecodeTable
{
    private static readonly Selector[] s_selectors = new Selector[256];
    private static readonly Op[] s_ops = BuildOps();

    /// <summary>The instruction of a left-justified text, or <see cref="Op.Invalid"/>.</summary>
    public static Op Find(ulong text)
    {
        var selector = s_selectors[(int)(text >> 56)];
        return s_ops[selector.Start + ((int)(text >> selector.Shift) & selector.Mask)];
    }

    private static Op[] BuildOps()
    {
        var ops = new List<Op> { Op.Invalid };
        foreach (var group in InstructionTable.Rows.ToArray().GroupBy(r => (int)(r.Opcode >> 56)))
        {
            ulong rest = group.First().Mask << 8 >> 8;
            int shift = rest == 0 ? 0 : BitOperations.TrailingZeroCount(rest);
            var selector = new Selector(ops.Count, (byte)shift, (byte)(rest >> shift));
            s_selectors[group.Key] = selector;
            ops.AddRange(new Op[selector.Mask + 1]);
            foreach (var row in group)
                ops[selector.Start + ((int)(row.Opcode >> shift) & selector.Mask)] = row.Op;
        }
        return [.. ops];
    }

    /// <summary>Where the ops of a first byte start, and which bits of the text select among them.</summary>
    private readonly record struct Selector(int Start, byte Shift, byte Mask);
}
