using System.Buffers.Binary;

namespace S390Sim.Tests.General;

/// <summary>
/// A tree of strings for COMPRESSION CALL, and the dictionaries that describe it (SA22-7208). The tree itself is the model of
/// what compression finds.
/// </summary>
internal sealed class CompressionDictionary
{
    private const string Letters = "abcd \0";

    /// <summary>A symbol: what it adds to its parent's string, and those that add to it, in the order they are tried.</summary>
    private sealed class Symbol
    {
        public int Index;
        public Symbol? Parent;
        public byte[] Extension = [];
        public List<Symbol> Children = [];
        public bool IsExamined = true;
        public int First;

        public byte[] Text => Parent is null ? Extension : [.. Parent.Text, .. Extension];
    }

    private readonly Random _random;
    private readonly bool _isFormatOne;
    private readonly ulong[] _compression, _expansion;
    private readonly Symbol[] _alphabet = new Symbol[256];
    private readonly List<Symbol> _symbols = [];
    private int _next = 256;

    /// <summary>Makes a random one.</summary>
    /// <param name="seed">Of its shape.</param>
    /// <param name="size">Compressed-data symbol size, 1 to 5: symbols of 9 to 13 bits.</param>
    /// <param name="isFormatOne">Whether sibling descriptors have fourteen characters rather than seven.</param>
    public CompressionDictionary(int seed, int size, bool isFormatOne)
    {
        _random = new(seed);
        _isFormatOne = isFormatOne;
        Bits = size + 8;
        _compression = new ulong[1 << Bits];
        _expansion = new ulong[1 << Bits];
        for (var n = 0; n < 256; n++) _symbols.Add(_alphabet[n] = new() { Index = n, Extension = [(byte)n] });
        var open = Letters.Select(letter => _alphabet[letter]).ToList();
        while (open.Count != 0)
        {
            var at = _random.Next(open.Count);
            var symbol = open[at];
            open.RemoveAt(at);
            if (Grow(symbol)) open.AddRange(symbol.Children.Where(child => child.IsExamined));
        }
        foreach (var symbol in _symbols) Describe(symbol);
    }

    /// <summary>Bits in a symbol.</summary>
    public int Bits { get; }

    /// <summary>The compression dictionary and the expansion dictionary behind it.</summary>
    public byte[] Bytes
    {
        get
        {
            var bytes = new byte[16 << Bits];
            var at = bytes.AsSpan();
            foreach (var entry in _compression.Concat(_expansion))
            {
                BinaryPrimitives.WriteUInt64BigEndian(at, entry);
                at = at[8..];
            }
            return bytes;
        }
    }

    /// <summary>The strings that symbols stand for.</summary>
    public byte[] AnyText() => _symbols[_random.Next(_symbols.Count)].Text;

