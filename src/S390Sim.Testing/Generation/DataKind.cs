using System.Text;

namespace S390Sim.Testing;

/// <summary>What the data of a case looks like: each kind is what some family of instructions finds interesting.</summary>
public enum DataKind
{
    /// <summary>Any bytes.</summary>
    Random,
    /// <summary>Zeros.</summary>
    Zeros,
    /// <summary>Zeros with a few other bytes.</summary>
    Sparse,
    /// <summary>Short strings that end in a zero.</summary>
    Text,
    /// <summary>Zoned decimal digits.</summary>
    Zoned,
    /// <summary>Packed decimal numbers of eight and sixteen bytes, with every kind of sign.</summary>
    Packed,
    /// <summary>UTF-8, with a mistake now and then.</summary>
    Utf8,
    /// <summary>UTF-16.</summary>
    Utf16,
    /// <summary>UTF-32.</summary>
    Utf32,
    /// <summary>A pattern that nearly repeats.</summary>
    Periodic,
    /// <summary>Doublewords at boundaries.</summary>
    Boundaries,
    /// <summary>IEEE numbers of every class.</summary>
    Ieee,
}

/// <summary>The data itself: a few blocks of each kind, the same ones for ever, so that cases share them.</summary>
public static class DataBlocks
{
    private const int Variants = 6;
    private static readonly int s_kinds = Enum.GetValues<DataKind>().Length;
    private static readonly byte[]?[] s_blocks = new byte[s_kinds * Variants][];

    /// <summary>One of the blocks of a kind.</summary>
    public static byte[] Of(DataKind kind, Dice dice)
    {
        ArgumentNullException.ThrowIfNull(dice);
        var number = (int)kind * Variants + dice.Below(Variants);
        return s_blocks[number] ??= Make(kind, new Dice((ulong)number));
    }

    /// <summary>A block of any kind.</summary>
    public static byte[] Any(Dice dice) => Of((DataKind)dice.Below(s_kinds), dice);

    private static byte[] Make(DataKind kind, Dice dice)
    {
        var block = new byte[TestLayout.DataSize];
        switch (kind)
        {
            case DataKind.Random: dice.Fill(block); break;
            case DataKind.Zeros: break;
            case DataKind.Sparse:
                for (var n = 0; n < 300; n++) block[dice.Below(block.Length)] = (byte)dice.Next();
                break;
            case DataKind.Text:
                foreach (ref var item in block.AsSpan()) item = dice.OneIn(12) ? (byte)0 : (byte)('a' + dice.Below(4));
                break;
            case DataKind.Zoned:
                foreach (ref var item in block.AsSpan()) item = (byte)((dice.OneIn(8) ? 0xC0 : 0xF0) | dice.Below(10));
                break;
            case DataKind.Packed: FillPacked(block, dice); break;
            case DataKind.Utf8: FillEncoded(block, dice, Encoding.UTF8); break;
            case DataKind.Utf16: FillEncoded(block, dice, Encoding.BigEndianUnicode); break;
            case DataKind.Utf32: FillEncoded(block, dice, new UTF32Encoding(bigEndian: true, byteOrderMark: false)); break;
            case DataKind.Periodic:
                for (var n = 0; n < block.Length; n++) block[n] = (byte)(n % 16 < 13 ? n & 3 : dice.Below(3));
                break;
            case DataKind.Boundaries: FillDoublewords(block, () => OperandValues.Doubleword(dice)); break;
            default: FillDoublewords(block, () => OperandValues.FloatingRegister(dice)); break;
        }
        return block;
    }

    private static void FillDoublewords(byte[] block, Func<ulong> next)
    {
        for (var at = 0; at < block.Length; at += 8)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(at), next());
    }

    private static void FillPacked(byte[] block, Dice dice)
    {
        ReadOnlySpan<byte> signs = [0xA, 0xB, 0xC, 0xC, 0xC, 0xD, 0xD, 0xD, 0xE, 0xF, 0x5];
        for (var at = 0; at < block.Length; at += 8)
        {
            var zeros = dice.Below(7);
            for (var n = 0; n < 8; n++) block[at + n] = n < zeros ? (byte)0 : (byte)(dice.Below(10) << 4 | dice.Below(10));
            if (at % 16 == 0 && dice.OneIn(2)) block.AsSpan(at, 8).Clear();
            block[at + 7] = (byte)((block[at + 7] & 0xF0) | signs[dice.Below(signs.Length)]);
        }
    }

    private static void FillEncoded(byte[] block, Dice dice, Encoding encoding)
    {
        Span<byte> bytes = stackalloc byte[8];
        for (var at = 0; at < block.Length - 8;)
        {
            var character = dice.Below(6) switch
            {
                5 => new Rune(dice.Between(0x800, 0xFFF)),
                0 => new Rune(dice.Below(0x80)),
                1 => new Rune(dice.Between(0x80, 0x7FF)),
                2 => new Rune(dice.Between(0x800, 0xD7FF)),
                3 => new Rune(dice.Between(0xE000, 0xFFFF)),
                _ => new Rune(dice.Between(0x10000, 0x10FFFF)),
            };
            var length = encoding.GetBytes(character.ToString(), bytes);
            bytes[..length].CopyTo(block.AsSpan(at));
            if (dice.OneIn(40)) block[at + dice.Below(length)] = (byte)dice.Next();
            at += length;
        }
    }
}
