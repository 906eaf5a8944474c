using System.Text;
using S390Sim.Machine.Tests;

namespace S390Sim.Cli.Tests;

/// <summary>A folder of files that are not what they should be.</summary>
public sealed class BadFiles : IDisposable
{
    private static readonly byte[] s_code = [0x07, 0xFE];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s390sim-bad-");

    public BadFiles()
    {
        var good = Elf.Make(0x10000, (0x10000, s_code, 0x1000));
        Write("good.elf", good);
        Write("empty", []);
        Write("short.elf", good[..20]);
        Write("torn-headers.elf", good[..80]);
        Write("torn-segment.elf", good[..^1]);
        Write("x86.elf", With(good, (5, [1]), (18, [62, 0])));
        Write("little.elf", With(good, (5, [1])));
        Write("ppc.elf", With(good, (18, [0, 21])));
        Write("narrow.elf", With(good, (4, [1])));
        Write("object.elf", With(good, (16, [0, 1])));
        Write("no-segment.elf", With(good, (56, [0, 0])));
        Write("huge.elf", Elf.Make(0x10000, (0x10000, s_code, 1UL << 50)));
        Write("overlap.elf", Elf.Make(0x10000, (0x10000, s_code, 0x2000), (0x11000, s_code, 0x1000)));
        Write("wrap.elf", Elf.Make(0x10000, (0x10000, s_code, 0x1000), (ulong.MaxValue - 0xFFF, s_code, 0x2000)));
        Write("beyond.elf", Elf.Make(0x4000_0000, (0x4000_0000, s_code, 0x1000)));
        Write("entry.elf", Elf.Make(0x20000, (0x10000, s_code, 0x1000)));
        Write("three", [1, 2, 3]);
        Write("raw2m", new byte[2 << 20]);
        Write("torn.json", Encoding.ASCII.GetBytes("{ \"memory\": \"16M\",\n  \"image\": "));
        Write("array.json", Encoding.ASCII.GetBytes("[1]"));
        Write("unknown.json", Encoding.ASCII.GetBytes("{ \"memroy\": \"16M\" }"));
        Write("value.json", Encoding.ASCII.GetBytes("{ \"memory\": { } }"));
        Write("empty.json", []);
    }

    /// <summary>The path of one.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Words of a command in which <c>:</c> stands for the folder.</summary>
    public string[] Words(string command)
        => [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w =>
            w.Replace(":", $"{_folder.FullName}/", StringComparison.Ordinal))];

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path(name), bytes);

    private static byte[] With(byte[] file, params (int Offset, byte[] Bytes)[] changes)
    {
        var changed = (byte[])file.Clone();
        foreach (var (offset, bytes) in changes) bytes.CopyTo(changed, offset);
        return changed;
    }
}
