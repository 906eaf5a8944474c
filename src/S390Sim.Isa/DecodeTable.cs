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
        var size = 1;       // The first is Op.Invalid, which the selectors of unused first bytes lead to.
        foreach (var row in InstructionTable.Rows)
        {
            ref var selector = ref s_selectors[(int)(row.Opcode >> 56)];
            if (selector.Start != 0) continue;
            var rest = row.Mask << 8 >> 8;
            var shift = rest == 0 ? 0 : BitOperations.TrailingZeroCount(rest);
            selector = new Selector(size, (byte)shift, (byte)(rest >> shift));
            size += selector.Mask + 1;
        }
        var ops = new Op[size];
        foreach (var row in InstructionTable.Rows)
        {
            var selector = s_selectors[(int)(row.Opcode >> 56)];
            ops[selector.Start + ((int)(row.Opcode >> selector.Shift) & selector.Mask)] = row.Op;
        }
        return ops;
    }

    /// <summary>Where the ops of a first byte start, and which bits of the text select among them.</summary>
    private readonly record struct Selector(int Start, byte Shift, byte Mask);
}
