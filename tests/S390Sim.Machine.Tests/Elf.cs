using System.Buffers.Binary;

namespace S390Sim.Machine.Tests;

/// <summary>Makes ELF files for tests.</summary>
internal static class Elf
{
    public const int Header = 64, ProgramHeader = 56;

    public static byte[] Make(ulong entry, params (ulong Address, byte[] Bytes, ulong MemorySize)[] segments)
    {
        var offset = Header + ProgramHeader * segments.Length;
        var file = new byte[offset + segments.Sum(s => s.Bytes.Length)];
        "\x7f"u8.CopyTo(file);
        "ELF"u8.CopyTo(file.AsSpan(1));
        (file[4], file[5], file[6]) = (2, 2, 1);
        Half(file, 16, 2);
        Half(file, 18, 22);
        Long(file, 24, entry);
        Long(file, 32, Header);
        Half(file, 52, Header);
        Half(file, 54, ProgramHeader);
        Half(file, 56, (ushort)segments.Length);
        for (var n = 0; n < segments.Length; n++)
        {
            var (address, bytes, size) = segments[n];
            var header = file.AsSpan(Header + n * ProgramHeader);
            BinaryPrimitives.WriteUInt32BigEndian(header, 1);
            BinaryPrimitives.WriteUInt32BigEndian(header[4..], 7);
            Long(header, 8, (ulong)offset);
            Long(header, 16, address);
            Long(header, 24, address);
            Long(header, 32, (ulong)bytes.Length);
            Long(header, 40, size);
            bytes.CopyTo(file, offset);
            offset += bytes.Length;
        }
        return file;
    }

    public static void Half(Span<byte> bytes, int offset, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(bytes[offset..], value);
    public static void Long(Span<byte> bytes, int offset, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(bytes[offset..], value);
}
