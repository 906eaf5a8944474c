using System.Globalization;
using S390Sim.Testing.Zpci;

namespace S390Sim.Conformance.Zpci.Matrix;

/// <summary>A step: a verb, named values, and words that stand alone. Every one of them must be used.</summary>
internal sealed class MatrixStep
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _words = [];
    private readonly Func<string, ulong> _evaluate;

    public MatrixStep(string text, Func<string, ulong> evaluate)
    {
        _evaluate = evaluate;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Verb = words[0];
        foreach (var word in words.Skip(1))
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) _words.Add(word);
            else _values.Add(word[..at], word[(at + 1)..]);
        }
    }

    public string Verb { get; }

    /// <summary>What no verb asked for.</summary>
    public IEnumerable<string> Unused => _values.Keys.Concat(_words);

    /// <summary>Whether a word is there.</summary>
    public bool Has(string word) => _words.Remove(word);

    /// <summary>The value of a key as text.</summary>
    public string? Text(string key) => _values.Remove(key, out var text) ? text : null;

    /// <summary>An address, handle or register: hexadecimal digits and names joined by + - ^ |.</summary>
    public ulong Hex(string key, ulong otherwise) => Text(key) is { } text ? _evaluate(text) : otherwise;

    /// <summary>A length, number or operation: decimal digits.</summary>
    public int Dec(string key, int otherwise)
        => Text(key) is { } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Bytes in hexadecimal.</summary>
    public byte[] Bytes(string key) => Convert.FromHexString(Text(key) ?? "");

    /// <summary>The assignments ADDRESS=VALUE that are left.</summary>
    public IEnumerable<(ulong Address, ulong Value)> Assignments
    {
        get
        {
            var all = _values.Select(v => (_evaluate(v.Key), _evaluate(v.Value))).ToList();
            _values.Clear();
            return all;
        }
    }
}

/// <summary>The names that addresses and handles have in the table.</summary>
internal static class MatrixNames
{
    private static readonly Dictionary<string, ulong> s_names = new()
    {
        ["sdma"] = ZpciLayout.FirstDma,
        ["pal"] = ZpciLayout.LastDma,
        ["edma"] = 0x01FF_FFFF_FFFF_FFFF,
        ["anchor"] = ZpciLayout.Anchor,
        ["rt"] = ZpciLayout.RegionTable,
        ["st"] = ZpciLayout.SegmentTable,
        ["pt"] = ZpciLayout.PageTable,
        ["frame"] = ZpciLayout.Frame,
        ["aibv"] = ZpciLayout.Vector,
        ["aisb"] = ZpciLayout.Summary,
        ["fmb"] = ZpciLayout.Measurement,
        ["fib"] = ZpciLayout.Fib,
        ["block"] = ZpciLayout.Block,
        ["chsc"] = ZpciLayout.Channel,
        ["data"] = ZpciLayout.Data,
        ["hole"] = ZpciLayout.Hole,
        ["cpt"] = ZpciLayout.DatPageTable,
        ["storage"] = ZpciLayout.StorageSize,
    };

    /// <summary>The value of terms joined by + - ^ |, from left to right.</summary>
    /// <param name="text">The terms.</param>
    /// <param name="own">Names that mean something on one machine at one time: its value of a name, or null.</param>
    public static ulong Evaluate(string text, Func<string, ulong?> own)
    {
        var value = 0UL;
        var operation = '+';
        for (var at = 0; at < text.Length;)
        {
            var end = text.AsSpan(at).IndexOfAny("+-^|");
            var term = end < 0 ? text[at..] : text.Substring(at, end);
            var number = own(term) ?? (s_names.TryGetValue(term, out var named) ? named : Parse(term));
            value = operation switch { '+' => value + number, '-' => value - number, '^' => value ^ number, _ => value | number };
            at += term.Length + 1;
            if (end >= 0) operation = text[at - 1];
        }
        return value;
    }

    private static ulong Parse(string digits)
        => ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value : throw new FormatException($"'{digits}' is neither a name nor hexadecimal");
}
