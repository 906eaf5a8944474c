using System.Buffers.Binary;

namespace S390Sim.Machine;

/// <summary>A part of an ELF file that goes to storage.</summary>
/// <param name="Address">Absolute address (p_paddr).</param>
/// <param name="FileOffset">Offset of its bytes in the file.</param>
/// <param name="FileSize">Bytes that the file holds.</param>
/// <param name="MemorySize">Bytes in storage; those beyond <paramref name="FileSize"/> are zero.</param>
/// <param name="IsExecutable">Whether it holds instructions.</param>
public sealed record ElfSegment(ulong Address, ulong FileOffset, ulong FileSize, ulong MemorySize, bool IsExecutable);

/// <summary>The headers of a big-endian 64-bit ELF executable for s390x, checked before anything is stored.</summary>
public sealed class ElfImage
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const ushort MachineS390 = 22;
    private const ushort MachineS390Old = 0xA390;
    private const uint LoadType = 1;
    private const uint ExecutableFlag = 1;

    private readonly byte[] _file;

    private ElfImage(byte[] file, ulong entry, IReadOnlyList<ElfSegment> segments)
    {
        _file = file;
        Entry = entry;
        Segments = segments;
    }

    /// <summary>Address of the first instruction.</summary>
    public ulong Entry { get; }

    /// <summary>What is loaded, in the order of the program headers.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Whether a file claims to be ELF at all.</summary>
    public static bool IsElf(ReadOnlySpan<byte> file) => file.StartsWith("\x7f"u8) && file.Length >= 4 && file[1..4].SequenceEqual("ELF"u8);

    /// <summary>The bytes of a segment that the file holds.</summary>
    public ReadOnlySpan<byte> Bytes(ElfSegment segment) => _file.AsSpan((int)segment.FileOffset, (int)segment.FileSize);

    /// <summary>Reads and checks the headers.</summary>
    /// <exception cref="ConfigurationException">The file is none that this machine can run; the message begins with its name.</exception>
    public static ElfImage Parse(string name, byte[] file)
    {
        if (file.Length < HeaderSize) throw Refuse(name, $"a torn ELF file: {file.Length} bytes do not hold the 64-byte header");
        CheckKind(name, file);
        var entry = Long(file, 24);
        var segments = ReadSegments(name, file);
        if (segments.Count == 0) throw Refuse(name, "has no PT_LOAD segment: there is nothing to load");
        CheckOverlaps(name, segments);
        if (!segments.Any(s => entry >= s.Address && entry - s.Address < s.MemorySize))
            throw Refuse(name, $"the entry point 0x{entry:x} lies in none of the loaded segments");
        return new ElfImage(file, entry, segments);
    }

    private static void CheckKind(string name, byte[] file)
    {
        var machine = Half(file, 18);
        if (file[4] != 2) throw Refuse(name, $"ELF class {file[4]}: this machine runs 64-bit (class 2) programs");
        if (file[5] != 2) throw Refuse(name, $"ELF data encoding {file[5]} is not big-endian: a program for another machine (e_machine {machine})");
        if (machine is not (MachineS390 or MachineS390Old)) throw Refuse(name, $"a program for another machine (e_machine {machine}, s390x is 22)");
        var type = Half(file, 16);
        if (type is not (2 or 3)) throw Refuse(name, $"ELF type {type} is not an executable: link it first");
    }

    private static List<ElfSegment> ReadSegments(string name, byte[] file)
    {
        var offset = Long(file, 32);
        var (size, count) = (Half(file, 54), Half(file, 56));
        if (count != 0 && size < ProgramHeaderSize) throw Refuse(name, $"program headers of {size} bytes are too short");
        if (offset > (ulong)file.Length || (ulong)size * count > (ulong)file.Length - offset)
            throw Refuse(name, $"a torn ELF file: {count} program headers at 0x{offset:x} go beyond its {file.Length} bytes");
        var segments = new List<ElfSegment>();
        for (var n = 0; n < count; n++)
        {
            var header = file.AsSpan((int)offset + n * size, ProgramHeaderSize);
            if (BinaryPrimitives.ReadUInt32BigEndian(header) != LoadType) continue;
            var segment = new ElfSegment(Long(header, 24), Long(header, 8), Long(header, 32), Long(header, 40),
                (BinaryPrimitives.ReadUInt32BigEndian(header[4..]) & ExecutableFlag) != 0);
            CheckSegment(name, file, n, segment);
            if (segment.MemorySize != 0) segments.Add(segment);
        }
        return segments;
    }

    private static void CheckSegment(string name, byte[] file, int n, ElfSegment s)
    {
        if (s.FileOffset > (ulong)file.Length || s.FileSize > (ulong)file.Length - s.FileOffset)
            throw Refuse(name, $"a torn ELF file: segment {n} has bytes 0x{s.FileOffset:x} + 0x{s.FileSize:x} of a file of 0x{file.Length:x}");
        if (s.FileSize > s.MemorySize)
            throw Refuse(name, $"segment {n} has more bytes in the file (0x{s.FileSize:x}) than in storage (0x{s.MemorySize:x})");
        if (s.MemorySize != 0 && s.Address + (s.MemorySize - 1) < s.Address)
            throw Refuse(name, $"segment {n} at 0x{s.Address:x} + 0x{s.MemorySize:x} wraps around the end of the address space");
    }

    private static void CheckOverlaps(string name, List<ElfSegment> segments)
    {
        ElfSegment? before = null;
        var sorted = segments.ToArray();
        Array.Sort(sorted, (a, b) => a.Address.CompareTo(b.Address));
        foreach (var segment in sorted)
        {
            if (before is { } b && segment.Address - b.Address < b.MemorySize)
                throw Refuse(name, $"the segments at 0x{b.Address:x} and 0x{segment.Address:x} overlap");
            before = segment;
        }
    }

    private static ConfigurationException Refuse(string name, string why) => new($"{name}: {why}");
    private static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);
    private static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);
}
