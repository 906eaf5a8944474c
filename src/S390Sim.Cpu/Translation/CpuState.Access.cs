using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>
/// Storage operands by logical address. Each access returns false after recording the access exception (or the host's
/// fault); the caller then returns null at once, having changed nothing: that is what nullification and suppression ask.
/// </summary>
public unsafe partial struct CpuState
{
    // The TLB's entry for an address, by as few operations as it takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TlbEntry* Entry(ulong address)
        => (TlbEntry*)((byte*)Tlb + ((address >> Cpu.Tlb.EntryShift) & ((Cpu.Tlb.Entries - 1) << Cpu.Tlb.EntrySizeLog)));

    /// <summary>Fetches a byte.</summary>
    /// <param name="address">Logical address, already in the addressing mode.</param>
    /// <param name="b">Base register of the operand: names the access register in access-register mode.</param>
    /// <param name="value">The operand.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load8(ulong address, int b, out byte value)
    {
        var e = Entry(address);
        var p = e->Addend + address;
        if (e->ReadTag != ((address & ~0xFFFUL) | DataTag) && (p = FetchSlow(address, b, 1)) == null)
        {
            value = 0;
            return false;
        }
        value = *p;
        return true;
    }

    /// <summary>Fetches a halfword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load16(ulong address, int b, out ushort value)
    {
        var e = Entry(address);
        var p = e->Addend + address;
        if (e->ReadTag != (((address + 1) & ~0xFFFUL) | DataTag) && (p = FetchSlow(address, b, 2)) == null)
        {
            value = 0;
            return false;
        }
        value = BinaryPrimitives.ReverseEndianness(*(ushort*)p);
        return true;
    }

    /// <summary>Fetches a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load32(ulong address, int b, out uint value)
    {
        var e = Entry(address);
        var p = e->Addend + address;
        if (e->ReadTag != (((address + 3) & ~0xFFFUL) | DataTag) && (p = FetchSlow(address, b, 4)) == null)
        {
            value = 0;
            return false;
        }
        value = BinaryPrimitives.ReverseEndianness(*(uint*)p);
        return true;
    }

    /// <summary>Fetches a doubleword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load64(ulong address, int b, out ulong value)
    {
        var e = Entry(address);
        var p = e->Addend + address;
        if (e->ReadTag != (((address + 7) & ~0xFFFUL) | DataTag) && (p = FetchSlow(address, b, 8)) == null)
        {
            value = 0;
            return false;
        }
        value = BinaryPrimitives.ReverseEndianness(*(ulong*)p);
        return true;
    }

    /// <summary>Stores a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store8(ulong address, int b, byte value)
    {
        var e = Entry(address);
        if (e->WriteTag != ((address & ~0xFFFUL) | DataTag)) return StoreSlow(address, b, value, 1);
        var p = e->Addend + address;
        *p = value;
        return true;
    }

    /// <summary>Stores a halfword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store16(ulong address, int b, ushort value)
    {
        var e = Entry(address);
        if (e->WriteTag != (((address + 1) & ~0xFFFUL) | DataTag)) return StoreSlow(address, b, value, 2);
        var p = e->Addend + address;
        *(ushort*)p = BinaryPrimitives.ReverseEndianness(value);
        return true;
    }

    /// <summary>Stores a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store32(ulong address, int b, uint value)
    {
        var e = Entry(address);
        if (e->WriteTag != (((address + 3) & ~0xFFFUL) | DataTag)) return StoreSlow(address, b, value, 4);
        var p = e->Addend + address;
        *(uint*)p = BinaryPrimitives.ReverseEndianness(value);
        return true;
    }

    /// <summary>Stores a doubleword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store64(ulong address, int b, ulong value)
    {
        var e = Entry(address);
        if (e->WriteTag != (((address + 7) & ~0xFFFUL) | DataTag)) return StoreSlow(address, b, value, 8);
        var p = e->Addend + address;
        *(ulong*)p = BinaryPrimitives.ReverseEndianness(value);
        return true;
    }

    /// <summary>Fetches up to 4096 bytes in storage order.</summary>
    public bool Fetch(ulong address, int b, Span<byte> bytes)
    {
        if (!Locate(address, b, bytes.Length, AccessKind.Fetch, out var operand)) return false;
        operand.CopyTo(bytes);
        return true;
    }

    /// <summary>Stores up to 4096 bytes; all or, with an access exception, none.</summary>
    public bool Store(ulong address, int b, ReadOnlySpan<byte> bytes)
    {
        if (!Locate(address, b, bytes.Length, AccessKind.Store, out var operand)) return false;
        operand.CopyFrom(ref this, bytes);
        return true;
    }

    /// <summary>
    /// Host address of an operand of 1-4096 bytes in one block whose fetch the TLB knows to be allowed; null when
    /// <see cref="Locate"/> has to look closer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Readable(ulong address, int length)
    {
        var e = Entry(address);
        return e->ReadTag == (((address + (uint)length - 1) & ~0xFFFUL) | DataTag) ? e->Addend + address : null;
    }

