namespace S390Sim.Cpu;

/// <summary>
/// The trace table that CR12 designates (chapter 4, "Tracing"). An entry is reserved, with all exceptions, before its
/// instruction changes anything, and made when nothing else can go wrong.
/// </summary>
internal static unsafe class TraceTable
{
    /// <summary>CR12 bit 0: branch tracing.</summary>
    public const ulong Branches = 1UL << 63;
    /// <summary>CR12 bit 1: mode tracing.</summary>
    public const ulong Modes = 1UL << 62;
    /// <summary>CR12 bit 62: ASN tracing.</summary>
    public const ulong Asns = 2;
    /// <summary>CR12 bit 63: explicit tracing.</summary>
    public const ulong Explicit = 1;

    private const ulong EntryAddress = 0x3FFF_FFFF_FFFF_FFFC;    // bits 2-61

    /// <summary>Whether a kind of tracing is on.</summary>
    public static bool IsOn(CpuState* c, ulong control) => (c->Cr[12] & control) != 0;

    /// <summary>Finds the place of the next entry; false after an exception or host fault.</summary>
    /// <param name="c">The processor.</param>
    /// <param name="length">Bytes of the entry; for an explicit one of the longest there is.</param>
    /// <param name="entry">Its place.</param>
    public static bool TryReserve(CpuState* c, int length, out byte* entry)
    {
        var address = c->Cr[12] & EntryAddress;
        if (!c->TryStoreReal(address, out entry)) return false;
        if ((address & 0xFFF) + (ulong)length < Storage.PageSize) return true;
        c->Program(ProgramCode.TraceTable);
        return false;
    }

    /// <summary>Makes the entry.</summary>
    public static void Make(CpuState* c, byte* entry, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(entry, bytes.Length));
        c->StoredAt(entry, bytes.Length);
        c->Cr[12] = (c->Cr[12] & ~EntryAddress) | (((c->Cr[12] & EntryAddress) + (ulong)bytes.Length) & EntryAddress);
    }
}

