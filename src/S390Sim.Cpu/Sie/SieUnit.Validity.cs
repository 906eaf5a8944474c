namespace S390Sim.Cpu;

/// <summary>
/// What must hold of a state description before a guest runs (sie.md section 3). Entry is a hot path: modes and storage are a few
/// comparisons, and what a designation says is looked at only with the control on that uses it.
/// </summary>
public sealed unsafe partial class SieUnit
{
    private const ulong Megabyte = 1 << 20;
    private const ulong LowestDesignation = 2 * Storage.PageSize;      // below are the lowcores, by prefixing
    private const ulong Area = ~(LowestDesignation - 1);

    private const uint AbsentModes = SieFlags.RegionRelocate | SieFlags.InterpretedSie | SieFlags.MultipleDataSpaces;
    private const uint BothEnhancedDats = SieFlags.GuestEnhancedDat | SieFlags.GuestEnhancedDat2;

    /// <summary>Flags that make a state description invalid when all of an entry's are on, in the order of the checks.</summary>
    private static readonly (uint Flags, ValidityReason Reason)[] s_modes =
    [
        (SieFlags.Preferred | SieFlags.MultipleDataSpaces, ValidityReason.PreferredDataSpaces),
        (SieFlags.MultipleDataSpaces, ValidityReason.Mode),
        (SieFlags.RegionRelocate, ValidityReason.RegionRelocateAbsent),
        (SieFlags.StorageLevelV, ValidityReason.InterpretedSieAbsent),
        (SieFlags.StorageLevelR, ValidityReason.InterpretedSieAbsent),
        (BothEnhancedDats, ValidityReason.Mode),
    ];

    private static bool Invalid(StateDescription sd, ValidityReason reason)
    {
        sd.InterceptionStatus = 0;
        sd.Ipa = 0x1110;    // found at interpretation depth 1, by the CPU, at entry
        sd.Ipb = (uint)reason << 16;
        sd.InterceptionCode = (byte)Interception.Validity;
        return false;
    }

    /// <summary>Ends SIE with a validity interception that the execution of an instruction met.</summary>
    internal static void InvalidateRunning(CpuState* c, ValidityReason reason)
    {
        Intercept(c, Interception.Validity);
        var sd = Block(c);
        (sd.Ipa, sd.Ipb) = (0x1120, (uint)reason << 16);
    }

    private ValidityReason Validity(CpuState* c, StateDescription sd)
    {
        var flags = sd.CpuFlags;
        if ((flags & (SieFlags.ZArchitecture | AbsentModes)) != SieFlags.ZArchitecture
            || (flags & BothEnhancedDats) == BothEnhancedDats || sd.Format != 0 || sd.Zone != 0) return Mode(flags, sd);
        if ((flags & SieFlags.StorageLimitSuppression) == 0)
        {
            var origin = sd.MainStorageOrigin & ~(Megabyte - 1);
            var limit = sd.MainStorageLimit | (Megabyte - 1);
            if (origin > limit) return ValidityReason.Extent;
            if (sd.Prefix > limit - origin) return ValidityReason.Prefix;
        }
        var area = ControlArea(c, sd);
        if (area != ValidityReason.None) return area;
        if ((flags & SieFlags.Preferred) != 0 && HasOrigin(sd)) return ValidityReason.PreferredOrigin;
        if (sd.FacilityList != 0 && (IsMoved(c, sd.FacilityList) || !FacilityLists.IsValid(_processor.Storage, sd.FacilityList)))
            return ValidityReason.FacilityList;
        return UsesDesignations(sd) ? Designations(sd) : ValidityReason.None;
    }

    private static ValidityReason Mode(uint flags, StateDescription sd)
    {
        if ((flags & SieFlags.ZArchitecture) == 0 || sd.Format != 0) return ValidityReason.Mode;
        foreach (var (combination, reason) in s_modes)
        {
            if ((flags & combination) == combination) return reason;
        }
        return ValidityReason.Zone;
    }

    private static bool HasOrigin(StateDescription sd)
        => (sd.CpuFlags & SieFlags.StorageLimitSuppression) == 0 && sd.MainStorageOrigin >= Megabyte;

    private ValidityReason ControlArea(CpuState* c, StateDescription sd)
    {
        var isExtended = (sd.Ecb2 & ExecutionControlsB2.ExtendedSca) != 0;
        var origin = SystemControlArea.OriginOf(sd, isExtended);
        if (origin == 0) return ValidityReason.None;
        if (origin < LowestDesignation) return ValidityReason.ControlAreaLow;
        if (IsMoved(c, origin)) return ValidityReason.ControlAreaInPrefix;
        if (!isExtended && CrossesPage(origin, BasicSca.Length)) return ValidityReason.ControlAreaCrossing;
        var length = (ulong)(isExtended ? ExtendedSca.Length : BasicSca.Length);
        return _processor.Storage.Contains(origin, length) ? ValidityReason.None : ValidityReason.ControlAreaAddress;
    }

    // In the two areas that prefixing exchanges, where a real address is not an absolute one.
    private static bool IsMoved(CpuState* c, ulong real) => real < LowestDesignation || (real & Area) == c->Prefix;

    private static bool CrossesPage(ulong origin, ulong length)
        => (origin & (Storage.PageSize - 1)) + length > Storage.PageSize;

    // Both blocks of the prefix area must be there before the first instruction (sie.md section 3, step 14).
    private static bool PrefixAccessible(CpuState* c)
        => c->ResolveAbsolute(c->Prefix, store: true, out _) && c->ResolveAbsolute(c->Prefix + 4096, store: true, out _);
}
