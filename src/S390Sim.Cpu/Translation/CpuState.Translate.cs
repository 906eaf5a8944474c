using System.Buffers.Binary;
using System.Runtime.CompilerServices;

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
    /// <summary>CR0 bit 40: enhanced DAT is on.</summary>
    public const ulong EnhancedDatControl = 1UL << 23;
    private const ulong ExecutionProtectionControl = 1UL << 43;       // CR0 bit 20

    /// <summary>Bits of CR0 that decide which accesses are allowed, and where they go.</summary>
    internal const ulong AccessControls = LowAddressProtectionControl | FetchProtectionOverride | StorageProtectionOverride
        | EnhancedDatControl | ExecutionProtectionControl;

    private const ulong TeidFetch = 0x800;
    private const ulong TeidStore = 0x400;
    // Bits 56, 60 and 61 tell which protection it was (chapter 3, "Enhanced Suppression on Protection").
    private const ulong TeidDatProtection = 0x04;
    private const ulong TeidKeyProtection = 0x08;
    private const ulong TeidAccessListProtection = 0x0C;
    private const ulong TeidLowAddressProtection = 0x80;
    private const ulong TeidExecutionProtection = 0x84;

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
    public void PurgeTlb()
    {
        PurgeAlb();
        Cpu.Tlb.Purge(Tlb, FetchTlb);
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
        if (!TrySelectSpace(space, b, dat, out var selected)) return false;
        if (space == 1 && FindInTlb(address, selected.Tag, store, out frame)) return true;
        if (!TryAbsolute(address, b, kind, selected, out var result, out var absolute)) return false;
        if (!Reach(absolute, address, result, selected.Asce, b, kind, selected.Identification, out frame)) return false;
        FillTlb(Processor.Storage, address, frame, kind, selected.Tag);
        return true;
    }

    /// <summary>
    /// Translates an operand's address to an absolute one that need not be in storage, since it is in the address space of PCI
    /// functions (memory I/O): no key is looked at. Records the exception when the access may not be made.
    /// </summary>
    public bool TranslateBeyondStorage(ulong address, int b, AccessKind kind, out ulong absolute)
    {
        absolute = 0;
        return TrySelectSpace(OperandSpace, b, (PswMask & Psw.Dat) != 0, out var selected)
            && TryAbsolute(address, b, kind, selected, out _, out absolute);
    }

    // The address in a space, after the protection that neither tables nor keys know of; false after recording the exception.
    private bool TryAbsolute(
        ulong address, int b, AccessKind kind, in SelectedSpace selected, out Dat.Result result, out ulong absolute)
    {
        (result, absolute) = (default, 0);
        var (asce, space) = (selected.Asce, selected.Identification);
        var store = kind == AccessKind.Store;
        if (store && IsLowAddressProtected(address, asce))
            return AccessException(ProgramCode.Protection, address, kind, space, TeidLowAddressProtection, b);
        if (store && selected.IsFetchOnly)
            return AccessException(ProgramCode.Protection, address, kind, space, TeidAccessListProtection, b);
        var dat = (PswMask & Psw.Dat) != 0;
        if (dat && !TranslateVirtual(address, asce, kind, space, b, out result)) return false;
        absolute = dat ? ToAbsolute(result) : ToAbsolute(address);
        return true;
    }

    /// <summary>Translates and checks an access by real address (LOAD and STORE USING REAL ADDRESS).</summary>
    public bool TranslateReal(ulong address, AccessKind kind, out ulong frame)
    {
        frame = 0;
        if (kind == AccessKind.Store && !AllowsRealStore(address)) return false;
        if (!ResolveAbsolute(ToAbsolute(address), kind == AccessKind.Store, out frame)) return false;
        ref var key = ref Processor.Storage.Key(frame);
        if (!KeyAllows(key, address, 0, kind == AccessKind.Store))
            return AccessException(ProgramCode.Protection, address, kind, 0, TeidKeyProtection, 0);
        key |= kind == AccessKind.Store ? (byte)0x06 : (byte)0x04;
        return true;
    }

    /// <summary>Whether low-address protection lets a store by real address pass; else the exception was recognised.</summary>
    internal bool AllowsRealStore(ulong address) => !IsLowAddressProtected(address, 0)
        || AccessException(ProgramCode.Protection, address, AccessKind.Store, 0, TeidLowAddressProtection, 0);

    /// <summary>
    /// Translates an operand address with DAT whatever the PSW's DAT bit (LOAD REAL ADDRESS); false after a host fault.
    /// </summary>
    internal bool TryTranslateReal(ulong address, int b, out Dat.Result result)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            result = default;
            if (!TrySelectSpace((int)(PswMask >> 46) & 3, b, dat: true, out var selected))
            {
                result = new Dat.Result(Fault.Code, 0, false, 0);
                return Exit == ExitKind.Program && Fault.Code != ProgramCode.Addressing;
            }
            result = Dat.Translate(ref tables, selected.Asce, address, HasEnhancedDat1, HasEnhancedDat2);
            result = result with { IsProtected = result.IsProtected || selected.IsFetchOnly };
            return !tables.HostFailed;
        }
    }

    /// <summary>Translates an address of the home space whatever the PSW's DAT bit; false after a host fault.</summary>
    internal bool TryTranslateHome(ulong address, out Dat.Result result)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            result = Dat.Translate(ref tables, Cr[13], address, HasEnhancedDat1, HasEnhancedDat2);
            return !tables.HostFailed;
        }
    }

    /// <summary>LOAD PAGE-TABLE-ENTRY ADDRESS: what <see cref="Dat.LocatePageEntry"/> finds; false after a host fault.</summary>
    internal bool TryLocatePageEntry(ulong address, ulong asce, out (int Code, ulong Value) found)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            found = Dat.LocatePageEntry(ref tables, asce, address, HasEnhancedDat1, HasEnhancedDat2);
            return !tables.HostFailed;
        }
    }

    /// <summary>
    /// Ends an instruction that met this while translating an operand's address as <see cref="TryTranslateReal"/> does.
    /// </summary>
    internal Insn* TranslationFault(ProgramCode code, ulong address, int b)
    {
        AccessException(code, address, AccessKind.Fetch, (int)(PswMask >> 46) & 3, 0, b);
        return null;
    }

    private readonly bool HasEnhancedDat1
        => (Cr[0] & EnhancedDatControl) != 0 && (LevelFacilities & LevelFacilities.EnhancedDat1) != 0;

    private readonly bool HasEnhancedDat2
        => (Cr[0] & EnhancedDatControl) != 0 && (LevelFacilities & LevelFacilities.EnhancedDat2) != 0;

    /// <summary>
    /// TEST PROTECTION: 0 fetch and store permitted, 1 fetch only, 2 neither, 3 not translated; -1 after an exception or host
    /// fault.
    /// </summary>
    internal int TestProtection(ulong address, int b, int key)
    {
        var store = true;
        var result = default(Dat.Result);
        var absolute = ToAbsolute(address);
        var asce = 0UL;
        if ((PswMask & Psw.Dat) != 0)
        {
            if (!TryTranslateReal(address, b, out result)) return -1;
            asce = TrySelectSpace(OperandSpace, b, dat: true, out var selected) ? selected.Asce : 0;
            switch (result.Exception)
            {
                case ProgramCode.None: break;
                case ProgramCode.Addressing or ProgramCode.TranslationSpecification: Program(result.Exception); return -1;
                default: return 3;
            }
            store = !result.IsProtected && !IsLowAddressProtected(address, asce);
            absolute = ToAbsolute(result);
        }
        else
        {
            store = !IsLowAddressProtected(address, 0);
        }
        if (!ResolveAbsolute(absolute, store: false, out var frame)) return -1;
        var storageKey = EffectiveKey(Processor.Storage.Key(frame), result);
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

    /// <summary>The absolute address that a translation means: the address of a large frame is absolute already.</summary>
    internal readonly ulong ToAbsolute(in Dat.Result result) => result.IsLarge ? result.Frame : ToAbsolute(result.Frame);

    // A large frame's entry may hold access-control and fetch-protection bits for all of the frame.
    internal static byte EffectiveKey(byte key, in Dat.Result result) => result.HasAccessControl ? result.AccessControl : key;

    private readonly int InstructionSpace => (PswMask & Psw.Dat) != 0 && (PswMask & Psw.SpaceMask) == Psw.SpaceMask ? 3 : 0;

    private readonly int OperandSpace => (PswMask & Psw.Dat) == 0 ? 0 : (int)(PswMask >> 46) & 3;

    // Addresses 0-511 and 4096-4607. Here and below the ASCE is zero for a real address.
    private readonly bool IsLowAddressProtected(ulong address, ulong asce)
        => (Cr[0] & LowAddressProtectionControl) != 0 && (address & ~0x11FFUL) == 0 && (asce & Dat.AscePrivateSpace) == 0;

    private readonly bool OverridesFetchProtection(ulong address, ulong asce)
        => (Cr[0] & FetchProtectionOverride) != 0 && address < 2048 && (asce & Dat.AscePrivateSpace) == 0;

    private bool TranslateVirtual(ulong address, ulong asce, AccessKind kind, int space, int b, out Dat.Result result)
    {
        fixed (CpuState* c = &this)
        {
            var tables = new GuestTables(c);
            result = Dat.Translate(ref tables, asce, address, HasEnhancedDat1, HasEnhancedDat2);
            if (tables.HostFailed) return false;
            if (result.Exception != ProgramCode.None)
                return AccessException(result.Exception, address, kind, space, 0, b);
            if (kind == AccessKind.Store && result.IsProtected)
                return AccessException(ProgramCode.Protection, address, kind, space, TeidDatProtection, b);
            if (kind == AccessKind.Instruction && result.ForbidsExecution && HasExecutionProtection)
                return AccessException(ProgramCode.Protection, address, kind, space, TeidExecutionProtection, b);
            return true;
        }
    }

    private readonly bool HasExecutionProtection
        => (Cr[0] & (ExecutionProtectionControl | EnhancedDatControl)) == (ExecutionProtectionControl | EnhancedDatControl)
            && (LevelFacilities & LevelFacilities.ExecutionProtection) != 0;

    /// <summary>From absolute to host storage, the key check, and the new TLB entry.</summary>
    private bool Reach(
        ulong absolute, ulong address, in Dat.Result result, ulong asce, int b, AccessKind kind, int space, out ulong frame)
    {
        var store = kind == AccessKind.Store;
        if (!ResolveAbsolute(absolute, store, out frame)) return false;
        var storage = Processor.Storage;
        ref var key = ref storage.Key(frame);
        if (!KeyAllows(EffectiveKey(key, result), address, asce, store))
            return AccessException(ProgramCode.Protection, address, kind, space, TeidKeyProtection, b);
        key |= store ? (byte)0x06 : (byte)0x04;
        return true;
    }

    private readonly bool KeyAllows(byte key, ulong address, ulong asce, bool store)
    {
        var access = (int)(PswMask >> 52) & 0xF;
        if (access == 0 || key >> 4 == access) return true;
        if (key >> 4 == 9 && (Cr[0] & StorageProtectionOverride) != 0) return true;
        return !store && ((key & 0x08) == 0 || OverridesFetchProtection(address, asce));
    }

    // In access-register mode the fast way of an access finds nothing, but this does.
    private readonly bool FindInTlb(ulong address, ulong space, bool store, out ulong frame)
    {
        var e = Entry(address);
        frame = e->Frame | (address & 0xFFF);
        return (store ? e->WriteTag : e->ReadTag) == ((address & ~0xFFFUL) | space);
    }

    private readonly void FillTlb(Storage storage, ulong address, ulong frame, AccessKind kind, ulong space)
    {
        if (kind == AccessKind.Instruction) return;
        // Whether an access below 8 KB is allowed depends on more than the block (low-address protection, fetch-protection
        // override).
        if (address < 0x2000 && (Cr[0] & (LowAddressProtectionControl | FetchProtectionOverride)) != 0) return;
        var e = Entry(address);
        var tag = (address & ~0xFFFUL) | space;
        if (e->ReadTag != tag) e->WriteTag = 0;
        e->ReadTag = tag;
        e->Addend = storage.Base + (frame & ~0xFFFUL) - (address & ~0xFFFUL);
        e->Frame = frame & ~0xFFFUL;
        storage.MarkCached(frame);
        if (kind == AccessKind.Store && !storage.HoldsCode(frame)) e->WriteTag = tag;
    }

    /// <summary>Records an access exception with its translation-exception identification.</summary>
    private bool AccessException(ProgramCode code, ulong address, AccessKind kind, int space, ulong detail, int b)
    {
        Fault = new ProgramFault
        {
            Code = code,
            ExceptionAccess = kind != AccessKind.Instruction && OperandSpace == 1 ? (byte)(b & 0xF) : (byte)0,
        };
        if (code.StoresTranslationException())
            Fault.TranslationException = (address & ~0xFFFUL) | Identification(kind, detail) | (uint)space;
        Exit = ExitKind.Program;
        return false;
    }

    // Bits 52-61 of the translation-exception identification: what the facilities let it tell.
    private readonly ulong Identification(AccessKind kind, ulong detail)
    {
        var facilities = Processor.Facilities;
        if (!facilities.SuppressionOnProtection2) detail &= TeidDatProtection;
        if (facilities.FetchStoreIndication) detail |= kind == AccessKind.Store ? TeidStore : TeidFetch;
        return detail;
    }

    /// <summary>Records what the host's tables refused a guest as a program interruption of the host (sie.md section 6.3).</summary>
    internal void HostProgram(in HostFault fault)
    {
        Program(fault.Code);
        if (!fault.Code.StoresTranslationException()) return;
        Fault.TranslationException = HostException(fault.Code, fault.Address, fault.IsStore);
    }

    /// <summary>Translation-exception identification of what a host's tables refuse its guest, in the host's primary space.</summary>
    public readonly ulong HostException(ProgramCode code, ulong address, bool isStore)
        => (address & ~0xFFFUL)
            | Identification(isStore ? AccessKind.Store : AccessKind.Fetch, code == ProgramCode.Protection ? TeidDatProtection : 0);

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
        var (edat1, edat2) = HostEnhancedDat;
        var result = Dat.Translate(ref tables, HostAsce, host, edat1, edat2);
        var code = result.Exception;
        if (code == ProgramCode.None && store && result.IsProtected) code = ProgramCode.Protection;
        if (code == ProgramCode.None && !storage.Contains(result.Frame, 1)) code = ProgramCode.Addressing;
        frame = result.Frame;
        if (code == ProgramCode.None) return true;
        HostFault = new HostFault { Code = code, Address = host, IsStore = store };
        Exit = ExitKind.HostFault;
        return false;
    }

    private readonly (bool First, bool Second) HostEnhancedDat
    {
        get
        {
            var facilities = Processor.Facilities;
            var edat = (HostCr0 & EnhancedDatControl) != 0;
            return (edat && facilities.EnhancedDat1, edat && facilities.EnhancedDat2);
        }
    }

    /// <summary>The page-table entry of an address of the host, as <see cref="Dat.LocatePageEntry"/> finds it for its program.</summary>
    internal readonly (int Code, ulong Value) LocateHostEntry(ulong host)
    {
        var tables = new AbsoluteTables(Processor.Storage);
        var (edat1, edat2) = HostEnhancedDat;
        return Dat.LocatePageEntry(ref tables, HostAsce, host, edat1, edat2);
    }

    /// <summary>The same as interception code 38 tells it.</summary>
    internal readonly ulong HostEntryPointer(ulong host)
    {
        var tables = new AbsoluteTables(Processor.Storage);
        var (edat1, edat2) = HostEnhancedDat;
        return Dat.EntryPointer(ref tables, HostAsce, host, edat1, edat2);
    }

    /// <summary>
    /// Translation tables of the level that runs: absolute addresses of a SIE guest go through the host's mapping.
    /// </summary>
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
