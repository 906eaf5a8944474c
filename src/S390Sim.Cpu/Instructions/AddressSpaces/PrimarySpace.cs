namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>What instructions have in common that make another space the primary one.</summary>
internal static unsafe class PrimarySpace
{
    private const ulong LowWord = 0xFFFF_FFFF;

    /// <summary>Takes over ASN, authorization index, ASTE origin and perhaps the instance of a space; not its ASCE.</summary>
    public static void Set(CpuState* c, ushort asn, Aste space, uint origin, bool withInstance)
    {
        var instance = withInstance ? (ulong)space.InstanceNumber << 32 : c->Cr[4] & ~LowWord;
        c->Cr[4] = instance | ((ulong)space.AuthorizationIndex << 16) | asn;
        c->Cr[5] = (c->Cr[5] & ~LowWord) | origin;
        c->PurgeAlb();
    }

    /// <summary>Makes the secondary ASN and instance those of the primary space.</summary>
    public static void SecondaryIsPrimary(CpuState* c, bool withInstance)
        => SetSecondary(c, c->Pasn, (uint)(c->Cr[4] >> 32), withInstance);

    /// <summary>Sets secondary ASN and, where there are instances, its instance.</summary>
    public static void SetSecondary(CpuState* c, ushort asn, uint instance, bool withInstance)
    {
        c->Cr[3] = (c->Cr[3] & ~0xFFFFUL) | asn;
        if (withInstance) c->Cr[3] = ((ulong)instance << 32) | (c->Cr[3] & LowWord);
    }

    /// <summary>
    /// Ends an instruction that changed the primary space and whose new PSW is loaded: in a space-switch event when the control
    /// in the old or new ASCE asks for one.
    /// </summary>
    public static Insn* Switched(CpuState* c, ushort oldAsn, ulong oldAsce, ulong newAsce)
    {
        if (((oldAsce | newAsce) & CpuState.AsceSpaceSwitchEvent) != 0) return Event(c, oldAsn, oldAsce);
        (c->Per.SwitchedSpace, c->Per.OldAsn) = (true, oldAsn);
        return c->Resume(c->PswAddress);
    }

    /// <summary>
    /// Ends an instruction that entered or left the home space, its new PSW loaded: in a space-switch event when the control in
    /// the primary or the home ASCE asks for one.
    /// </summary>
    public static Insn* HomeSwitched(CpuState* c, bool left)
    {
        var (asn, asce) = left ? ((ushort)0, c->Cr[13]) : (c->Pasn, c->Cr[1]);
        if (((c->Cr[1] | c->Cr[13]) & CpuState.AsceSpaceSwitchEvent) != 0) return Event(c, asn, asce);
        (c->Per.SwitchedSpace, c->Per.OldAsn) = (true, asn);
        return c->Resume(c->PswAddress);
    }

    /// <summary>Ends a completed instruction in a space-switch event.</summary>
    /// <param name="c">The processor; its PSW is the new one.</param>
    /// <param name="asn">Primary ASN before, or zero when the home space was left.</param>
    /// <param name="asce">The ASCE that was in use, whose control is reported.</param>
    public static Insn* Event(CpuState* c, ushort asn, ulong asce)
    {
        var control = (asce & CpuState.AsceSpaceSwitchEvent) != 0 ? 0x8000_0000UL : 0;
        c->IdentifiedException(ProgramCode.SpaceSwitchEvent, control | asn);
        c->Fault.IsPswReplaced = true;
        return null;
    }
}