    /// <summary>The same for storing: the block holds no predecoded code, so nobody needs to be told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Writable(ulong address, int length)
    {
        var e = Entry(address);
        return e->WriteTag == (((address + (uint)length - 1) & ~0xFFFUL) | DataTag) ? e->Addend + address : null;
    }

    /// <summary>
    /// Finds the bytes of an operand of up to 4096 bytes, which lie in one or two blocks, and checks the access to all of it.
    /// The operand wraps around at the end of the address space of the addressing mode.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Locate(ulong address, int b, int length, AccessKind kind, out StorageOperand operand)
    {
        var host = kind == AccessKind.Store ? Writable(address, length) : Readable(address, length);
        if (host == null || kind == AccessKind.Instruction) return LocateSlow(address, b, length, kind, out operand);
        operand = new StorageOperand(host, length);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LocateSlow(ulong address, int b, int length, AccessKind kind, out StorageOperand operand)
    {
        var first = Math.Min(length, (int)(Storage.PageSize - (address & 0xFFF)));
        operand = default;
        if (length == 0) return true;
        if (!Translate(address, b, kind, out var frame)) return false;
        operand = new StorageOperand(HostStorage, frame, first);
        if (first != length)
        {
            if (!Translate((address + (ulong)first) & AddressMask, b, kind, out frame)) return false;
            operand.Add(frame, length - first);
        }
        if ((PswMask & Cpu.Psw.Per) != 0) NoteAccess(address, b, length, kind);
        return true;
    }

    /// <summary>Tells that a block was stored into through its host address: predecoded instructions under it go.</summary>
    internal readonly void StoredAt(byte* host, int length)
        => Processor.Storage.Written((ulong)(host - Processor.Storage.Base), length);

    /// <summary>Storage that host absolute addresses designate.</summary>
    public readonly Storage HostStorage => Processor.Storage;

    // Where a copy of the operand is; null after an access exception.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* FetchSlow(ulong address, int b, int length)
    {
        var bytes = (byte*)Unsafe.AsPointer(ref SlowOperand);
        return Fetch(address, b, new Span<byte>(bytes, length)) ? bytes : null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StoreSlow(ulong address, int b, ulong value, int length)
    {
        var bytes = BinaryPrimitives.ReverseEndianness(value << (64 - length * 8));
        return Store(address, b, new ReadOnlySpan<byte>(&bytes, length));
    }
}

/// <summary>What an access does with the operand.</summary>
public enum AccessKind
{
    /// <summary>Fetches it.</summary>
    Fetch,
    /// <summary>Stores it (and may fetch it too).</summary>
    Store,
    /// <summary>Fetches instructions.</summary>
    Instruction,
}

/// <summary>The one or two contiguous pieces of host memory that hold a checked storage operand.</summary>
public unsafe struct StorageOperand
{
    // Null when no predecoded code can lie under the operand.
    private readonly Storage? _storage;

    internal StorageOperand(byte* host, int length)
    {
        First = host;
        FirstLength = length;
    }

    internal StorageOperand(Storage storage, ulong absolute, int length)
    {
        _storage = storage;
        First = storage.Base + absolute;
        FirstLength = length;
    }

    internal void Add(ulong absolute, int length)
    {
        Second = _storage!.Base + absolute;
        SecondLength = length;
    }

    /// <summary>Bytes in the first piece.</summary>
    public int FirstLength { get; }
    /// <summary>Bytes in the second piece; zero when the operand lies in one block.</summary>
    public int SecondLength { get; private set; }
    /// <summary>Bytes in the operand.</summary>
    public readonly int Length => FirstLength + SecondLength;
    /// <summary>Host address of the first piece.</summary>
    public byte* First { get; }
    /// <summary>Host address of the second piece.</summary>
    public byte* Second { get; private set; }

    /// <summary>The byte at an offset; call <see cref="Stored"/> after changing any.</summary>
    public readonly ref byte this[int offset]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref offset < FirstLength ? ref First[offset] : ref Second[offset - FirstLength];
    }

    /// <summary>Copies the operand out, in storage order.</summary>
    public readonly void CopyTo(Span<byte> bytes)
    {
        if (Length == 0) return;
        new ReadOnlySpan<byte>(First, FirstLength).CopyTo(bytes);
        if (SecondLength != 0) new ReadOnlySpan<byte>(Second, SecondLength).CopyTo(bytes[FirstLength..]);
    }

    /// <summary>Stores all bytes of the operand, and lets predecoded instructions under them go.</summary>
    public readonly void CopyFrom(ref CpuState c, ReadOnlySpan<byte> bytes)
    {
        if (Length == 0) return;
        bytes[..FirstLength].CopyTo(new Span<byte>(First, FirstLength));
        if (SecondLength != 0) bytes[FirstLength..].CopyTo(new Span<byte>(Second, SecondLength));
        Stored();
    }

    /// <summary>Tells that bytes of the operand changed: predecoded instructions under them are decoded again.</summary>
    public readonly void Stored()
    {
        if (_storage is null) return;
        _storage.Written((ulong)(First - _storage.Base), FirstLength);
        if (SecondLength != 0) _storage.Written((ulong)(Second - _storage.Base), SecondLength);
    }
}