    /// <summary>The symbols of a text: at each place down the tree as far as it matches.</summary>
    public List<int> Compress(byte[] text)
    {
        var symbols = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var symbol = _alphabet[text[at++]];
            while (Match(symbol, text.AsSpan(at)) is { } child)
            {
                at += child.Extension.Length;
                symbol = child;
            }
            symbols.Add(symbol.Index);
        }
        return symbols;
    }

    // Once a first character matches, only children with the same one right behind have a chance.
    private static Symbol? Match(Symbol symbol, ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0) return null;
        var n = 0;
        while (n < symbol.Children.Count && symbol.Children[n].Extension[0] != rest[0]) n++;
        for (; n < symbol.Children.Count && symbol.Children[n].Extension[0] == rest[0]; n++)
            if (rest.StartsWith(symbol.Children[n].Extension)) return symbol.Children[n];
        return null;
    }

    // Places for characters in an entry: five, less an additional extension character.
    private static int Room(Symbol symbol) => 5 - Additional(symbol);

    private static int Additional(Symbol symbol) => symbol.Parent is null ? 0 : symbol.Extension.Length - 1;

    private int Capacity => _isFormatOne ? 14 : 7;

    /// <summary>Gives a symbol children, if there is room for their entries and the sibling descriptors.</summary>
    private bool Grow(Symbol symbol)
    {
        int[] sizes = [0, 1, 1, 2, 3, 4, 5, 6, 7, 9, 13, 20, 21, 36];
        var count = sizes[_random.Next(sizes.Length)];
        if (Additional(symbol) > 1) count = Math.Min(count, 1);
        var descriptors = count <= Room(symbol) ? 0 : (count - Room(symbol) + Capacity - 1) / Capacity;
        if (count == 0 || _next + count + descriptors > 1 << Bits || symbol.Text.Length > 200) return false;
        symbol.First = _next;
        for (var n = 0; n < count; n++)
        {
            // A descriptor is in front of each group of siblings.
            if (n >= Room(symbol) && (n - Room(symbol)) % Capacity == 0 && descriptors != 0) _next++;
            var extension = new byte[1 + (_random.Next(3) == 0 ? _random.Next(5) : 0)];
            for (var k = 0; k < extension.Length; k++) extension[k] = (byte)Letters[_random.Next(Letters.Length)];
            if (_random.Next(3) == 0) extension[0] = (byte)_random.Next(256);
            var child = new Symbol { Index = _next++, Parent = symbol, Extension = extension };
            child.IsExamined = extension.Length > 1 || _random.Next(3) != 0 || !CanSkip(symbol, n);
            symbol.Children.Add(child);
            _symbols.Add(child);
        }
        return true;
    }

    // The last two siblings of the second descriptor and those after it have no examine-child bit.
    private bool CanSkip(Symbol symbol, int n)
    {
        var sibling = n - Room(symbol);
        return sibling < Capacity || sibling % Capacity < Capacity - 2;
    }

    private void Describe(Symbol symbol)
    {
        var children = symbol.Children;
        var room = Room(symbol);
        var additional = Additional(symbol);
        var here = Math.Min(children.Count, room);
        var stated = children.Count > room ? room + 1 : children.Count;
        var entry = (ulong)stated << 61 | (ulong)additional << 53 | (ulong)symbol.First << 40;
        byte[] characters = [.. symbol.Extension[^additional..], .. children.Take(here).Select(child => child.Extension[0])];
        for (var n = 0; n < characters.Length; n++) entry |= (ulong)characters[n] << (32 - 8 * n);
        for (var n = 0; n < here; n++) if (children[n].IsExamined) entry |= 1UL << (60 - n);
        for (var n = here; n < children.Count; n += Capacity)
        {
            var group = children.Skip(n).Take(Capacity).ToList();
            entry |= DescribeSiblings(group, n == here, n + Capacity < children.Count);
        }
        _compression[symbol.Index] = entry;
        DescribeExpansion(symbol);
    }

    /// <summary>Makes a sibling descriptor; gives the examine-child bits that the parent has of the first one.</summary>
    private ulong DescribeSiblings(List<Symbol> group, bool isFirst, bool hasMore)
    {
        var index = group[0].Index - 1;
        var (width, firstPlace) = _isFormatOne ? (4, 40) : (3, 48);
        var count = !hasMore ? group.Count : _isFormatOne ? 15 : 0;
        var entry = (ulong)count << (64 - width);
        ulong inParent = 0;
        for (var n = 0; n < group.Count; n++)
        {
            var place = firstPlace - 8 * n;
            if (place >= 0) entry |= (ulong)group[n].Extension[0] << place;
            else _expansion[index] |= (ulong)group[n].Extension[0] << (56 - 8 * (n - 6));
            if (!group[n].IsExamined) continue;
            if (n < Capacity - 2) entry |= 1UL << (63 - width - n);
            else if (isFirst) inParent |= 1UL << (55 - (n - Capacity + 2));
        }
        _compression[index] = entry;
        return inParent;
    }

    private void DescribeExpansion(Symbol symbol)
    {
        var text = symbol.Text;
        var isWhole = symbol.Parent is null || (text.Length <= 7 && _random.Next(2) == 0);
        var characters = isWhole ? text : symbol.Extension;
        var entry = isWhole
            ? (ulong)text.Length << 56
            : (ulong)characters.Length << 61 | (ulong)symbol.Parent!.Index << 48 | (uint)(text.Length - characters.Length);
        for (var n = 0; n < characters.Length; n++) entry |= (ulong)characters[n] << ((isWhole ? 48 : 40) - 8 * n);
        _expansion[symbol.Index] = entry;
    }
}
