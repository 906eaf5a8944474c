using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>
/// Storage operands by logical address. Each access returns false after recording the access exception (or the host's
/// fault); the caller then returns null at once, having changed nothing: that is what nullification and suppression ask.
/// </summary>
public unsafe partial struct CpuState
{
    /// <summary>Fetches a byte.</summary>
    /// <param name="address">Logical address, already in the addressing mode.</param>
    /// <param name="b">Base register of the operand: names the access register in access-register mode.</param>
    /// <param name="value">The operand.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load8(ulong address, int b, out byte value)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->ReadTag == ((address & ~0xFFFUL) | DataTag))
        {
            value = e->Addend[address];
            return true;
        }
        Unsafe.SkipInit(out value);
        fixed (byte* p = &value) return FetchSlow(address, b, p, 1);
    }

    /// <summary>Fetches a halfword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load16(ulong address, int b, out ushort value)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->ReadTag == (((address + 1) & ~0xFFFUL) | DataTag))
        {
            value = BinaryPrimitives.ReverseEndianness(*(ushort*)(e->Addend + address));
            return true;
        }
        ushort bytes;
        var done = FetchSlow(address, b, (byte*)&bytes, 2);
        value = BinaryPrimitives.ReverseEndianness(bytes);
        return done;
    }

    /// <summary>Fetches a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load32(ulong address, int b, out uint value)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->ReadTag == (((address + 3) & ~0xFFFUL) | DataTag))
        {
            value = BinaryPrimitives.ReverseEndianness(*(uint*)(e->Addend + address));
            return true;
        }
        uint bytes;
        var done = FetchSlow(address, b, (byte*)&bytes, 4);
        value = BinaryPrimitives.ReverseEndianness(bytes);
        return done;
    }

    /// <summary>Fetches a doubleword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Load64(ulong address, int b, out ulong value)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->ReadTag == (((address + 7) & ~0xFFFUL) | DataTag))
        {
            value = BinaryPrimitives.ReverseEndianness(*(ulong*)(e->Addend + address));
            return true;
        }
        ulong bytes;
        var done = FetchSlow(address, b, (byte*)&bytes, 8);
        value = BinaryPrimitives.ReverseEndianness(bytes);
        return done;
    }

    /// <summary>Stores a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store8(ulong address, int b, byte value)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->WriteTag == ((address & ~0xFFFUL) | DataTag))
        {
            e->Addend[address] = value;
            return true;
        }
        return StoreSlow(address, b, &value, 1);
    }

    /// <summary>Stores a halfword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store16(ulong address, int b, ushort value)
    {
        var bytes = BinaryPrimitives.ReverseEndianness(value);
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->WriteTag == (((address + 1) & ~0xFFFUL) | DataTag))
        {
            *(ushort*)(e->Addend + address) = bytes;
            return true;
        }
        return StoreSlow(address, b, (byte*)&bytes, 2);
    }

    /// <summary>Stores a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store32(ulong address, int b, uint value)
    {
        var bytes = BinaryPrimitives.ReverseEndianness(value);
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->WriteTag == (((address + 3) & ~0xFFFUL) | DataTag))
        {
            *(uint*)(e->Addend + address) = bytes;
            return true;
        }
        return StoreSlow(address, b, (byte*)&bytes, 4);
    }

    /// <summary>Stores a doubleword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Store64(ulong address, int b, ulong value)
    {
        var bytes = BinaryPrimitives.ReverseEndianness(value);
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        if (e->WriteTag == (((address + 7) & ~0xFFFUL) | DataTag))
        {
            *(ulong*)(e->Addend + address) = bytes;
            return true;
        }
        return StoreSlow(address, b, (byte*)&bytes, 8);
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
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        return e->ReadTag == (((address + (uint)length - 1) & ~0xFFFUL) | DataTag) ? e->Addend + address : null;
    }

    /// <summary>The same for storing: the block holds no predecoded code, so nobody needs to be told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Writable(ulong address, int length)
    {
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
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

    /// <summary>Storage that host absolute addresses designate.</summary>
    public readonly Storage HostStorage => Processor.Storage;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FetchSlow(ulong address, int b, byte* bytes, int length)
        => Fetch(address, b, new Span<byte>(bytes, length));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StoreSlow(ulong address, int b, byte* bytes, int length)
        => Store(address, b, new ReadOnlySpan<byte>(bytes, length));
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
