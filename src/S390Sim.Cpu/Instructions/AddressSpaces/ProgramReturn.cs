using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>PROGRAM RETURN (chapter 10): back to what PROGRAM CALL or BRANCH AND STACK put into the linkage stack.</summary>
internal static unsafe class ProgramReturn
{
    /// <summary>The spaces returned to.</summary>
    private struct Spaces
    {
        public ulong Primary, Secondary;
        public Aste Space;
        public uint Origin;
        public bool Switches;
    }

    // Exception access identification of an ASTE-instance exception: bit 2 for the primary, bit 3 for the secondary ASN.
    private const byte PrimaryInstance = 0x20, SecondaryInstance = 0x10;

    [Instruction(Op.PR)]
    public static Insn* Pr(CpuState* c, Insn* i)
    {
        if (!c->IsPrimaryOrAccessRegisterMode) return c->Program(ProgramCode.SpecialOperation);
        if (!LinkageStack.TryCurrent(c, unstacks: true, out var entry)) return null;
        if (!LinkageStack.TryPreceding(c, entry, out var nextEntrySize)) return null;
        var to = entry.Psw with { Mask = (entry.Psw.Mask & ~Psw.Per) | (c->PswMask & Psw.Per) };
        var isCall = entry.Type == LinkageStack.CallEntry;
        var trace = Trace(c, isCall, (ushort)entry.Authority, c->NextAddress(i), to);
        Spaces spaces = default;
        if (!trace.TryReserve(c) || (isCall && !TryFindSpaces(c, entry, out spaces))) return null;
        trace.Make(c);
        if (!isCall) return Restore(c, i, entry, to, nextEntrySize);
        var (oldAsn, oldAsce) = (c->Pasn, c->Cr[1]);
        SetSpaces(c, entry, spaces);
        Restore(c, i, entry, to, nextEntrySize);
        return spaces.Switches ? PrimarySpace.Switched(c, oldAsn, oldAsce, spaces.Space.Asce) : null;
    }

    private static TraceEntry Trace(CpuState* c, bool isCall, ushort asn, ulong next, Psw to)
    {
        if (isCall && TraceTable.IsOn(c, TraceTable.Asns)) return TraceEntry.ProgramReturn(asn, next, c->PswMask, to);
        return TraceTable.IsOn(c, TraceTable.Modes) && ((c->PswMask ^ to.Mask) & Psw.ExtendedAddressing) != 0
            ? TraceEntry.ModeSwitch(next, c->PswMask) : default;
    }

    private static bool TryFindSpaces(CpuState* c, in LinkageStack.StateEntry entry, out Spaces spaces)
    {
        spaces = default;
        var (asn, secondaryAsn) = ((ushort)entry.Authority, (ushort)(entry.Authority >> 32));
        spaces.Switches = asn != c->Pasn;
        spaces.Primary = c->Cr[1];
        var index = c->AuthorizationIndex;
        if (spaces.Switches)
        {
            if (!TryTranslate(c, asn, (uint)entry.Instances, PrimaryInstance, out spaces.Space, out spaces.Origin)) return false;
            if (!c->TryReplaceBySubspace(spaces.Space, spaces.Origin, out spaces.Primary)) return false;
            index = spaces.Space.AuthorizationIndex;
        }
        spaces.Secondary = spaces.Primary;
        if (secondaryAsn == asn) return true;
        var instance = (uint)(entry.Instances >> 32);
        if (!TryTranslate(c, secondaryAsn, instance, SecondaryInstance, out var space, out var origin)) return false;
        if (!c->TryAuthorize(space, index, CpuState.SecondaryAuthorityBit, out var authorized)) return false;
        if (!authorized) return c->IdentifiedException(ProgramCode.SecondaryAuthority, secondaryAsn);
        return c->TryReplaceBySubspace(space, origin, out spaces.Secondary);
    }

    private static bool TryTranslate(CpuState* c, ushort asn, uint instance, byte access, out Aste space, out uint origin)
    {
        (space, origin) = (default, 0);
        if (!c->AsnTranslationEnabled)
        {
            c->Program(ProgramCode.SpecialOperation);
            return false;
        }
        if (!c->TryTranslateAsn(asn, out space, out origin)) return false;
        if (!c->ReuseEnabled || space.InstanceNumber == instance) return true;
        c->Program(ProgramCode.AsteInstance);
        c->Fault.ExceptionAccess = access;
        return false;
    }

    private static void SetSpaces(CpuState* c, in LinkageStack.StateEntry entry, in Spaces spaces)
    {
        var authority = entry.Authority;
        if (spaces.Switches) PrimarySpace.Set(c, (ushort)authority, spaces.Space, spaces.Origin, c->ReuseEnabled);
        c->Cr[3] = (c->Cr[3] & ~0xFFFF_0000UL) | ((authority >> 32) & 0xFFFF_0000);
        PrimarySpace.SetSecondary(c, (ushort)(authority >> 32), (uint)(entry.Instances >> 32), c->ReuseEnabled);
        var extended = authority & 0xFFFF_0000;
        if ((c->Cr[8] & 0xFFFF_0000) != extended)
        {
            c->Cr[8] = (c->Cr[8] & ~0xFFFF_0000UL) | extended;
            c->PurgeAlb();
        }
        c->SetAsces(spaces.Primary, spaces.Secondary);
    }

    private static Insn* Restore(CpuState* c, Insn* i, in LinkageStack.StateEntry entry, Psw to, StorageOperand nextEntrySize)
    {
        for (var n = 2; n < 15; n++)
        {
            c->Gr[n] = entry.Gr(n);
            c->Ar[n] = entry.Ar(n);
        }
        ReadOnlySpan<byte> none = [0, 0];
        nextEntrySize.CopyFrom(ref *c, none);
        c->Cr[15] = entry.Address - LinkageStack.EntrySize;
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(to);
        return c->Resume(to.Address);
    }
}
