using System.Security.Cryptography;
using System.Text.Json;
using S390Sim.Machine;

namespace S390Sim.Cli.Output;

/// <summary>A bug of the simulator, told with a file that lets somebody else meet it again.</summary>
internal static class BugReport
{
    /// <summary>Writes the file and says where it is.</summary>
    /// <returns>The exit code for a bug.</returns>
    public static int Write(string[] args, Exception exception, TextWriter error)
    {
        error.WriteLine($"s390sim: a bug of the simulator, not of the program: {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
        var content = Describe(args, exception);
        var name = $"s390sim-bug-{Convert.ToHexStringLower(SHA256.HashData(content))[..8]}.json";
        foreach (var folder in new[] { Directory.GetCurrentDirectory(), Path.GetTempPath() })
        {
            var path = Path.Combine(folder, name);
            if (!TryWrite(path, content)) continue;
            error.WriteLine($"s390sim: please report it with {path}, which says how to meet it again");
            return ExitCode.SimulatorBug;
        }
        error.WriteLine(exception.ToString());
        return ExitCode.SimulatorBug;
    }

    private static byte[] Describe(string[] args, Exception exception)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("simulator", typeof(BugReport).Assembly.GetName().Version?.ToString(3));
            json.WriteStartArray("arguments");
            foreach (var word in args) json.WriteStringValue(word);
            json.WriteEndArray();
            WriteFiles(json, args);
            json.WriteString("seed", Seed(args));
            json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    // Every word that names a file is an input: what it held is part of the case.
    private static void WriteFiles(Utf8JsonWriter json, string[] args)
    {
        json.WriteStartObject("sha256");
        foreach (var word in args.Select(FileOf).Distinct())
        {
            if (word is null || !File.Exists(word)) continue;
            try
            {
                json.WriteString(word, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(word))));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                json.WriteString(word, "unreadable");
            }
        }
        json.WriteEndObject();
    }

    private static string? FileOf(string word)
    {
        var value = word.StartsWith("--", StringComparison.Ordinal) ? word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..] : word;
        if (File.Exists(value)) return value;
        var at = value.LastIndexOf('@');
        return at > 0 ? value[..at] : null;
    }

    private static string Seed(string[] args)
    {
        var at = Array.IndexOf(args, "--seed");
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : "0";
    }

    private static bool TryWrite(string path, byte[] content)
    {
        try
        {
            File.WriteAllBytes(path, content);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
