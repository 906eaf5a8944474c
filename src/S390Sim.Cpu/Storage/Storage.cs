using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace S390Sim.Cpu;

/// <summary>
/// Absolute main storage: big-endian bytes in native memory, a storage key per 4 KB block, and a mark on each block that
/// holds predecoded instructions. Every address here is absolute; callers have translated and prefixed it already.
/// </summary>
public sealed unsafe class Storage : IAbsoluteStorage, IDisposable
{
    /// <summary>Bytes in a storage block: the unit of keys, frames and predecoding.</summary>
    public const int PageSize = 4096;

    private readonly void* _allocation;
    private readonly byte* _base;
    private readonly byte* _keys;
    private readonly byte* _marks;
    private bool _disposed;

    /// <summary>Provides <paramref name="size"/> bytes of zeroed storage with all keys zero.</summary>
    /// <param name="size">Bytes; a positive multiple of 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is zero or no multiple of 4096.</exception>
    /// <exception cref="OutOfMemoryException">The host has not that much memory.</exception>
    public Storage(ulong size)
    {
        if (size == 0 || size % PageSize != 0)
            throw new ArgumentOutOfRangeException(nameof(size), size, "storage is a positive multiple of 4096 bytes");
        Size = size;
        // calloc of a large block maps untouched zero pages: unused guest storage costs the host nothing.
        var alignment = size >= HostPages.HugeSize ? (nuint)HostPages.HugeSize : PageSize;
        _allocation = NativeMemory.AllocZeroed((nuint)size + alignment);
        _base = (byte*)(((nuint)_allocation + alignment - 1) & ~(alignment - 1));
        HostPages.AdviseHuge(_base, (nuint)size);
        _keys = (byte*)NativeMemory.AllocZeroed((nuint)(size / PageSize));
        _marks = (byte*)NativeMemory.AllocZeroed((nuint)(size / PageSize));
    }

    /// <summary>Number of bytes; valid addresses are below it.</summary>
    public ulong Size { get; }

    /// <summary>Host address of absolute byte 0.</summary>
    public byte* Base => _base;

    /// <summary>Raised with the absolute address and length of a store into a block that holds predecoded code.</summary>
    public event Action<ulong, int>? CodeStored;

    /// <summary>Raised when a block's key changes, or when code is first decoded from it: cached accesses to it must go.</summary>
    public event Action<ulong>? AccessChanged;

    /// <summary>Whether all of a range is installed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ulong address, ulong length) => address < Size && length <= Size - address;

    /// <summary>The storage key of the block: ACC in bits 0-3, F bit 4, R bit 5, C bit 6 (the byte that ISKE inserts).</summary>
    public ref byte Key(ulong address) => ref _keys[address / PageSize];

    /// <summary>Whether instructions of the block are predecoded.</summary>
    public bool HoldsCode(ulong address) => (_marks[address / PageSize] & CodeMark) != 0;

    private const byte CodeMark = 1, CachedMark = 2;

    /// <summary>Marks or unmarks a block as holding predecoded instructions.</summary>
    public void MarkCode(ulong address, bool holdsCode)
    {
        ref var marks = ref _marks[address / PageSize];
        marks = (byte)(holdsCode ? marks | CodeMark : marks & ~CodeMark);
        if (holdsCode) DropCached(address);
    }

    /// <summary>Notes that some software TLB holds an access to the block, so that it is told when the access changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkCached(ulong address) => _marks[address / PageSize] |= CachedMark;

    /// <summary>Replaces a storage key and lets cached accesses to the block go.</summary>
    public void SetKey(ulong address, byte key)
    {
        Key(address) = key;
        DropCached(address);
    }

    private void DropCached(ulong address)
    {
        ref var marks = ref _marks[address / PageSize];
        if ((marks & CachedMark) == 0) return;
        marks &= unchecked((byte)~CachedMark);
        AccessChanged?.Invoke(address & ~(ulong)(PageSize - 1));
    }

    /// <summary>Tells that bytes changed other than through a processor's write path (a device, a loader, a hypervisor).</summary>
    public void Written(ulong address, int length)
    {
        if (length <= 0) return;
        for (var page = address / PageSize; page <= (address + (ulong)length - 1) / PageSize; page++)
        {
            if ((_marks[page] & CodeMark) == 0) continue;
            CodeStored?.Invoke(address, length);
            return;
        }
    }

    /// <summary>The bytes of an installed range, for reading; use <see cref="Write"/> to store.</summary>
    public ReadOnlySpan<byte> Read(ulong address, int length)
    {
        Demand(address, length);
        return new(_base + address, length);
    }

    /// <summary>Stores bytes into an installed range.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        Demand(address, bytes.Length);
        bytes.CopyTo(new Span<byte>(_base + address, bytes.Length));
        Written(address, bytes.Length);
    }

    /// <summary>Loads the doubleword at an installed address; block-concurrent when aligned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Read64(ulong address)
    {
        if (!Contains(address, 8)) throw Outside(address, 8);
        return BinaryPrimitives.ReverseEndianness(Volatile.Read(ref *(ulong*)(_base + address)));
    }

    /// <summary>Stores a doubleword at an installed address; block-concurrent when aligned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write64(ulong address, ulong value)
    {
        if (!Contains(address, 8)) throw Outside(address, 8);
        Volatile.Write(ref *(ulong*)(_base + address), BinaryPrimitives.ReverseEndianness(value));
        if (((_marks[address / PageSize] | _marks[(address + 7) / PageSize]) & CodeMark) != 0) Written(address, 8);
    }

    /// <summary>Zeros in all storage and all storage keys (clear reset).</summary>
    public void Clear()
    {
        for (ulong block = 0; block < Size; block += PageSize)
        {
            var bytes = new Span<byte>(_base + block, PageSize);
            // What was never touched stays so: it costs the host nothing.
            if (!bytes.ContainsAnyExcept((byte)0)) continue;
            bytes.Clear();
            Written(block, PageSize);
        }
        for (ulong block = 0; block < Size / PageSize; block++)
        {
            if (_keys[block] != 0) SetKey(block * PageSize, 0);
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        if (!Contains(address, (ulong)bytes.Length)) return false;
        new ReadOnlySpan<byte>(_base + address, bytes.Length).CopyTo(bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!Contains(address, (ulong)bytes.Length)) return false;
        Write(address, bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool TryReadKey(ulong address, out byte key)
    {
        key = Contains(address, 1) ? Key(address) : (byte)0;
        return Contains(address, 1);
    }

    /// <inheritdoc/>
    public bool TryOr(ulong address, byte bits, out byte old)
    {
        old = 0;
        if (!Contains(address, 1)) return false;
        ref var place = ref _base[address];
        do old = Volatile.Read(ref place);
        while (Interlocked.CompareExchange(ref place, (byte)(old | bits), old) != old);
        Written(address, 1);
        return true;
    }

    private void Demand(ulong address, int length)
    {
        if (!Contains(address, (ulong)length)) throw Outside(address, length);
    }

    private ArgumentOutOfRangeException Outside(ulong address, int length)
        => new(nameof(address), $"0x{address:x} + {length} is outside the storage of 0x{Size:x} bytes");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        NativeMemory.Free(_allocation);
        NativeMemory.Free(_keys);
        NativeMemory.Free(_marks);
    }
}
