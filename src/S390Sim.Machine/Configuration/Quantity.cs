using System.Globalization;

namespace S390Sim.Machine;

/// <summary>Numbers as people write them in options and machine files.</summary>
public static class Quantity
{
    /// <summary>A size in bytes: decimal digits or 0x with hexadecimal ones, then K, M or G for powers of 1024.</summary>
    public static bool TrySize(string text, out ulong bytes)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        if (!TryNumber(shift == 0 ? text : text[..^1], out bytes)) return false;
        if (shift != 0 && bytes > ulong.MaxValue >> shift) return false;
        bytes <<= shift;
        return true;
    }

    /// <summary>A count: decimal digits, or 0x with hexadecimal ones.</summary>
    public static bool TryNumber(string text, out ulong value)
        => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? TryHex(text, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>An address or a PSW half: hexadecimal, with or without 0x; underscores may group the digits.</summary>
    public static bool TryHex(string text, out ulong value)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return ulong.TryParse(digits.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Bytes as hexadecimal digits, two each; blanks and underscores may group them.</summary>
    public static bool TryBytes(string text, out byte[] bytes)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        digits = string.Concat(digits.Where(c => c != '_' && !char.IsWhiteSpace(c)));
        bytes = [];
        if (digits.Length == 0 || digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit)) return false;
        bytes = Convert.FromHexString(digits);
        return true;
    }

    /// <summary>A size in the largest unit that divides it.</summary>
    public static string SizeText(ulong bytes) => bytes switch
    {
        0 => "0",
        _ when bytes % (1UL << 30) == 0 => $"{bytes >> 30}G",
        _ when bytes % (1UL << 20) == 0 => $"{bytes >> 20}M",
        _ when bytes % (1UL << 10) == 0 => $"{bytes >> 10}K",
        _ => $"{bytes}",
    };
}
