using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>An access-list-entry token that was translated: an entry of the ART-lookaside buffer.</summary>
internal struct AlbEntry
{
    /// <summary>Address-space-control element of the space.</summary>
    public ulong Asce;
    /// <summary>The token.</summary>
    public uint Alet;
    /// <summary>Whether the token is translated at present.</summary>
    public bool IsValid;
    /// <summary>Whether access-list-controlled protection forbids storing.</summary>
    public bool IsFetchOnly;
}

/// <summary>The ART-lookaside buffers of the host level and of the guest level.</summary>
[InlineArray(2 * Entries)]
internal struct AlbEntries
{
    /// <summary>Entries of a level; an entry's number is in the TLB tags of its space.</summary>
    public const int Entries = 16;
    private AlbEntry _first;
}

/// <summary>
/// Access-register translation: from the token in an access register to an address space (chapter 5, "Access-Register
/// Translation Process"). Results stay in the ALB, and TLB tags name their ALB entry, so that a space costs its tables once.
/// </summary>
public unsafe partial struct CpuState
{
    private const uint AletReserved = 0xFE00_0000;      // bits 0-6
    private const uint AletPrimaryList = 0x0100_0000;   // bit 7

    /// <summary>What access-register translation found.</summary>
    /// <param name="Exception">None, or why there is no space.</param>
    /// <param name="Space">The entry of the space.</param>
    /// <param name="Origin">Its real address.</param>
    /// <param name="IsFetchOnly">Whether the access-list entry forbids storing.</param>
    internal readonly record struct AletResult(ProgramCode Exception, Aste Space, uint Origin, bool IsFetchOnly);

    /// <summary>The space of an operand, and how its translations are told apart in the TLB.</summary>
    internal struct SelectedSpace
    {
        /// <summary>Address-space-control element; zero with DAT off.</summary>
        public ulong Asce;
        /// <summary>Low 12 bits of its TLB tags.</summary>
        public ulong Tag;
        /// <summary>Bits 62-63 of a translation-exception identification.</summary>
        public int Identification;
        /// <summary>Whether access-list-controlled protection forbids storing.</summary>
        public bool IsFetchOnly;
    }

    /// <summary>Selects the space of an access; false after an exception or host fault.</summary>
    internal bool TrySelectSpace(int space, int b, bool dat, out SelectedSpace selected)
    {
        if (space == 1) return TrySelectByRegister(b, out selected);
        selected = new SelectedSpace
        {
            Asce = dat ? AsceOf(space) : 0,
            Tag = AccessTag(dat) | ((ulong)space << 1),
            Identification = space,
        };
        return true;
    }

    // Key, DAT mode and validity of a TLB tag, without the space.
    private readonly ulong AccessTag(bool dat) => ((PswMask >> 48) & 0xF0) | (dat ? 9UL : 1);

    private readonly ulong AsceOf(int space) => space switch { 2 => Cr[7], 3 => Cr[13], _ => Cr[1] };

    private bool TrySelectByRegister(int b, out SelectedSpace selected)
    {
        var alet = Alet(b);
        selected = default;
        var tag = AccessTag(dat: true);
        if (alet <= 1)
        {
            selected.Asce = alet == 0 ? Cr[1] : Cr[7];
            selected.Identification = (int)alet << 1;
            selected.Tag = tag | (alet << 2);
            return true;
        }
        var slot = (int)((alet ^ (alet >> 24)) & (AlbEntries.Entries - 1));
        ref var entry = ref Alb[SieLevel * AlbEntries.Entries + slot];
        if ((!entry.IsValid || entry.Alet != alet) && !TryFillAlb(ref entry, slot, alet, b)) return false;
        selected.Asce = entry.Asce;
        selected.Identification = 1;
        selected.IsFetchOnly = entry.IsFetchOnly;
        selected.Tag = tag | 2 | ((ulong)slot << 8);
        return true;
    }

    /// <summary>The token of an operand: access register 0 is the primary space whatever it contains.</summary>
    private readonly uint Alet(int b) => (b & 15) == 0 ? 0 : Ar[b & 15];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFillAlb(ref AlbEntry entry, int slot, uint alet, int b)
    {
        if (!TranslateAlet(alet, ExtendedAuthorizationIndex, isSpecial: false, out var result)) return false;
        if (result.Exception != ProgramCode.None) return AccessRegisterException(result.Exception, b);
        var asce = result.Space.Asce;
        if (entry.Asce != asce || entry.IsFetchOnly != result.IsFetchOnly) ForgetSpace(slot);
        entry = new AlbEntry { Asce = asce, Alet = alet, IsValid = true, IsFetchOnly = result.IsFetchOnly };
        return true;
    }

