using System.Globalization;
using S390Sim.Cpu;

namespace S390Sim.Tests.Control;

/// <summary>One line of Hercules/Vectors.tsv: an instruction, all it depends on, and what Hercules 3.13 made of it.</summary>
internal sealed class HerculesVector
{
    private const ulong RegisterPattern = 0xA0A0_A0A0_A0A0_A0A0;

    public required byte[] Text { get; init; }
    /// <summary>PSW mask, control registers 0, 1, 3, 7 and 13.</summary>
    public required ulong[] Masks { get; init; }
    /// <summary>General registers 0-9 before.</summary>
    public required ulong[] Registers { get; init; }
    public required (ulong Address, ulong Value)[] Stores { get; init; }
    public required (ulong Address, ulong Value)[] Keys { get; init; }
    public required ulong[] Doublewords { get; init; }
    public required ulong[] Blocks { get; init; }
    /// <summary>Interruption code, ILC, PSW mask and address, translation-exception identification.</summary>
    public required ulong[] End { get; init; }
    /// <summary>General registers 0-9 afterwards.</summary>
    public required ulong[] RegistersAfter { get; init; }
    public required ulong[] DoublewordsAfter { get; init; }
    public required ulong[] KeysAfter { get; init; }

    public static HerculesVector Parse(string line)
    {
        var cells = line.Split('\t');
        var before = new ulong[10];
        for (var n = 0; n < 10; n++) before[n] = RegisterPattern + (ulong)n;
        foreach (var (n, value) in Pairs(cells[2])) before[n] = value;
        ulong[] after = [.. before];
        foreach (var (n, value) in Pairs(cells[8])) after[n] = value;
        return new()
        {
            Text = Convert.FromHexString(cells[0]),
            Masks = Numbers(cells[1]),
            Registers = before,
            Stores = Pairs(cells[3]),
            Keys = Pairs(cells[4]),
            Doublewords = Numbers(cells[5]),
            Blocks = Numbers(cells[6]),
            End = Numbers(cells[7]),
            RegistersAfter = after,
            DoublewordsAfter = Numbers(cells[9]),
            KeysAfter = Numbers(cells[10]),
        };
    }

    /// <summary>
    /// All that is compared, as text. Of the identification that is what Hercules has: page, space, DAT protection.
    /// </summary>
    public string Expected => Describe(End, RegistersAfter, DoublewordsAfter, KeysAfter);

    public static string Describe(ulong[] end, ulong[] registers, ulong[] doublewords, ulong[] keys)
    {
        var identification = (ProgramCode)end[0] switch
        {
            ProgramCode.Protection => (end[4] & 4) != 0 && (end[4] & 8) == 0 ? end[4] & ~0xFF8UL : 0,
            var code => code.StoresTranslationException() ? end[4] & ~0xFFCUL : 0,
        };
        return $"code {end[0]:x} ilc {end[1]} psw {end[2]:x} {end[3]:x} teid {identification:x} gr {Text(registers)} "
            + $"storage {Text(doublewords)} keys {Text(keys)}";

        static string Text(ulong[] values) => string.Join(' ', values.Select(v => $"{v:x}"));
    }

    private static ulong[] Numbers(string cell) => [.. Words(cell).Select(Number)];

    private static (ulong Address, ulong Value)[] Pairs(string cell)
        => [.. Words(cell).Select(w => w.Split(':')).Select(p => (Number(p[0]), Number(p[1])))];

    private static string[] Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static ulong Number(string word) => ulong.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
