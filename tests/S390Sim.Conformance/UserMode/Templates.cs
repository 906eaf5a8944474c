using System.Buffers.Binary;
using System.Text;

namespace S390Sim.Conformance.UserMode;

/// <summary>Contents of the two pages: each kind is what some family of instructions finds interesting.</summary>
internal static class Templates
{
    public const int Size = 8192;

    public const int Random = 0, Zeros = 1, Sparse = 2, Text = 3, Zoned = 4, Packed = 5;
    public const int Utf8 = 6, Utf16 = 7, Utf32 = 8, Periodic = 9;
    public const int Count = 10;

    /// <summary>All templates, one after the other.</summary>
    public static byte[] Build(Random random)
    {
        var all = new byte[Count * Size];
        for (var n = 0; n < Count; n++) Fill(n, all.AsSpan(n * Size, Size), random);
        return all;
    }

    private static void Fill(int kind, Span<byte> page, Random random)
    {
        switch (kind)
        {
            case Random:
                random.NextBytes(page);
                break;
            case Zeros:
                break;
            case Sparse:
                for (var n = 0; n < 300; n++) page[random.Next(Size)] = (byte)random.Next(256);
                break;
            case Text:
                for (var n = 0; n < Size; n++) page[n] = random.Next(12) == 0 ? (byte)0 : (byte)('a' + random.Next(4));
                break;
            case Zoned:
                for (var n = 0; n < Size; n++) page[n] = (byte)((random.Next(8) == 0 ? 0xC0 : 0xF0) | random.Next(10));
                break;
            case Packed:
                FillPacked(page, random);
                break;
            case Utf8:
                FillEncoded(page, random, Encoding.UTF8);
                break;
            case Utf16:
                FillEncoded(page, random, Encoding.BigEndianUnicode);
                break;
            case Utf32:
                FillEncoded(page, random, new UTF32Encoding(bigEndian: true, byteOrderMark: false));
                break;
            default:
                for (var n = 0; n < Size; n++) page[n] = (byte)(n % 16 < 13 ? n & 3 : random.Next(3));
                break;
        }
    }

    private static void FillPacked(Span<byte> page, Random random)
    {
        const string Signs = "\u000A\u000B\u000C\u000D\u000E\u000F\u0005";
        for (var at = 0; at < Size; at += 8)
        {
            var zeros = random.Next(7);
            for (var n = 0; n < 8; n++)
                page[at + n] = n < zeros ? (byte)0 : (byte)(random.Next(10) << 4 | random.Next(10));
            if (at % 16 == 0 && random.Next(2) == 0) page.Slice(at, 8).Clear();
            page[at + 7] = (byte)((page[at + 7] & 0xF0) | Signs[random.Next(Signs.Length)]);
        }
    }

    private static void FillEncoded(Span<byte> page, Random random, Encoding encoding)
    {
        Span<byte> bytes = stackalloc byte[8];
        for (var at = 0; at < Size - 8;)
        {
            var character = random.Next(6) switch
            {
                5 => new Rune(random.Next(0x800, 0x1000)),
                0 => new Rune(random.Next(0x80)),
                1 => new Rune(random.Next(0x80, 0x800)),
                2 => new Rune(random.Next(0x800, 0xD800)),
                3 => new Rune(random.Next(0xE000, 0x10000)),
                _ => new Rune(random.Next(0x10000, 0x110000)),
            };
            var length = encoding.GetBytes(character.ToString(), bytes);
            bytes[..length].CopyTo(page[at..]);
            if (random.Next(40) == 0) page[at + random.Next(length)] = (byte)random.Next(256);
            at += length;
        }
    }

    /// <summary>The doubleword that a template has at an address.</summary>
    public static ulong Doubleword(byte[] templates, int template, ulong address)
    {
        var offset = (long)(address - GuestCase.Pages);
        return offset is < 0 or > Size - 8 ? 0
            : BinaryPrimitives.ReadUInt64BigEndian(templates.AsSpan(template * Size + (int)offset));
    }
}
