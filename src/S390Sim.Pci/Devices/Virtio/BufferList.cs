namespace S390Sim.Pci;

/// <summary>The buffers of a chain that go in one direction, in order, as one row of bytes with a position in it.</summary>
/// <param name="capacity">Most buffers.</param>
internal sealed class BufferList(int capacity)
{
    private readonly (ulong Address, uint Length)[] _buffers = new (ulong, uint)[capacity];
    private int _count, _current;
    private uint _within;

    /// <summary>Bytes of all buffers.</summary>
    public ulong Length { get; private set; }

    /// <summary>Bytes moved so far, or skipped.</summary>
    public ulong Position { get; private set; }

    public void Clear()
    {
        _count = 0;
        Length = 0;
        Seek(0);
    }

    public void Add(ulong address, uint length)
    {
        _buffers[_count++] = (address, length);
        Length += length;
    }

    /// <summary>Goes to a position, at most the end.</summary>
    public void Seek(ulong position)
    {
        Position = position;
        for (_current = 0; _current < _count && position >= _buffers[_current].Length; _current++)
            position -= _buffers[_current].Length;
        _within = (uint)position;
    }

    /// <summary>Reads the next bytes, which must be there; false when storage could not be read.</summary>
    public bool Read(PciDevice device, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (address, length) = Next(bytes.Length);
            if (!device.ReadMemory(address, bytes[..length])) return false;
            Advance(length);
            bytes = bytes[length..];
        }
        return true;
    }

    /// <summary>Stores the next bytes, for which there must be room; false when they could not be stored.</summary>
    public bool Write(PciDevice device, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var (address, length) = Next(bytes.Length);
            if (!device.WriteMemory(address, bytes[..length])) return false;
            Advance(length);
            bytes = bytes[length..];
        }
        return true;
    }

    private (ulong Address, int Length) Next(int wanted)
    {
        var (address, length) = _buffers[_current];
        return (address + _within, (int)Math.Min((uint)wanted, length - _within));
    }

    private void Advance(int length)
    {
        Position += (ulong)length;
        _within += (uint)length;
        if (_within < _buffers[_current].Length) return;
        _current++;
        _within = 0;
    }
}
