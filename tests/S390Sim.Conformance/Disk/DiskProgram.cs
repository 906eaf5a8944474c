namespace S390Sim.Conformance.Disk;

/// <summary>The program disk.c, built, and a folder for the images of a test.</summary>
public sealed class DiskProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-disk-");
    private readonly Lazy<string> _elf;
    private int _images;

    public DiskProgram() => _elf = new(() =>
    {
        var elf = Path.Combine(_folder.FullName, "disk.elf");
        CrossBuild.Make(Path.Combine(Repository.Root, "tests/S390Sim.Conformance/Disk"), $"OBJ={_folder.FullName}", elf);
        return elf;
    });

    /// <summary>The program.</summary>
    public string Elf => _elf.Value;

    /// <summary>A new image of zeroes, without room on the host's disk yet.</summary>
    public string CreateImage(long length, string? folder = null)
    {
        var path = Path.Combine(folder ?? _folder.FullName, $"disk{Interlocked.Increment(ref _images)}.img");
        using var file = File.Create(path);
        file.SetLength(length);
        return path;
    }

    /// <summary>A new folder.</summary>
    public string CreateFolder() => _folder.CreateSubdirectory($"folder{Interlocked.Increment(ref _images)}").FullName;

    /// <summary>The number that every doubleword of a block of an image holds, or -1 when they differ.</summary>
    public static long Block(string image, long number)
    {
        var bytes = new byte[4096];
        using var file = File.OpenHandle(image, share: FileShare.ReadWrite);
        RandomAccess.Read(file, bytes, number * bytes.Length);
        var first = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes);
        return bytes.AsSpan(8).SequenceEqual(bytes.AsSpan(0, bytes.Length - 8)) ? first : -1;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A theory about it; skipped without the cross compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DiskTheoryAttribute : TheoryAttribute
{
    public DiskTheoryAttribute() => Skip = CrossBuild.Missing;
}
