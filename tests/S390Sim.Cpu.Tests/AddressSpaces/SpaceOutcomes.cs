using System.Globalization;

namespace S390Sim.Tests.AddressSpaces;

/// <summary>Outcomes of the cases as text: the doublewords that changed, by address.</summary>
internal static class SpaceOutcomes
{
    /// <summary>The changes from an image to what was left of it.</summary>
    public static SortedDictionary<int, ulong> Changes(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var changes = new SortedDictionary<int, ulong>();
        for (var address = 0; address < before.Length; address += 8)
        {
            var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(after[address..]);
            if (!before.Slice(address, 8).SequenceEqual(after.Slice(address, 8))) changes[address] = value;
        }
        return changes;
    }

    /// <summary>Reads a file of cases: a name at the start of a line, its changes indented.</summary>
    public static Dictionary<string, SortedDictionary<int, ulong>> Read(string file)
    {
        var cases = new Dictionary<string, SortedDictionary<int, ulong>>();
        SortedDictionary<int, ulong>? changes = null;
        foreach (var line in File.ReadLines(file))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] != ' ')
            {
                cases.Add(line, changes = []);
                continue;
            }
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = word.Split('=');
                changes!.Add(int.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    ulong.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
        }
        return cases;
    }
}
