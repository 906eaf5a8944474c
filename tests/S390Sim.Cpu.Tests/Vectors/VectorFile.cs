using System.IO.Compression;
using System.Reflection;

namespace S390Sim.Tests.Vectors;

/// <summary>
/// Answers of Hercules 3.13, one case a line (README.md says how they were made). Cases that the architecture wants otherwise are
/// on the list Differences.tsv with their reason.
/// </summary>
internal static class VectorFile
{
    /// <summary>Runs the cases of a file; fails on a difference that is not listed, and on a listed one that is none.</summary>
    /// <param name="name">Name of the file without its extensions.</param>
    /// <param name="run">Takes the fields of a case and returns what is wrong with it; empty when it agrees.</param>
    public static int Check(string name, Func<string[], string> run)
    {
        var listed = Differences(name);
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in Lines(name + ".tsv.gz"))
        {
            count++;
            var difference = run(line.Split('\t'));
            if (listed.Remove(line))
            {
                if (difference.Length == 0) wrong.Add($"no longer differs: {line}");
            }
            else if (difference.Length != 0) wrong.Add($"{line}\n    {difference}");
        }
        wrong.AddRange(listed.Select(line => $"listed, but no case: {line}"));
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n" + string.Join('\n', wrong.Take(40)));
        return count;
    }

    // Lines of "file: reason" head the cases that they are the reason for.
    private static HashSet<string> Differences(string name)
    {
        var listed = new HashSet<string>();
        var isMine = false;
        foreach (var line in Lines("Differences.tsv"))
        {
            if (line.Contains(": ", StringComparison.Ordinal)) isMine = line.StartsWith(name + ": ", StringComparison.Ordinal);
            else if (isMine) listed.Add(line);
        }
        return listed;
    }

    private static IEnumerable<string> Lines(string resource)
    {
        using var raw = Assembly.GetExecutingAssembly().GetManifestResourceStream("Vectors." + resource)!;
        var isPacked = resource.EndsWith(".gz", StringComparison.Ordinal);
        using var stream = isPacked ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line.Length != 0 && line[0] != '#') yield return line;
    }
}
