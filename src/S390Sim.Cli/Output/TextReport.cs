using S390Sim.Cpu;
using S390Sim.Machine;

namespace S390Sim.Cli.Output;

/// <summary>What follows the console of a run, as text.</summary>
internal static class TextReport
{
    private const int BytesPerLine = 32;

    /// <summary>Storage in hexadecimal: an address and up to 32 bytes on each line.</summary>
    public static void WriteDump(TextWriter writer, DumpRange range, IAbsoluteStorage storage)
    {
        var bytes = Read(range, storage);
        for (var at = 0; at < bytes.Length; at += BytesPerLine)
        {
            var line = bytes.AsSpan(at, Math.Min(BytesPerLine, bytes.Length - at));
            writer.WriteLine($"{range.Address + (ulong)at:x16}: {Convert.ToHexStringLower(line)}");
        }
    }

    /// <summary>A name and a number on each line.</summary>
    public static void WriteStatistics(TextWriter writer, IEnumerable<Statistic> statistics)
    {
        var lines = statistics.ToList();
        var width = lines.Count == 0 ? 0 : lines.Max(s => s.Name.Length);
        writer.WriteLine();
        foreach (var (name, value) in lines) writer.WriteLine($"{name.PadRight(width)}  {value,12}");
    }

    /// <summary>The bytes of a range.</summary>
    public static byte[] Read(DumpRange range, IAbsoluteStorage storage)
    {
        var bytes = new byte[range.Length];
        storage.TryRead(range.Address, bytes);
        return bytes;
    }
}
