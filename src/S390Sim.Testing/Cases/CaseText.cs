using System.Text;
using S390Sim.Isa;

namespace S390Sim.Testing;

/// <summary>Cases as one reads them: assembler, then the registers and storage that are not zero.</summary>
public static class CaseText
{
    /// <summary>The program and what it starts with.</summary>
    public static string Of(MachineCase test)
    {
        var text = new StringBuilder();
        var address = TestLayout.Code;
        foreach (var line in test.Code)
        {
            text.Append(Line(test, line, address));
            address += (ulong)line.Length;
        }
        for (var n = 0; n < test.Targets.Count; n++) text.Append(Line(test, test.Targets[n], test.AddressOf(~n)));
        text.Append(Registers(test.Before));
        Storage(text, test.Data);
        if (test.Layout != StorageLayout.Standard) text.AppendLine($"        layout {test.Layout}");
        foreach (var space in test.Spaces) text.AppendLine($"        space  {space}: {space.Asce:x}");
        return text.ToString();
    }

    /// <summary>The registers that are not zero, four to a line, after the PSW.</summary>
    public static string Registers(MachineState state)
    {
        var text = new StringBuilder($"        psw {state.Psw}");
        var column = 0;
        void Add(string name, ulong value, string format)
        {
            if (value == 0) return;
            text.Append(column++ % 4 == 0 ? "\n        " : "  ").Append(name).Append(' ').Append(value.ToString(format));
        }
        for (var n = 0; n < 16; n++) Add($"r{n}", state.Gr[n], "x");
        for (var n = 0; n < 16; n++) Add($"f{n}", state.Fpr[n], "x16");
        for (var n = 0; n < 16; n++) Add($"a{n}", state.Ar[n], "x");
        for (var n = 0; n < 16; n++) Add($"c{n}", state.Cr[n], "x");
        Add("fpc", state.Fpc, "x8");
        Add("prefix", state.Prefix, "x");
        if (state.Keys.Length > 0) text.Append("\n        keys ").Append(Convert.ToHexString(state.Keys));
        return text.AppendLine().ToString();
    }

    private static string Line(MachineCase test, CodeLine line, ulong address)
    {
        var body = test.Text(line, address);
        var hex = body.ToString("x16")[..(line.Length * 2)];
        return $"{address:x6}  {hex,-12}  {Disassembler.Format(body, address).Replace('\t', ' ')}\n";
    }

    // Runs of bytes that are not zero; a page full of them is only mentioned.
    private static void Storage(StringBuilder text, byte[] data)
    {
        var lines = 0;
        for (var at = 0; at < data.Length; at += 16)
        {
            if (data.AsSpan(at, 16).IndexOfAnyExcept((byte)0) < 0) continue;
            if (++lines > 8) continue;
            text.AppendLine($"        {TestLayout.Data + (ulong)at:x6}  {Convert.ToHexString(data, at, 16)}");
        }
        if (lines > 8) text.AppendLine($"        and {lines - 8} more lines of storage");
    }
}
