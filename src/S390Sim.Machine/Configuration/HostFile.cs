namespace S390Sim.Machine;

/// <summary>Files of the host, with what goes wrong said in one line.</summary>
public static class HostFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <exception cref="ConfigurationException">It is missing, unreadable or no file.</exception>
    public static byte[] Read(string path, string what)
    {
        try
        {
            if (Directory.Exists(path)) throw new ConfigurationException($"{path}: is a directory, not {Article(what)}");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException($"{path}: no such file ({what})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = e is UnauthorizedAccessException ? "permission denied" : e.Message.ReplaceLineEndings(" ");
            throw new ConfigurationException($"{path}: cannot read the {what}: {reason}", e);
        }
    }

    private static string Article(string what) => "aeio".Contains(what[0], StringComparison.Ordinal) ? $"an {what}" : $"a {what}";
}
