namespace S390Sim.Cpu;

/// <summary>ASN translation and authorization, subspace replacement (chapter 3; chapter 5, "Subspace Groups").</summary>
public unsafe partial struct CpuState
{
    internal const byte PrimaryAuthorityBit = 0x80, SecondaryAuthorityBit = 0x40;

    /// <summary>ASCE bit 54: the space belongs to a subspace group.</summary>
    internal const ulong AsceSubspaceGroup = 0x200;
    /// <summary>ASCE bit 57: space-switch-event control.</summary>
    internal const ulong AsceSpaceSwitchEvent = 0x40;
    // Bits 56 and 57, storage-alteration and space-switch event, stay those of the base space.
    private const ulong AsceEventControls = 0xC0;

    /// <summary>
    /// Translates an ASN. False after an addressing exception or host fault; an AFX- or ASX-translation exception is in
    /// <paramref name="code"/>.
    /// </summary>
    internal bool TranslateAsn(ushort asn, out Aste space, out uint origin, out ProgramCode code)
    {
        space = default;
        origin = 0;
        code = ProgramCode.AfxTranslation;
        var first = ((Cr[14] & 0x7_FFFF) << 12) + (ulong)((asn >> 6) * 4);
        if (!TryRealWord(first & 0x7FFF_FFFF, out var entry)) return false;
        if ((entry & 0x8000_0000) != 0) return true;
        origin = ((entry & ControlBlockOrigin) + (uint)(asn & 0x3F) * 64) & 0x7FFF_FFFF;
        if (!TryReal(origin, store: false, out var place)) return false;
        space = new Aste(place);
        code = space.IsInvalid ? ProgramCode.AsxTranslation : ProgramCode.None;
        return true;
    }

    /// <summary>Translates an ASN; records the exception when that fails.</summary>
    internal bool TryTranslateAsn(ushort asn, out Aste space, out uint origin)
        => TranslateAsn(asn, out space, out origin, out var code)
            && (code == ProgramCode.None || IdentifiedException(code, asn));

    /// <summary>Records an exception with a translation-exception identification other than an address; always false.</summary>
    internal bool IdentifiedException(ProgramCode code, ulong identification)
    {
        Fault = new ProgramFault { Code = code, TranslationException = identification };
        Exit = ExitKind.Program;
        return false;
    }

    /// <summary>Looks up a bit of the authority table; false after an addressing exception or host fault.</summary>
    internal bool TryAuthorize(Aste space, ushort index, byte authority, out bool isAuthorized)
    {
        isAuthorized = false;
        if ((index & 0xFFF0) > (space.AuthorityLength & 0xFFF0)) return true;
        var place = ((space.AuthorityOrigin & 0x7FFF_FFFC) + (uint)(index >> 2)) & 0x7FFF_FFFF;
        if (!TryReal(place, store: false, out var entry)) return false;
        isAuthorized = (*entry & (authority >> ((index & 3) * 2))) != 0;
        return true;
    }

    /// <summary>
    /// The ASCE to use for a space: that of the active subspace when the space is the dispatchable unit's base space. False
    /// after an addressing exception or host fault.
    /// </summary>
    internal bool ReplaceBySubspace(Aste space, uint origin, out ulong asce, out ProgramCode code)
    {
        code = ProgramCode.None;
        asce = space.Asce;
        if ((asce & AsceSubspaceGroup) == 0) return true;
        if (!TryReal(DispatchableUnitOrigin, store: false, out var place)) return false;
        var unit = new DispatchableUnit(place);
        if ((unit.BaseAste & ControlBlockOrigin) != origin || (unit.SubspaceAste & DispatchableUnit.SubspaceActive) == 0)
            return true;
        if (!TryReal(unit.SubspaceAste & ControlBlockOrigin, store: false, out place)) return false;
        var subspace = new Aste(place);
        code = subspace.IsInvalid ? ProgramCode.AsteValidity
            : subspace.SequenceNumber != unit.SubspaceSequenceNumber ? ProgramCode.AsteSequence : ProgramCode.None;
        asce = WithEventControls(subspace.Asce, asce);
        return true;
    }

    /// <summary>The same; records the exception.</summary>
    internal bool TryReplaceBySubspace(Aste space, uint origin, out ulong asce)
        => ReplaceBySubspace(space, origin, out asce, out var code)
            && (code == ProgramCode.None || AccessRegisterException(code, 0));

    /// <summary>A subspace's ASCE with the event controls of the base space.</summary>
    internal static ulong WithEventControls(ulong subspace, ulong baseSpace)
        => (subspace & ~AsceEventControls) | (baseSpace & AsceEventControls);
}
