namespace S390Sim.Cli.Comparison;

/// <summary>A run with the storage it left.</summary>
internal readonly record struct ComparedRun(DesignRun Run, StorageImage Storage);

/// <summary>
/// What two runs of the same program differ in. How it ended, what its devices read and stored, where, and what their images hold
/// must be alike; the console and the rest of storage may tell what the designs announce differently, and are only noted.
/// </summary>
internal static class Differences
{
    public static void Add(in ComparedRun first, in ComparedRun other, List<string> differences, List<string> notes)
    {
        var who = $"{first.Run.Design} and {other.Run.Design} differ";
        var found = differences.Count;
        AddOutcome(who, first.Run, other.Run, differences);
        AddStreams(who, first.Run, other.Run, differences);
        AddStored(who, first, other, differences);
        AddImages(who, first.Run, other.Run, differences);
        AddConsole(who, first.Run, other.Run, notes);
        // What devices did differently has led to all kinds of differences.
        if (differences.Count == found) AddStorage(who, first.Storage, other.Storage, notes);
    }

    private static void AddOutcome(string who, DesignRun a, DesignRun b, List<string> differences)
    {
        if ((a.Outcome.End, a.Outcome.Code, a.HostFailure) == (b.Outcome.End, b.Outcome.Code, b.HostFailure)) return;
        differences.Add($"{who} in how the program ended: {End(a)}, and {End(b)}");
    }

    private static string End(DesignRun run)
        => run.HostFailure ?? $"{Output.JsonReport.EndName(run.Outcome.End)} with exit code {run.Outcome.Code}";

    private static void AddStreams(string who, DesignRun a, DesignRun b, List<string> differences)
    {
        foreach (var fid in a.Dma.Streams.Concat(b.Dma.Streams).Select(s => s.Fid).Distinct().Order())
        {
            var (one, other) = (Stream(a, fid), Stream(b, fid));
            if (DmaStream.FirstDifference(one, other) is not { } access) continue;
            differences.Add($"{who} in access {access} of function 0x{fid:x} to storage: {Text(one)}, and {Text(other)}");
        }
    }

    private static DmaStream Stream(DesignRun run, uint fid) => run.Dma.Streams.FirstOrDefault(s => s.Fid == fid)
        ?? new DmaStream(fid);

    private static string Text(DmaStream s)
        => $"{s.Accesses} accesses, {s.BytesRead} bytes read, {s.BytesWritten} stored, {s.Refused} refused in all";

    private static void AddStored(string who, in ComparedRun a, in ComparedRun b, List<string> differences)
    {
        var none = new StoredBytes();
        var (left, right) = (a.Run.Dma.Stored, b.Run.Dma.Stored);
        foreach (var page in left.Keys.Union(right.Keys).Order())
        {
            var (one, other) = (left.GetValueOrDefault(page, none), right.GetValueOrDefault(page, none));
            for (var n = 0; n < (int)StoredBytes.PageSize; n++)
            {
                var address = page + (ulong)n;
                if (one[n] != other[n])
                {
                    differences.Add($"{who} in where devices stored: byte 0x{address:x} was stored into under "
                        + $"{(one[n] ? a.Run.Design : b.Run.Design)} only");
                    return;
                }
                if (!one[n] || a.Storage[address] == b.Storage[address]) continue;
                differences.Add($"{who} in storage that devices stored into: byte 0x{address:x} is "
                    + $"{a.Storage[address]:x2}, and {b.Storage[address]:x2}");
                return;
            }
        }
    }

    private static void AddImages(string who, DesignRun a, DesignRun b, List<string> differences)
    {
        foreach (var (one, other) in a.Images.Zip(b.Images))
        {
            if (one.Blocks.SequenceEqual(other.Blocks)) continue;
            var offset = one.Blocks.Except(other.Blocks).Concat(other.Blocks.Except(one.Blocks)).Min(k => k.Offset);
            differences.Add($"{who} in image {one.Number} of function 0x{one.Fid:x}: the block at 0x{offset:x}");
        }
    }

    private static void AddConsole(string who, DesignRun a, DesignRun b, List<string> notes)
    {
        if (a.Console == b.Console) return;
        var (left, right) = (a.Console.Split('\n'), b.Console.Split('\n'));
        var line = left.Zip(right).TakeWhile(p => p.First == p.Second).Count();
        notes.Add($"{who} on the console from line {line + 1} on: {Line(left, line)}, and {Line(right, line)}");
    }

    private static string Line(string[] lines, int n) => n < lines.Length ? $"\"{lines[n].TrimEnd('\r')}\"" : "nothing";

    private static void AddStorage(string who, StorageImage a, StorageImage b, List<string> notes)
    {
        var words = StorageImage.Differences(a, b).ToList();
        if (words.Count != 0)
        {
            notes.Add($"{who} in {words.Count} words of storage that no device stored into, function handles apart; "
                + $"the first is at 0x{words[0]:x}");
        }
    }
}
