using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>PROGRAM TRANSFER, also WITH INSTANCE (chapter 10): the return from a basic PROGRAM CALL.</summary>
internal static unsafe class ProgramTransfer
{
    [Instruction(Op.PT)]
    public static Insn* Pt(CpuState* c, Insn* i) => Transfer(c, i, withInstance: false);

    [Instruction(Op.PTI)]
    public static Insn* Pti(CpuState* c, Insn* i) => Transfer(c, i, withInstance: true);

    private static Insn* Transfer(CpuState* c, Insn* i, bool withInstance)
    {
        if ((c->PswMask & (Psw.Dat | Psw.SpaceMask)) != Psw.Dat) return c->Program(ProgramCode.SpecialOperation);
        if (!c->TryRealWord(c->PrimaryAsteOrigin + 0x18, out var designation)) return null;
        if ((designation & 0x8000_0000) == 0) return c->Program(ProgramCode.SpecialOperation);
        var operand = c->Gr[i->R2];
        if (c->ProblemState && (operand & 1) == 0) return c->Program(ProgramCode.PrivilegedOperation);
        var psw = NewPsw(c, operand);
        if (psw.Address > Psw.AddressMask(psw.Mask)) return c->Program(ProgramCode.Specification);

        var asn = (ushort)c->Gr[i->R1];
        var switches = asn != c->Pasn;
        Aste space = default;
        uint origin = 0;
        var asce = c->Cr[1];
        if (switches && !TryFindSpace(c, asn, c->High(i->R1), withInstance, out space, out origin, out asce)) return null;
        var trace = TraceTable.IsOn(c, TraceTable.Asns)
            ? TraceEntry.ProgramTransfer(asn, operand, c->PswMask, withInstance) : default;
        if (!trace.TryReserve(c)) return null;
        trace.Make(c);

        var (oldAsn, oldAsce) = (c->Pasn, c->Cr[1]);
        c->Cr[3] &= c->Gr[i->R1] | ~0xFFFF_0000UL;
        withInstance |= c->ReuseEnabled;
        if (switches) PrimarySpace.Set(c, asn, space, origin, withInstance);
        PrimarySpace.SecondaryIsPrimary(c, withInstance);
        c->SetAsces(asce, asce);
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(psw);
        return switches ? PrimarySpace.Switched(c, oldAsn, oldAsce, space.Asce) : c->Resume(psw.Address);
    }

    // Outside the 64-bit mode bit 32 is the mode; bit 63 always is the problem state.
    private static Psw NewPsw(CpuState* c, ulong operand)
    {
        var mask = c->Psw.Mask & ~Psw.Problem;
        if ((operand & 1) != 0) mask |= Psw.Problem;
        if ((mask & Psw.ExtendedAddressing) != 0) return new Psw(mask, operand & ~1UL);
        mask &= ~Psw.BasicAddressing;
        if ((operand & 0x8000_0000) != 0) mask |= Psw.BasicAddressing;
        return new Psw(mask, operand & 0x7FFF_FFFE);
    }

    private static bool TryFindSpace(CpuState* c, ushort asn, uint instance, bool withInstance,
        out Aste space, out uint origin, out ulong asce)
    {
        (space, origin, asce) = (default, 0, 0);
        if (!c->AsnTranslationEnabled) return Fail(c, ProgramCode.SpecialOperation);
        if (!c->TryTranslateAsn(asn, out space, out origin)) return false;
        if (!SecondarySpace.TryInstance(c, space, instance, withInstance)) return false;
        if (!c->TryAuthorize(space, c->AuthorizationIndex, CpuState.PrimaryAuthorityBit, out var authorized)) return false;
        if (!authorized) return c->IdentifiedException(ProgramCode.PrimaryAuthority, asn);
        return c->TryReplaceBySubspace(space, origin, out asce);
    }

    private static bool Fail(CpuState* c, ProgramCode code)
    {
        c->Program(code);
        return false;
    }
}
