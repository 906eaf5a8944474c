using System.Buffers.Binary;
using System.Text;
using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>
/// The parameter area at 0x10400 of Linux kernels and of programs that follow their convention: command line and initial
/// RAM disk (Linux, arch/s390/include/asm/setup.h).
/// </summary>
public sealed class ParameterArea(IAbsoluteStorage storage)
{
    /// <summary>Programs entered here have a parameter area.</summary>
    public const ulong ProgramEntry = 0x10000;

    /// <summary>Doubleword with the address of the initial RAM disk; its size follows.</summary>
    public const ulong InitrdStart = 0x10408;

    /// <summary>Doubleword with the room for the command line; zero means <see cref="DefaultCommandLineSize"/>.</summary>
    public const ulong CommandLineSize = 0x10430;

    /// <summary>The command line: ASCII, ended by a zero byte.</summary>
    public const ulong CommandLine = 0x10480;

    /// <summary>Room for the command line, its zero byte included, unless the image says otherwise.</summary>
    public const ulong DefaultCommandLineSize = 0x380;

    private const ulong LowestInitrd = 0x80_0000;
    private const ulong Megabyte = 1 << 20;

    /// <summary>Stores the command line.</summary>
    public void SetCommandLine(string text)
    {
        if (text.Length == 0) return;
        Span<byte> size = stackalloc byte[8];
        storage.TryRead(CommandLineSize, size);
        var room = BinaryPrimitives.ReadUInt64BigEndian(size);
        if (room == 0) room = DefaultCommandLineSize;
        if ((ulong)text.Length >= room)
            throw new ConfigurationException($"the command line (--append) has {text.Length} characters; this program takes {room - 1}");
        if (!storage.TryWrite(CommandLine, Encoding.ASCII.GetBytes(text + '\0')))
            throw new ConfigurationException($"the command line does not fit into storage of {Quantity.SizeText(storage.Size)}");
    }

    /// <summary>Loads the initial RAM disk at 8 MB, or higher where the program needs that place.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="end">First address after the program.</param>
    public void LoadInitrd(string path, ulong end)
    {
        var file = HostFile.Read(path, "initrd");
        var start = LowestInitrd;
        while (end + Megabyte > start) start += Megabyte;
        if (!storage.TryWrite(start, file))
            throw new ConfigurationException(
                $"{path}: the initrd of 0x{file.Length:x} bytes at 0x{start:x} does not fit into storage of {Quantity.SizeText(storage.Size)}; see --memory");
        Span<byte> place = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(place, start);
        BinaryPrimitives.WriteUInt64BigEndian(place[8..], (ulong)file.Length);
        storage.TryWrite(InitrdStart, place);
    }
}
