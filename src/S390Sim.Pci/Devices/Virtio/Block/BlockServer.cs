using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>
/// Serves the requests of virtio-blk (virtio 1.2, 5.2.6): a header of 16 bytes that the device reads, data, and a status byte
/// that it writes last.
/// </summary>
internal sealed class BlockServer
{
    private const int HeaderSize = 16, RangeSize = 16, Chunk = 64 << 10;
    private const byte Ok = 0, IoError = 1, Unsupported = 2;
    private const uint In = 0, Out = 1, Flush = 4, GetId = 8, Discard = 11, WriteZeroes = 13;
    private const uint Unmap = 1;

    private readonly VirtioBlockDevice _device;
    private readonly DiskImage _image;
    private readonly byte[] _id;
    private readonly byte[] _buffer = new byte[Chunk];

    public BlockServer(VirtioBlockDevice device, DiskImage image, ReadOnlySpan<byte> id)
    {
        _device = device;
        _image = image;
        _id = id.ToArray();
    }

    /// <summary>Serves one; false when it has no header or no place for a status, or storage cannot be reached.</summary>
    public bool TryServe(DescriptorChain chain, out uint written)
    {
        written = 0;
        var (readable, writable) = (chain.Readable, chain.Writable);
        if (readable.Length < HeaderSize || writable.Length == 0) return false;
        Span<byte> header = stackalloc byte[HeaderSize];
        if (!readable.Read(_device, header)) return false;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var sector = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        var done = type switch
        {
            In => TryRead(sector, writable, out var status) ? status : null,
            Out => TryWrite(sector, readable, out var status) ? status : null,
            Flush => StatusOf(_image.Flush()),
            GetId => TryIdentify(writable) ? Ok : null,
            Discard or WriteZeroes => TryChangeRanges(type, readable, out var status) ? status : null,
            _ => (byte?)Unsupported,
        };
        if (done is not { } result) return false;
        // Up to here the data were written without a gap; the status is the last byte of all.
        var isWhole = writable.Position == writable.Length - 1;
        written = (uint)(writable.Position + (isWhole ? 1u : 0));
        writable.Seek(writable.Length - 1);
        return writable.Write(_device, [result]);
    }

    private bool TryRead(ulong sector, BufferList writable, out byte status)
    {
        var length = writable.Length - 1;
        if (!TryPlace(sector, length, out var offset, out status)) return true;
        while (writable.Position < length && status == Ok)
        {
            var bytes = _buffer.AsSpan(0, (int)Math.Min(Chunk, length - writable.Position));
            status = StatusOf(_image.Read(offset + writable.Position, bytes));
            if (status == Ok && !writable.Write(_device, bytes)) return false;
        }
        return true;
    }

    private bool TryWrite(ulong sector, BufferList readable, out byte status)
    {
        if (!TryPlace(sector, readable.Length - HeaderSize, out var offset, out status)) return true;
        if (_image.IsReadOnly) status = IoError;
        while (readable.Position < readable.Length && status == Ok)
        {
            var at = offset + (readable.Position - HeaderSize);
            var bytes = _buffer.AsSpan(0, (int)Math.Min(Chunk, readable.Length - readable.Position));
            if (!readable.Read(_device, bytes)) return false;
            status = StatusOf(_image.Write(at, bytes));
        }
        MakeDurable(ref status);
        return true;
    }

    private bool TryIdentify(BufferList writable)
        => writable.Write(_device, _id.AsSpan(0, (int)Math.Min((ulong)_id.Length, writable.Length - 1)));

    private bool TryChangeRanges(uint type, BufferList readable, out byte status)
    {
        var length = readable.Length - HeaderSize;
        var most = type == Discard ? BlockLimits.DiscardSegments : BlockLimits.ZeroSegments;
        status = length == 0 || length % RangeSize != 0 || length > most * RangeSize || _image.IsReadOnly ? IoError : Ok;
        if (status != Ok) return true;
        var ranges = _buffer.AsSpan(0, (int)length);
        if (!readable.Read(_device, ranges)) return false;
        status = CheckRanges(type, ranges);
        for (; !ranges.IsEmpty && status == Ok; ranges = ranges[RangeSize..]) status = ChangeRange(type, ranges);
        MakeDurable(ref status);
        return true;
    }

    // All are looked at before the first is changed.
    private byte CheckRanges(uint type, ReadOnlySpan<byte> ranges)
    {
        for (; !ranges.IsEmpty; ranges = ranges[RangeSize..])
        {
            var (sector, count, flags) = Range(ranges);
            if (flags != 0 && (type == Discard || flags != Unmap)) return Unsupported;
            if (count > (type == Discard ? BlockLimits.DiscardSectors : BlockLimits.ZeroSectors)) return IoError;
            if (!IsInside(sector, count)) return IoError;
        }
        return Ok;
    }

    private byte ChangeRange(uint type, ReadOnlySpan<byte> range)
    {
        var (sector, count, flags) = Range(range);
        var (offset, length) = (sector * VirtioBlockDevice.SectorSize, (ulong)count * VirtioBlockDevice.SectorSize);
        return StatusOf(type == Discard
            ? _image.Discard(offset, length) : _image.WriteZeroes(offset, length, mayDiscard: flags == Unmap));
    }

    private static (ulong Sector, uint Count, uint Flags) Range(ReadOnlySpan<byte> range)
        => (BinaryPrimitives.ReadUInt64LittleEndian(range), BinaryPrimitives.ReadUInt32LittleEndian(range[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(range[12..]));

    // Where data of whole sectors are; else the status that says why they are nowhere.
    private bool TryPlace(ulong sector, ulong length, out ulong offset, out byte status)
    {
        var isPlace = length % VirtioBlockDevice.SectorSize == 0 && length <= BlockLimits.RequestSize
            && IsInside(sector, length / VirtioBlockDevice.SectorSize);
        offset = isPlace ? sector * VirtioBlockDevice.SectorSize : 0;
        status = isPlace ? Ok : IoError;
        return isPlace;
    }

    private bool IsInside(ulong sector, ulong count)
    {
        var sectors = _image.Length / VirtioBlockDevice.SectorSize;
        return sector <= sectors && count <= sectors - sector;
    }

    private void MakeDurable(ref byte status)
    {
        if (status == Ok && _device.IsWriteThrough) status = StatusOf(_image.Flush());
    }

    private static byte StatusOf(ImageOutcome outcome) => outcome == ImageOutcome.Done ? Ok : IoError;
}
