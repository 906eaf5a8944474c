using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>ASNs: EXTRACT PRIMARY and SECONDARY ASN, SET SECONDARY ASN, each also with instance (chapter 10).</summary>
internal static unsafe class SecondarySpace
{
    private const ulong ExtractionAuthority = 1UL << 27;    // CR0 bit 36

    [Instruction(Op.EPAR)]
    public static Insn* Epar(CpuState* c, Insn* i)
    {
        if (!MayExtract(c)) return null;
        c->Low(i->R1) = c->Pasn;
        return i + 2;
    }

    [Instruction(Op.ESAR)]
    public static Insn* Esar(CpuState* c, Insn* i)
    {
        if (!MayExtract(c)) return null;
        c->Low(i->R1) = c->Sasn;
        return i + 2;
    }

    [Instruction(Op.EPAIR)]
    public static Insn* Epair(CpuState* c, Insn* i)
    {
        if (!MayExtract(c)) return null;
        c->Gr[i->R1] = (c->Cr[4] & ~0xFFFF_FFFFUL) | c->Pasn;
        return i + 2;
    }

    [Instruction(Op.ESAIR)]
    public static Insn* Esair(CpuState* c, Insn* i)
    {
        if (!MayExtract(c)) return null;
        c->Gr[i->R1] = (c->Cr[3] & ~0xFFFF_FFFFUL) | c->Sasn;
        return i + 2;
    }

    private static bool MayExtract(CpuState* c)
    {
        if ((c->PswMask & Psw.Dat) == 0) return Fail(c, ProgramCode.SpecialOperation);
        return !c->ProblemState || (c->Cr[0] & ExtractionAuthority) != 0 || Fail(c, ProgramCode.PrivilegedOperation);
    }

    private static bool Fail(CpuState* c, ProgramCode code)
    {
        c->Program(code);
        return false;
    }

    [Instruction(Op.SSAR)]
    public static Insn* Ssar(CpuState* c, Insn* i) => Set(c, i, withInstance: false);

    [Instruction(Op.SSAIR)]
    public static Insn* Ssair(CpuState* c, Insn* i) => Set(c, i, withInstance: true);

    private static Insn* Set(CpuState* c, Insn* i, bool withInstance)
    {
        if ((c->PswMask & Psw.Dat) == 0 || !c->AsnTranslationEnabled) return c->Program(ProgramCode.SpecialOperation);
        var asn = (ushort)c->Gr[i->R1];
        var asce = c->Cr[1];
        var instance = (uint)(c->Cr[4] >> 32);
        if (asn != c->Pasn && !TryFind(c, asn, c->High(i->R1), withInstance, out asce, out instance)) return null;
        var trace = TraceTable.IsOn(c, TraceTable.Asns) ? TraceEntry.SecondaryAsn(asn, withInstance) : default;
        if (!trace.TryReserve(c)) return null;
        trace.Make(c);
        PrimarySpace.SetSecondary(c, asn, instance, withInstance || c->ReuseEnabled);
        c->SetAsces(c->Cr[1], asce);
        return c->ResumeAfter(i);
    }

    private static bool TryFind(CpuState* c, ushort asn, uint wanted, bool withInstance, out ulong asce, out uint instance)
    {
        (asce, instance) = (0, 0);
        if (!c->TryTranslateAsn(asn, out var space, out var origin)) return false;
        if (!TryInstance(c, space, wanted, withInstance)) return false;
        instance = space.InstanceNumber;
        if (!c->TryAuthorize(space, c->AuthorizationIndex, CpuState.SecondaryAuthorityBit, out var authorized)) return false;
        if (!authorized) return c->IdentifiedException(ProgramCode.SecondaryAuthority, asn);
        return c->TryReplaceBySubspace(space, origin, out asce);
    }

    /// <summary>
    /// A reusable ASN is used with its instance only, and a controlled one by the supervisor only; the instance must be right.
    /// </summary>
    public static bool TryInstance(CpuState* c, Aste space, uint wanted, bool withInstance)
    {
        if (!withInstance) return !c->ReuseEnabled || !space.IsReusable || Fail(c, ProgramCode.SpecialOperation);
        if (space.IsControlled && c->ProblemState) return Fail(c, ProgramCode.SpecialOperation);
        return space.InstanceNumber == wanted || Fail(c, ProgramCode.AsteInstance);
    }
}
