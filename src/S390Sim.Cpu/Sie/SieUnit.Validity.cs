namespace S390Sim.Cpu;

/// <summary>What must hold of a state description before a guest runs (sie.md section 3).</summary>
public sealed unsafe partial class SieUnit
{
    private static bool Invalid(StateDescription sd, ushort reason)
    {
        sd.InterceptionStatus = 0;
        sd.Ipa = 0x1110;    // found at interpretation depth 1, by the CPU, at entry
        sd.Ipb = (uint)reason << 16;
        sd.InterceptionCode = (byte)Interception.Validity;
        return false;
    }

    private static ushort Validity(CpuState* c, StateDescription sd)
    {
        if ((sd.CpuFlags & SieFlags.ZArchitecture) == 0) return 0x0001;
        if ((sd.CpuFlags & SieFlags.StorageLimitSuppression) != 0) return 0;
        var origin = sd.MainStorageOrigin & ~0xF_FFFFUL;
        var limit = sd.MainStorageLimit | 0xF_FFFF;
        if (origin > limit) return 0x0041;
        return sd.Prefix > limit - origin ? (ushort)0x0010 : (ushort)0;
    }

    // Both blocks of the prefix area must be there before the first instruction (sie.md section 3, step 14).
    private static bool PrefixAccessible(CpuState* c)
        => c->ResolveAbsolute(c->Prefix, store: true, out _) && c->ResolveAbsolute(c->Prefix + 4096, store: true, out _);
}
