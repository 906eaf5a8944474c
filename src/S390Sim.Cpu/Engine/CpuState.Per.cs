namespace S390Sim.Cpu;

/// <summary>Storage accesses as program-event recording sees them (chapter 4, "PER Events").</summary>
public unsafe partial struct CpuState
{
    internal const ulong PerSpaceControl = 1UL << 21;      // CR9 bit 42

    /// <summary>Whether an event's mask in control register 9 is one.</summary>
    internal readonly bool IsPerEnabled(PerEvents mask) => ((PerEvents)(Cr[9] >> 24) & mask) == mask;

    /// <summary>Notes an access to a storage operand by logical address, which has been checked.</summary>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="b">Base register, or <see cref="ZeroRegister"/>.</param>
    /// <param name="length">Number of bytes; they wrap around in the addressing mode.</param>
    /// <param name="kind">Whether the operand is stored.</param>
    internal void NoteAccess(ulong address, int b, int length, AccessKind kind)
    {
        if (kind == AccessKind.Instruction) return;
        Per.Bases |= 1u << b;
        if (kind != AccessKind.Store || !IsPerEnabled(PerEvents.StorageAlteration) || !IsPerArea(address, length)) return;
        var dat = (PswMask & Cpu.Psw.Dat) != 0;
        var space = OperandSpace;
        // The space control counts for virtual addresses only.
        if (dat && (Cr[9] & PerSpaceControl) != 0
            && (!TrySelectSpace(space, b, dat, out var selected) || (selected.Asce & Dat.AsceStorageAlteration) == 0)) return;
        NoteAlteration((byte)space, space == 1 ? (byte)(b & 15) : (byte)0);
    }

    /// <summary>Notes an access by real address: LOAD and STORE USING REAL ADDRESS.</summary>
    /// <param name="register">General register that holds the address.</param>
    /// <param name="store">Whether it stores.</param>
    internal void NoteRealAccess(int register, bool store)
    {
        Per.Bases |= 1u << register;
        if (store && IsPerEnabled(PerEvents.StorageAlteration | PerEvents.StoreUsingRealAddress))
            Per.Events |= PerEvents.StoreUsingRealAddress;
    }

    // Of several alterations the first is identified.
    private void NoteAlteration(byte space, byte accessRegister)
    {
        if ((Per.Events & PerEvents.StorageAlteration) != 0) return;
        Per.Events |= PerEvents.StorageAlteration;
        Per.Space = space;
        Per.AccessRegister = accessRegister;
    }

    // Whether an operand, which may wrap around, has a byte in the area of control registers 10 and 11.
    private readonly bool IsPerArea(ulong address, int length)
    {
        var last = (address + (uint)length - 1) & AddressMask;
        return address <= last ? Meets(address, last) : Meets(address, AddressMask) || Meets(0, last);
    }

    /// <summary>Whether an address is in the area of control registers 10 and 11.</summary>
    internal readonly bool IsPerArea(ulong address) => Meets(address, address);

    // The area wraps around when its end is below its start.
    private readonly bool Meets(ulong first, ulong last)
        => Cr[10] <= Cr[11] ? first <= Cr[11] && last >= Cr[10] : first <= Cr[11] || last >= Cr[10];
}