/// <summary>An entry under construction, empty when there is nothing to trace.</summary>
internal unsafe ref struct TraceEntry
{
    private fixed byte _bytes[24];
    private int _length;
    private byte* _place;

    private void Add8(int value) => _bytes[_length++] = (byte)value;

    private void Add16(int value)
    {
        Add8(value >> 8);
        Add8(value);
    }

    private void Add32(ulong value)
    {
        Add16((int)(value >> 16));
        Add16((int)value);
    }

    private void Add64(ulong value)
    {
        Add32(value >> 32);
        Add32(value);
    }

    // A field of four bytes, or of eight.
    private void AddAddress(ulong value, bool isLong)
    {
        if (isLong) Add64(value);
        else Add32(value);
    }

    /// <summary>Reserves the place of the entry; false after an exception or host fault.</summary>
    public bool TryReserve(CpuState* c)
    {
        if (_length == 0) return true;
        var done = TraceTable.TryReserve(c, _length, out var place);
        _place = place;
        return done;
    }

    /// <summary>Makes the entry, if there is one.</summary>
    public void Make(CpuState* c)
    {
        if (_length == 0) return;
        fixed (byte* bytes = _bytes) TraceTable.Make(c, _place, new ReadOnlySpan<byte>(bytes, _length));
    }

    private const ulong Mode31 = 0x8000_0000;

    private static bool IsExtended(ulong mask) => (mask & Psw.ExtendedAddressing) != 0;

    private static ulong ModeBit(ulong mask) => (mask & Psw.BasicAddressing) != 0 ? Mode31 : 0;

    // An instruction address as a field: with the mode bit unless the mode is 64-bit.
    private static ulong Field(ulong address, ulong mask) => IsExtended(mask) ? address : (uint)address | ModeBit(mask);

    /// <summary>Branch: one to three words, by the mode and address.</summary>
    /// <param name="target">Branch address.</param>
    /// <param name="mask">PSW mask after the branch.</param>
    public static TraceEntry Branch(ulong target, ulong mask)
    {
        var e = new TraceEntry();
        if (IsExtended(mask) && target > 0x7FFF_FFFF)
        {
            e.Add32(0x52C0_0000);
            e.Add64(target);
        }
        else
        {
            e.Add32((uint)target | ModeBit(mask));
        }
        return e;
    }

    /// <summary>Mode switch: into or out of the 64-bit mode.</summary>
    /// <param name="next">Updated instruction address.</param>
    /// <param name="mask">PSW mask before.</param>
    public static TraceEntry ModeSwitch(ulong next, ulong mask)
    {
        var e = new TraceEntry();
        var isLong = IsExtended(mask) && next > uint.MaxValue;
        e.Add32(isLong ? 0x5260_0000u : IsExtended(mask) ? 0x5120_0000u : 0x5130_0000u);
        e.AddAddress(Field(next, mask), isLong);
        return e;
    }

    /// <summary>Mode-switching branch: made instead of both when mode and branch tracing are on.</summary>
    /// <param name="target">Branch address.</param>
    /// <param name="mask">PSW mask after the branch.</param>
    public static TraceEntry ModeSwitchingBranch(ulong target, ulong mask)
    {
        var e = new TraceEntry();
        var isLong = IsExtended(mask) && target > uint.MaxValue;
        e.Add32(isLong ? 0x52F0_0000u : IsExtended(mask) ? 0x51B0_0000u : 0x51A0_0000u);
        e.AddAddress(Field(target, mask), isLong);
        return e;
    }

    /// <summary>BRANCH IN SUBSPACE GROUP.</summary>
    public static TraceEntry Subspace(uint alet, ulong target, ulong mask)
    {
        var e = new TraceEntry();
        e.Add8(IsExtended(mask) ? 0x42 : 0x41);
        // Bits 7 and 9-31 of the token.
        e.Add8((int)((alet >> 17) & 0x80) | (int)((alet >> 16) & 0x7F));
        e.Add16((int)alet);
        e.AddAddress(Field(target, mask), IsExtended(mask));
        return e;
    }

    /// <summary>SET SECONDARY ASN, also WITH INSTANCE.</summary>
    public static TraceEntry SecondaryAsn(ushort asn, bool withInstance)
    {
        var e = new TraceEntry();
        e.Add8(0x10);
        e.Add8(withInstance ? 1 : 0);
        e.Add16(asn);
        return e;
    }

    /// <summary>PROGRAM TRANSFER, also WITH INSTANCE.</summary>
    public static TraceEntry ProgramTransfer(ushort asn, ulong operand, ulong mask, bool withInstance)
    {
        var e = new TraceEntry();
        var isLong = IsExtended(mask) && operand > uint.MaxValue;
        e.Add8(isLong ? 0x32 : 0x31);
        e.Add8(Key(mask) | (isLong ? 0xC : IsExtended(mask) ? 8 : 0) | (withInstance ? 1 : 0));
        e.Add16(asn);
        e.AddAddress(operand, isLong);
        return e;
    }

    /// <summary>PROGRAM CALL.</summary>
    /// <param name="number">PC number.</param>
    /// <param name="isLongNumber">Whether it has 32 bits, not 20.</param>
    /// <param name="next">Return address.</param>
    /// <param name="mask">PSW mask before.</param>
    /// <param name="toExtended">Whether the called program runs in the 64-bit mode.</param>
    public static TraceEntry ProgramCall(uint number, bool isLongNumber, ulong next, ulong mask, bool toExtended)
    {
        var e = new TraceEntry();
        var link = Field(next, mask) | ProblemBit(mask);
        if (!isLongNumber)
        {
            e.Add8(IsExtended(mask) ? 0x22 : 0x21);
            e.Add8(Key(mask) | (int)((number >> 16) & 0xF));
            e.Add16((int)number);
            e.AddAddress(link, IsExtended(mask));
            return e;
        }
        var isLong = IsExtended(mask) && next > uint.MaxValue;
        e.Add8(isLong ? 0x23 : 0x22);
        e.Add8(Key(mask) | 8 | (isLong ? 4 : 0) | (IsExtended(mask) ? 2 : 0) | (toExtended ? 1 : 0));
        e.Add16(0);
        e.AddAddress(link, isLong);
        e.Add32(number);
        return e;
    }

    /// <summary>PROGRAM RETURN.</summary>
    /// <param name="asn">New primary ASN.</param>
    /// <param name="next">Updated instruction address.</param>
    /// <param name="mask">PSW mask before.</param>
    /// <param name="to">PSW returned to.</param>
    public static TraceEntry ProgramReturn(ushort asn, ulong next, ulong mask, Psw to)
    {
        var e = new TraceEntry();
        var longReturn = IsExtended(to.Mask) && to.Address > uint.MaxValue;
        var longNext = IsExtended(mask) && next > uint.MaxValue;
        e.Add8(0x32 + (longReturn ? 1 : 0) + (longNext ? 1 : 0));
        e.Add8(Key(mask)
            | (IsExtended(to.Mask) ? 8 : 0) | (longReturn ? 4 : 0) | (IsExtended(mask) ? 2 : 0) | (longNext ? 1 : 0));
        e.Add16(asn);
        e.AddAddress(Field(to.Address, to.Mask) | ProblemBit(to.Mask), longReturn);
        e.AddAddress(Field(next, mask), longNext);
        return e;
    }

    private static int Key(ulong mask) => (int)(mask >> 48) & 0xF0;

    private static ulong ProblemBit(ulong mask) => (mask & Psw.Problem) != 0 ? 1UL : 0;
}
