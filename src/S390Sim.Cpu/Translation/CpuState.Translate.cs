using System.Buffers.Binary;

namespace S390Sim.Cpu;

/// <summary>
/// From a logical address to a byte of host storage: low-address protection, DAT, prefixing, the host's mapping of a SIE
/// guest, key-controlled protection (Principles of Operation, chapter 3, "Storage Addressing" and "Protection").
/// </summary>
public unsafe partial struct CpuState
{
    private const ulong LowAddressProtectionControl = 1UL << 28;      // CR0 bit 35
    private const ulong FetchProtectionOverride = 1UL << 25;          // CR0 bit 38
    private const ulong StorageProtectionOverride = 1UL << 24;        // CR0 bit 39
    private const ulong EnhancedDatControl = 1UL << 23;               // CR0 bit 40

    private const ulong TeidFetch = 0x800;
    private const ulong TeidStore = 0x400;
    private const ulong TeidDatProtection = 0x4;
    private const ulong TeidLowAddressProtection = 0x80;

    /// <summary>Recomputes the TLB tags after a change of the PSW.</summary>
    public void RefreshAccessTags()
    {
        var dat = (PswMask & Psw.Dat) != 0;
        var space = dat ? (int)(PswMask >> 46) & 3 : 0;
        var key = (PswMask >> 48) & 0xF0;
        var mode = key | (dat ? 8UL : 0) | 1;
        // In access-register mode the space depends on the operand's register, and program-event recording looks at every
        // access: nothing may match.
        DataTag = space == 1 || (PswMask & Psw.Per) != 0 ? 2 : mode | ((ulong)space << 1);
        FetchTag = mode | (space == 3 ? 6UL : 0);
    }

    /// <summary>Forgets all translations of the level that runs.</summary>
    public readonly void PurgeTlb()
    {
        new Span<TlbEntry>(Tlb, Cpu.Tlb.Entries).Clear();
        new Span<FetchTlbEntry>(FetchTlb, Cpu.Tlb.FetchEntries).Clear();
    }

    /// <summary>Translates one access and checks it; records the exception when it may not be made.</summary>
    /// <param name="address">Logical address.</param>
    /// <param name="b">Base register: names the access register in access-register mode.</param>
    /// <param name="kind">Fetch, store or instruction fetch.</param>
    /// <param name="frame">Host absolute address of the byte.</param>
    public bool Translate(ulong address, int b, AccessKind kind, out ulong frame)
    {
        frame = 0;
        var store = kind == AccessKind.Store;
        var dat = (PswMask & Psw.Dat) != 0;
        var space = kind == AccessKind.Instruction ? InstructionSpace : OperandSpace;
        var asce = dat ? Asce(space, b) : 0;
        if (store && IsLowAddressProtected(address, asce))
            return AccessException(ProgramCode.Protection, address, kind, space, TeidLowAddressProtection, b);

        var real = address;
        if (dat)
        {
            if (!TranslateVirtual(address, asce, kind, space, b, out real)) return false;
        }
        return Reach(ToAbsolute(real), address, asce, b, kind, space, out frame);
    }

    /// <summary>Translates and checks an access by real address (LOAD and STORE USING REAL ADDRESS).</summary>
    public bool TranslateReal(ulong address, AccessKind kind, out ulong frame)
    {
        frame = 0;
        if (kind == AccessKind.Store && (Cr[0] & LowAddressProtectionControl) != 0 && (address & ~0x11FFUL) == 0)
            return AccessException(ProgramCode.Protection, address, kind, 0, TeidLowAddressProtection, 0);
        if (!ResolveAbsolute(ToAbsolute(address), kind == AccessKind.Store, out frame)) return false;
        ref var key = ref Processor.Storage.Key(frame);
        if (!KeyAllows(key, address, 0, kind == AccessKind.Store))
            return AccessException(ProgramCode.Protection, address, kind, 0, 0, 0);
        key |= kind == AccessKind.Store ? (byte)0x06 : (byte)0x04;
        return true;
    }

