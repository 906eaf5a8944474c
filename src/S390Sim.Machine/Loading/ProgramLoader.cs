using System.Buffers.Binary;
using S390Sim.Cpu;

namespace S390Sim.Machine;

/// <summary>
/// Fills the storage of a configuration, real or virtual, with what the user named, and says with which PSW to start.
/// </summary>
public sealed class ProgramLoader(MachineConfiguration configuration, IAbsoluteStorage storage)
{
    /// <summary>PSW mask of a program that is entered by its address: 64-bit addressing, everything masked.</summary>
    public const ulong EntryMask = Psw.ExtendedAddressing | Psw.BasicAddressing;

    /// <summary>Longest piece that is stored at once.</summary>
    private const int Piece = 1 << 20;

    private static ReadOnlySpan<byte> EntryMagic => "S390EP"u8;

    /// <summary>Stores the image, the command line, the initial RAM disk and the other contents, in this order.</summary>
    /// <returns>The first PSW.</returns>
    /// <exception cref="ConfigurationException">A file is missing, is no program, or does not fit.</exception>
    public Psw Load()
    {
        Psw? entry = null;
        if (configuration.Image is { } image) entry = LoadImage(image);
        else if (configuration.CommandLine.Length != 0) throw NoParameterArea("nothing was loaded as an image");
        foreach (var content in configuration.Contents) LoadContent(content);
        if (configuration.Start is { } start) return start;
        return configuration.StartByRestart || entry is null ? Restart() : entry.Value;
    }

    private Psw? LoadImage(string name)
    {
        var file = HostFile.Read(name, "program");
        if (file.Length == 0) throw new ConfigurationException($"{name}: is empty");
        var (entry, end) = ElfImage.IsElf(file) ? LoadElf(name, file) : LoadRaw(name, file);
        if (configuration.CommandLine.Length != 0 || configuration.Initrd is not null)
        {
            if (entry != ParameterArea.ProgramEntry) throw NoParameterArea($"{name} is entered at {(entry is { } e ? $"0x{e:x}" : "its PSW")}");
            var area = new ParameterArea(storage);
            area.SetCommandLine(configuration.CommandLine);
            if (configuration.Initrd is { } initrd) area.LoadInitrd(initrd, end);
        }
        return entry is { } address ? new Psw(EntryMask, address) : null;
    }

    private (ulong? Entry, ulong End) LoadElf(string name, byte[] file)
    {
        var elf = ElfImage.Parse(name, file);
        foreach (var segment in elf.Segments)
        {
            Demand($"{name}: the segment", segment.Address, segment.MemorySize);
            Write(segment.Address, elf.Bytes(segment));
            Clear(segment.Address + segment.FileSize, segment.MemorySize - segment.FileSize);
        }
        return (elf.Entry, elf.Segments.Max(s => s.Address + s.MemorySize));
    }

    /// <summary>A flat image lies at 0; a kernel says so by its magic, others by a short PSW at 0 or a restart-new PSW.</summary>
    private (ulong? Entry, ulong End) LoadRaw(string name, byte[] file)
    {
        Demand($"{name}: the image", 0, (ulong)file.Length);
        Write(0, file);
        return (RawEntry(name, file), (ulong)file.Length);
    }

    private ulong? RawEntry(string name, byte[] file)
    {
        if (file.Length >= 0x1000E && file.AsSpan(0x10008, 6).SequenceEqual(EntryMagic)) return ParameterArea.ProgramEntry;
        if (file.Length >= 8 && (file[1] & 0x08) != 0)
        {
            var address = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(4)) & 0x7FFF_FFFF;
            return address == 0x800 ? ParameterArea.ProgramEntry : address;
        }
        if (configuration.Start is not null || configuration.StartByRestart) return null;
        if (file.Length >= 0x1B0 && file.AsSpan(0x1A0, 16).ContainsAnyExcept((byte)0)) return null;
        throw new ConfigurationException($"{name}: neither an ELF file nor an image with a PSW at 0 or 0x1a0; give --psw MASK,ADDR or --load FILE@ADDR");
    }

    private void LoadContent(StorageContent content)
    {
        var bytes = content.File is { } name ? HostFile.Read(name, "file to load") : content.Bytes.Span;
        Demand(content.File is null ? "--store" : $"{content.File}: the file", content.Address, (ulong)bytes.Length);
        Write(content.Address, bytes);
    }

    // A restart of a cleared CPU: the old PSW stored is zero.
    private Psw Restart()
    {
        Span<byte> psw = stackalloc byte[16];
        psw.Clear();
        storage.TryWrite(Lowcore.RestartOldMaskOffset, psw);
        storage.TryRead(Lowcore.RestartNewMaskOffset, psw);
        return new Psw(BinaryPrimitives.ReadUInt64BigEndian(psw), BinaryPrimitives.ReadUInt64BigEndian(psw[8..]));
    }

    private void Demand(string what, ulong address, ulong length)
    {
        if (length <= storage.Size && address <= storage.Size - length) return;
        throw new ConfigurationException(
            $"{what} of 0x{length:x} bytes at 0x{address:x} does not fit into storage of {Quantity.SizeText(storage.Size)}; see --memory");
    }

    private void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (var done = 0; done < bytes.Length; done += Piece)
        {
            if (!storage.TryWrite(address + (ulong)done, bytes.Slice(done, Math.Min(Piece, bytes.Length - done))))
                throw new InvalidOperationException($"storage below its size cannot be written at 0x{address + (ulong)done:x}");
        }
    }

    // Fresh storage is zero already; writing only where it is not leaves untouched pages to the host.
    private void Clear(ulong address, ulong length)
    {
        var (zeros, found) = (new byte[4096], new byte[4096]);
        for (ulong done = 0; done < length; done += 4096)
        {
            var size = (int)Math.Min(4096, length - done);
            storage.TryRead(address + done, found.AsSpan(0, size));
            if (found.AsSpan(0, size).ContainsAnyExcept((byte)0)) Write(address + done, zeros.AsSpan(0, size));
        }
    }

    private static ConfigurationException NoParameterArea(string why)
        => new($"a command line or initrd needs a program that is entered at 0x{ParameterArea.ProgramEntry:x}: {why}");
}
