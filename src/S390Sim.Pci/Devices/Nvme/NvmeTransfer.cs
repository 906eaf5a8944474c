using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>
/// The data of a command: a buffer, and the host's pages that PRP entries name (NVMe 1.4, chapter 4.3). Work is bounded by the
/// largest transfer: no list has more entries than pages are needed.
/// </summary>
/// <param name="device">Who reads and writes the host's storage.</param>
internal sealed class NvmeTransfer(PciDevice device)
{
    /// <summary>Most bytes of a transfer, as a power of two of 4 KB pages; MDTS.</summary>
    public const int MaximumShift = 7;
    /// <summary>Most bytes of a transfer.</summary>
    public const int Maximum = 4096 << MaximumShift;

    private const int MaximumPages = Maximum / 4096 + 1;

    private readonly byte[] _buffer = new byte[Maximum];
    private readonly (ulong Address, int Length)[] _segments = new (ulong, int)[MaximumPages];
    private readonly byte[] _list = new byte[8 * (MaximumPages + 1)];
    private int _count;

    /// <summary>Bytes of a page of the host: CC.MPS.</summary>
    public int PageSize { get; set; } = 4096;

    /// <summary>The first bytes of the buffer.</summary>
    public Span<byte> Buffer(int length) => _buffer.AsSpan(0, length);

    /// <summary>The first bytes of the buffer, zero.</summary>
    public Span<byte> Cleared(int length)
    {
        var bytes = Buffer(length);
        bytes.Clear();
        return bytes;
    }

    /// <summary>Finds the pages of a command's data.</summary>
    /// <param name="command">The command.</param>
    /// <param name="length">Bytes, 1 to <see cref="Maximum"/>.</param>
    public NvmeStatus Locate(in NvmeCommand command, int length)
    {
        _count = 0;
        var (first, second) = (command.Prp1, command.Prp2);
        if ((first & 3) != 0) return NvmeStatus.PrpOffsetInvalid;
        var inFirst = Math.Min(length, PageSize - Offset(first));
        Add(first, inFirst);
        length -= inFirst;
        if (length == 0) return NvmeStatus.Success;
        if (length > PageSize) return LocateList(second, length);
        if (Offset(second) != 0) return NvmeStatus.PrpOffsetInvalid;
        Add(second, length);
        return NvmeStatus.Success;
    }

    /// <summary>Stores the buffer's first bytes into the pages found; false when the host refused.</summary>
    public bool Deliver()
    {
        var at = 0;
        foreach (var (address, length) in _segments.AsSpan(0, _count))
        {
            if (!device.WriteMemory(address, _buffer.AsSpan(at, length))) return false;
            at += length;
        }
        return true;
    }

    /// <summary>Fetches the pages found into the buffer; false when the host refused.</summary>
    public bool Collect()
    {
        var at = 0;
        foreach (var (address, length) in _segments.AsSpan(0, _count))
        {
            if (!device.ReadMemory(address, _buffer.AsSpan(at, length))) return false;
            at += length;
        }
        return true;
    }

    // A list ends with its page; its last entry there leads to the next list when more pages are needed than it has room for.
    private NvmeStatus LocateList(ulong list, int length)
    {
        if ((list & 7) != 0) return NvmeStatus.PrpOffsetInvalid;
        while (length > 0)
        {
            var room = (PageSize - Offset(list)) / 8;
            var needed = (length + PageSize - 1) / PageSize;
            var isLast = needed <= room;
            var pages = isLast ? needed : room - 1;
            var entries = _list.AsSpan(0, 8 * (isLast ? pages : room));
            if (!device.ReadMemory(list, entries)) return NvmeStatus.DataTransferError;
            for (var n = 0; n < pages; n++)
            {
                var page = BinaryPrimitives.ReadUInt64LittleEndian(entries[(8 * n)..]);
                if (Offset(page) != 0) return NvmeStatus.PrpOffsetInvalid;
                var inPage = Math.Min(length, PageSize);
                Add(page, inPage);
                length -= inPage;
            }
            if (isLast) break;
            list = BinaryPrimitives.ReadUInt64LittleEndian(entries[(8 * pages)..]);
            if (Offset(list) != 0) return NvmeStatus.PrpOffsetInvalid;
        }
        return NvmeStatus.Success;
    }

    // Pages that follow one another make one segment.
    private void Add(ulong address, int length)
    {
        if (_count != 0)
        {
            ref var last = ref _segments[_count - 1];
            if (last.Address + (ulong)last.Length == address)
            {
                last.Length += length;
                return;
            }
        }
        _segments[_count++] = (address, length);
    }

    private int Offset(ulong address) => (int)address & (PageSize - 1);
}