    /// <summary>Translates an operand address with DAT whatever the PSW's DAT bit (LOAD REAL ADDRESS); false after a host fault.</summary>
    internal bool TryTranslateReal(ulong address, int b, out Dat.Result result)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            var edat1 = (Cr[0] & EnhancedDatControl) != 0;
            var space = (int)(PswMask >> 46) & 3;
            result = Dat.Translate(ref tables, Asce(space, b), address, edat1, edat1 && Processor.Facilities.EnhancedDat2);
            return !tables.HostFailed;
        }
    }

    /// <summary>Translates an address of the home space whatever the PSW's DAT bit; false after a host fault.</summary>
    internal bool TryTranslateHome(ulong address, out Dat.Result result)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            var edat1 = (Cr[0] & EnhancedDatControl) != 0;
            result = Dat.Translate(ref tables, Cr[13], address, edat1, edat1 && Processor.Facilities.EnhancedDat2);
            return !tables.HostFailed;
        }
    }

    /// <summary>
    /// TEST PROTECTION: 0 fetch and store permitted, 1 fetch only, 2 neither, 3 not translated; -1 after an exception or host fault.
    /// </summary>
    internal int TestProtection(ulong address, int b, int key)
    {
        var store = true;
        var real = address;
        var asce = 0UL;
        if ((PswMask & Psw.Dat) != 0)
        {
            asce = Asce(OperandSpace, b);
            if (!TryTranslateReal(address, b, out var result)) return -1;
            switch (result.Exception)
            {
                case ProgramCode.None: break;
                case ProgramCode.Addressing or ProgramCode.TranslationSpecification: Program(result.Exception); return -1;
                default: return 3;
            }
            store = !result.IsProtected && !IsLowAddressProtected(address, asce);
            real = result.Frame;
        }
        else
        {
            store = !IsLowAddressProtected(address, 0);
        }
        if (!ResolveAbsolute(ToAbsolute(real), store: false, out var frame)) return -1;
        var storageKey = Processor.Storage.Key(frame);
        var match = key == 0 || storageKey >> 4 == key || (storageKey >> 4 == 9 && (Cr[0] & StorageProtectionOverride) != 0);
        if (match) return store ? 0 : 1;
        return (storageKey & 0x08) == 0 || OverridesFetchProtection(address, asce) ? 1 : 2;
    }

    /// <summary>Applies prefixing to a real address.</summary>
    public readonly ulong ToAbsolute(ulong real) => (real & ~0x1FFFUL) switch
    {
        0 => real | Prefix,
        var block when block == Prefix => real & 0x1FFF,
        _ => real,
    };

    private readonly int InstructionSpace => (PswMask & Psw.Dat) != 0 && (PswMask & Psw.SpaceMask) == Psw.SpaceMask ? 3 : 0;

    private readonly int OperandSpace => (PswMask & Psw.Dat) == 0 ? 0 : (int)(PswMask >> 46) & 3;

    // In access-register mode ALET 0 and base register 0 are the primary space, ALET 1 is the secondary one; others come with
    // access-register translation.
    private readonly ulong Asce(int space, int b) => space switch
    {
        1 when (b & 15) != 0 && Ar[b & 15] == 1 => Cr[7],
        2 => Cr[7],
        3 => Cr[13],
        _ => Cr[1],
    };

    // Addresses 0-511 and 4096-4607. Here and below the ASCE is zero for a real address.
    private readonly bool IsLowAddressProtected(ulong address, ulong asce)
        => (Cr[0] & LowAddressProtectionControl) != 0 && (address & ~0x11FFUL) == 0 && (asce & Dat.AscePrivateSpace) == 0;

    private readonly bool OverridesFetchProtection(ulong address, ulong asce)
        => (Cr[0] & FetchProtectionOverride) != 0 && address < 2048 && (asce & Dat.AscePrivateSpace) == 0;

    private bool TranslateVirtual(ulong address, ulong asce, AccessKind kind, int space, int b, out ulong real)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            var edat1 = (Cr[0] & EnhancedDatControl) != 0;
            var result = Dat.Translate(ref tables, asce, address, edat1, edat1 && Processor.Facilities.EnhancedDat2);
            real = result.Frame;
            if (tables.HostFailed) return false;
            if (result.Exception != ProgramCode.None)
                return AccessException(result.Exception, address, kind, space, 0, b);
            if (kind == AccessKind.Store && result.IsProtected)
                return AccessException(ProgramCode.Protection, address, kind, space, TeidDatProtection, b);
            return true;
        }
    }

    /// <summary>From absolute to host storage, the key check, and the new TLB entry.</summary>
    private bool Reach(ulong absolute, ulong address, ulong asce, int b, AccessKind kind, int space, out ulong frame)
    {
        var store = kind == AccessKind.Store;
        if (!ResolveAbsolute(absolute, store, out frame)) return false;
        var storage = Processor.Storage;
        ref var key = ref storage.Key(frame);
        if (!KeyAllows(key, address, asce, store))
            return AccessException(ProgramCode.Protection, address, kind, space, 0, b);
        key |= store ? (byte)0x06 : (byte)0x04;
        FillTlb(storage, address, frame, kind);
        return true;
    }

    private readonly bool KeyAllows(byte key, ulong address, ulong asce, bool store)
    {
        var access = (int)(PswMask >> 52) & 0xF;
        if (access == 0 || key >> 4 == access) return true;
        if (key >> 4 == 9 && (Cr[0] & StorageProtectionOverride) != 0) return true;
        return !store && ((key & 0x08) == 0 || OverridesFetchProtection(address, asce));
    }

    private readonly void FillTlb(Storage storage, ulong address, ulong frame, AccessKind kind)
    {
        if (kind == AccessKind.Instruction || DataTag == 2) return;
        // Whether an access below 8 KB is allowed depends on more than the block (low-address protection, fetch-protection override).
        if (address < 0x2000 && (Cr[0] & (LowAddressProtectionControl | FetchProtectionOverride)) != 0) return;
        var e = Tlb + (int)((address >> 12) & (Cpu.Tlb.Entries - 1));
        var tag = (address & ~0xFFFUL) | DataTag;
        if (e->ReadTag != tag) e->WriteTag = 0;
        e->ReadTag = tag;
        e->Addend = storage.Base + (frame & ~0xFFFUL) - (address & ~0xFFFUL);
        e->Frame = frame & ~0xFFFUL;
        if (kind == AccessKind.Store && !storage.HoldsCode(frame)) e->WriteTag = tag;
    }

    /// <summary>Records an access exception with its translation-exception identification.</summary>
    private bool AccessException(ProgramCode code, ulong address, AccessKind kind, int space, ulong detail, int b)
    {
        Fault = new ProgramFault
        {
            Code = code,
            ExceptionAccess = space == 1 ? (byte)(b & 0xF) : (byte)0,
        };
        if (code.StoresTranslationException())
            Fault.TranslationException = (address & ~0xFFFUL) | (kind == AccessKind.Store ? TeidStore : TeidFetch) | detail | (uint)space;
        Exit = ExitKind.Program;
        return false;
    }

    /// <summary>
    /// Maps an absolute address of the level that runs to host storage: itself on the bare machine, through MSO/MSL and the
    /// host's tables for a SIE guest (sie.md section 6). Records an addressing exception or the host's fault.
    /// </summary>
    public bool ResolveAbsolute(ulong absolute, bool store, out ulong frame)
    {
        frame = absolute;
        var storage = Processor.Storage;
        if (SieLevel == 0)
        {
            if (storage.Contains(absolute, 1)) return true;
            Program(ProgramCode.Addressing);
            return false;
        }
        if (absolute > GuestLimit)
        {
            Program(ProgramCode.Addressing);
            return false;
        }
        var host = absolute + MainStorageOrigin;
        var tables = new AbsoluteTables(storage);
        var edat = (HostCr0 & EnhancedDatControl) != 0;
        var result = Dat.Translate(ref tables, HostAsce, host, edat, edat && Processor.Facilities.EnhancedDat2);
        var code = result.Exception;
        if (code == ProgramCode.None && store && result.IsProtected) code = ProgramCode.Protection;
        if (code == ProgramCode.None && !storage.Contains(result.Frame, 1)) code = ProgramCode.Addressing;
        frame = result.Frame;
        if (code == ProgramCode.None) return true;
        HostFault = new HostFault { Code = code, Address = host, IsStore = store };
        Exit = ExitKind.HostFault;
        return false;
    }

    /// <summary>Translation tables of the level that runs: absolute addresses of a SIE guest go through the host's mapping.</summary>
    private ref struct GuestTables(CpuState* c) : ITableReader
    {
        public bool HostFailed;

        public bool TryRead(ulong address, out ulong entry)
        {
            entry = 0;
            if (!c->ResolveAbsolute(address, store: false, out var frame))
            {
                HostFailed = c->Exit == ExitKind.HostFault;
                return false;
            }
            entry = BinaryPrimitives.ReverseEndianness(Volatile.Read(ref *(ulong*)(c->Processor.Storage.Base + frame)));
            return true;
        }
    }
}

/// <summary>Translation tables in a storage, addressed absolutely.</summary>
/// <param name="storage">Where the tables are.</param>
public readonly struct AbsoluteTables(Storage storage) : ITableReader
{
    /// <inheritdoc/>
    public bool TryRead(ulong address, out ulong entry)
    {
        if (storage.Contains(address, 8))
        {
            entry = storage.Read64(address);
            return true;
        }
        entry = 0;
        return false;
    }
}
