using System.Buffers.Binary;

namespace S390Sim.Cpu;

/// <summary>Where the control tables of address spaces lie, and the controls that rule them.</summary>
public unsafe partial struct CpuState
{
    private const ulong AsnAndLxReuseControl = 1UL << 19;   // CR0 bit 44
    private const ulong AsnTranslationControl = 1UL << 19;  // CR14 bit 44
    private const uint ControlBlockOrigin = 0x7FFF_FFC0;    // bits 1-25 of a word, in units of 64 bytes

    /// <summary>Real address of the dispatchable-unit-control table (CR2).</summary>
    internal readonly uint DispatchableUnitOrigin => (uint)Cr[2] & ControlBlockOrigin;
    /// <summary>Real address of the primary space's ASTE (CR5).</summary>
    internal readonly uint PrimaryAsteOrigin => (uint)Cr[5] & ControlBlockOrigin;
    /// <summary>Primary ASN (CR4).</summary>
    internal readonly ushort Pasn => (ushort)Cr[4];
    /// <summary>Secondary ASN (CR3).</summary>
    internal readonly ushort Sasn => (ushort)Cr[3];
    /// <summary>Authorization index (CR4).</summary>
    internal readonly ushort AuthorizationIndex => (ushort)(Cr[4] >> 16);
    /// <summary>Extended authorization index (CR8).</summary>
    internal readonly ushort ExtendedAuthorizationIndex => (ushort)(Cr[8] >> 16);
    /// <summary>PSW-key mask (CR3).</summary>
    internal readonly ushort PswKeyMask => (ushort)(Cr[3] >> 16);
    /// <summary>Whether ASNs may be translated (CR14).</summary>
    internal readonly bool AsnTranslationEnabled => (Cr[14] & AsnTranslationControl) != 0;
    /// <summary>Whether the ASN-and-LX-reuse facility is installed and enabled (CR0).</summary>
    internal readonly bool ReuseEnabled => (Cr[0] & AsnAndLxReuseControl) != 0 && Processor.Facilities[6];
    /// <summary>Whether the PSW says primary-space mode or access-register mode with DAT on.</summary>
    internal readonly bool IsPrimaryOrAccessRegisterMode => (PswMask & (Psw.Dat | (2UL << 46))) == Psw.Dat;

    /// <summary>
    /// Host address of a control block by real address; it lies in one 4 KB block. False after an exception or host fault.
    /// </summary>
    internal bool TryReal(ulong real, bool store, out byte* host)
    {
        host = null;
        if (!ResolveAbsolute(ToAbsolute(real), store, out var frame)) return false;
        Processor.Storage.Key(frame) |= store ? (byte)0x06 : (byte)0x04;
        host = Processor.Storage.Base + frame;
        return true;
    }

    /// <summary>A word by real address.</summary>
    internal bool TryRealWord(ulong real, out uint word)
    {
        var done = TryReal(real, store: false, out var host);
        word = done ? BinaryPrimitives.ReverseEndianness(*(uint*)host) : 0;
        return done;
    }

    /// <summary>The dispatchable-unit-control table, to be stored into: low-address protection applies.</summary>
    internal bool TryDispatchableUnit(out DispatchableUnit unit)
    {
        unit = default;
        if (!TryStoreReal(DispatchableUnitOrigin, out var host)) return false;
        unit = new DispatchableUnit(host);
        return true;
    }

    /// <summary>Host address of a block to be stored into by real address, without a key.</summary>
    internal bool TryStoreReal(ulong real, out byte* host)
    {
        host = null;
        if (IsLowAddressProtected(real, 0))
            return AccessException(ProgramCode.Protection, real, AccessKind.Store, 0, TeidLowAddressProtection, 0);
        return TryReal(real, store: true, out host);
    }

    /// <summary>Replaces ASCEs; translations of the old ones are forgotten.</summary>
    internal void SetAsces(ulong primary, ulong secondary)
    {
        if (Cr[1] == primary && Cr[7] == secondary) return;
        Cr[1] = primary;
        Cr[7] = secondary;
        PurgeTlb();
    }

    /// <summary>How storage is accessed: what <see cref="AccessAs"/> replaced.</summary>
    internal readonly record struct AccessMode(ulong PswMask, ulong AddressMask);

    /// <summary>Has accesses made in another space and with another key, until <see cref="EndAccess"/>.</summary>
    /// <param name="space">As in the PSW: 0 primary, 1 access register, 2 secondary, 3 home.</param>
    /// <param name="key">Access key, 0-15.</param>
    internal AccessMode AccessAs(int space, int key)
    {
        var mode = new AccessMode(PswMask, AddressMask);
        PswMask = (PswMask & ~(Psw.SpaceMask | Psw.KeyMask)) | ((ulong)space << 46) | ((ulong)key << 52);
        RefreshAccessTags();
        return mode;
    }

    /// <summary>The same for the linkage stack: home space, no key-controlled protection, 64-bit addresses.</summary>
    internal AccessMode AccessLinkageStack()
    {
        var mode = AccessAs(3, 0);
        AddressMask = ulong.MaxValue;
        return mode;
    }

    /// <summary>Goes back to the PSW's way of accessing storage.</summary>
    internal void EndAccess(AccessMode mode)
    {
        PswMask = mode.PswMask;
        AddressMask = mode.AddressMask;
        RefreshAccessTags();
    }
}