    /// <summary>Records an exception of access-register translation; always false.</summary>
    internal bool AccessRegisterException(ProgramCode code, int register)
    {
        Fault = new ProgramFault { Code = code, ExceptionAccess = (byte)(register & 15) };
        Exit = ExitKind.Program;
        return false;
    }

    // The number of the ALB entry designates another space from now on.
    private readonly void ForgetSpace(int slot)
    {
        var tag = 2UL | ((ulong)slot << 8);
        for (var n = 0; n < Cpu.Tlb.Entries; n++)
        {
            if ((Tlb[n].ReadTag & 0xF06) == tag) Tlb[n].ReadTag = Tlb[n].WriteTag = 0;
        }
    }

    /// <summary>Forgets the translated tokens of the level that runs (PURGE ALB; a change of CR2, CR5 or CR8).</summary>
    public void PurgeAlb()
    {
        for (var n = 0; n < AlbEntries.Entries; n++) Alb[SieLevel * AlbEntries.Entries + n].IsValid = false;
    }

    /// <summary>Forgets the translated tokens of both levels.</summary>
    internal void PurgeAllAlbs() => ((Span<AlbEntry>)Alb).Clear();

    /// <summary>
    /// The process for a token other than 0 and 1. False after an addressing exception or host fault; the other exceptions
    /// are in the result, since not every instruction recognises them.
    /// </summary>
    /// <param name="alet">Access-list-entry token.</param>
    /// <param name="eax">Extended authorization index.</param>
    /// <param name="isSpecial">Special ART of BRANCH IN SUBSPACE GROUP: neither ALE sequence number nor authority count.</param>
    /// <param name="result">What was found.</param>
    internal bool TranslateAlet(uint alet, ushort eax, bool isSpecial, out AletResult result)
    {
        result = new AletResult(ProgramCode.AletSpecification, default, 0, false);
        if ((alet & AletReserved) != 0) return true;
        var block = (alet & AletPrimaryList) != 0 ? PrimaryAsteOrigin : DispatchableUnitOrigin;
        if (!TryRealWord(block + 0x10, out var list)) return false;
        result = result with { Exception = ProgramCode.AlenTranslation };
        var number = alet & 0xFFFF;
        if (number >> 3 > (list & 0x7F)) return true;
        if (!TryReal(((list & 0x7FFF_FF80) + number * 16) & 0x7FFF_FFFF, store: false, out var place)) return false;
        var entry = new AccessListEntry(place);
        if (entry.IsInvalid) return true;
        if (!isSpecial && entry.SequenceNumber != (byte)(alet >> 16))
            result = result with { Exception = ProgramCode.AleSequence };
        else return LocateSpace(entry, eax, isSpecial, out result);
        return true;
    }

    private bool LocateSpace(AccessListEntry entry, ushort eax, bool isSpecial, out AletResult result)
    {
        result = default;
        var origin = entry.AsteAddress & ControlBlockOrigin;
        if (!TryReal(origin, store: false, out var place)) return false;
        var space = new Aste(place);
        var code = space.IsInvalid ? ProgramCode.AsteValidity
            : space.SequenceNumber != entry.AsteSequenceNumber ? ProgramCode.AsteSequence : ProgramCode.None;
        if (code == ProgramCode.None && !isSpecial && entry.IsPrivate && entry.AuthorizationIndex != eax)
        {
            if (!TryAuthorize(space, eax, SecondaryAuthorityBit, out var authorized)) return false;
            if (!authorized) code = ProgramCode.ExtendedAuthority;
        }
        result = new AletResult(code, space, origin, entry.IsFetchOnly);
        return true;
    }

    /// <summary>
    /// TEST ACCESS: 0 for token 0, 1 the dispatchable unit's list, 2 the primary space's list, 3 an exception or token 1; -1
    /// after an exception or host fault of its own.
    /// </summary>
    internal int TestAccess(uint alet, ushort eax)
    {
        if (alet <= 1) return alet == 0 ? 0 : 3;
        if (!TranslateAlet(alet, eax, isSpecial: false, out var result)) return -1;
        return result.Exception != ProgramCode.None ? 3 : (alet & AletPrimaryList) != 0 ? 2 : 1;
    }
}
