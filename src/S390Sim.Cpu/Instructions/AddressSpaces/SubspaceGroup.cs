using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>BRANCH IN SUBSPACE GROUP (chapter 10).</summary>
internal static unsafe class SubspaceGroup
{
    private const uint BaseSpace = 0, LastSubspace = 1;
    private const uint Origin = 0x7FFF_FFC0;

    /// <summary>The space branched to.</summary>
    private struct Destination
    {
        public Aste Space;
        public uint Origin;
        public bool IsSubspace;
    }

    [Instruction(Op.BSG)]
    public static Insn* Bsg(CpuState* c, Insn* i)
    {
        if ((c->PswMask & Psw.Dat) == 0) return c->Program(ProgramCode.SpecialOperation);
        if (!c->TryDispatchableUnit(out var unit)) return null;
        if (c->PrimaryAsteOrigin != (unit.BaseAste & Origin)) return c->Program(ProgramCode.SpecialOperation);
        var alet = i->R2 == 0 ? 0 : c->Ar[i->R2];
        if (!TryFind(c, i->R2, alet, unit, out var destination)) return null;
        var psw = BranchLinkage.ToAddress(c->Psw, c->Gr[i->R2]);
        var trace = TraceTable.IsOn(c, TraceTable.Asns) ? TraceEntry.Subspace(alet, psw.Address, psw.Mask)
            : TraceTable.IsOn(c, TraceTable.Branches) ? TraceEntry.Branch(psw.Address, psw.Mask) : default;
        if (!trace.TryReserve(c)) return null;
        trace.Make(c);

        SetUnit(c, alet, unit, destination);
        if (i->R1 != 0) BranchLinkage.Link(c, i);
        var asce = destination.IsSubspace ? CpuState.WithEventControls(destination.Space.Asce, c->Cr[1]) : destination.Space.Asce;
        PrimarySpace.SecondaryIsPrimary(c, c->ReuseEnabled);
        c->SetAsces(asce, asce);
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(psw);
        return c->Resume(psw.Address);
    }

    private static bool TryFind(CpuState* c, int register, uint alet, DispatchableUnit unit, out Destination destination)
    {
        destination = default;
        if (alet == BaseSpace) return TrySpace(c, unit.BaseAste & Origin, ref destination);
        if (alet == LastSubspace)
        {
            var origin = unit.SubspaceAste & Origin;
            if (origin == 0) return Fail(c, ProgramCode.SpecialOperation);
            destination.IsSubspace = true;
            if (!TrySpace(c, origin, ref destination)) return false;
            if (destination.Space.IsInvalid) return c->AccessRegisterException(ProgramCode.AsteValidity, register);
            return destination.Space.SequenceNumber == unit.SubspaceSequenceNumber
                || c->AccessRegisterException(ProgramCode.AsteSequence, register);
        }
        if (!c->TranslateAlet(alet, 0, isSpecial: true, out var result)) return false;
        if (result.Exception != ProgramCode.None) return c->AccessRegisterException(result.Exception, register);
        (destination.Space, destination.Origin) = (result.Space, result.Origin);
        destination.IsSubspace = result.Origin != (unit.BaseAste & Origin);
        // A subspace of some group, not another base space.
        return !destination.IsSubspace
            || ((result.Space.Asce & CpuState.AsceSubspaceGroup) != 0 && !result.Space.IsBaseSpace)
            || Fail(c, ProgramCode.SpecialOperation);
    }

    private static bool TrySpace(CpuState* c, uint origin, ref Destination destination)
    {
        if (!c->TryReal(origin, store: false, out var place)) return false;
        destination.Space = new Aste(place);
        destination.Origin = origin;
        return true;
    }

    private static bool Fail(CpuState* c, ProgramCode code)
    {
        c->Program(code);
        return false;
    }

    private static void SetUnit(CpuState* c, uint alet, DispatchableUnit unit, in Destination destination)
    {
        if (alet == LastSubspace)
        {
            unit.SubspaceAste |= DispatchableUnit.SubspaceActive;
        }
        else if (!destination.IsSubspace)
        {
            unit.SubspaceAste &= ~DispatchableUnit.SubspaceActive;
        }
        else
        {
            unit.SubspaceAste = DispatchableUnit.SubspaceActive | destination.Origin;
            unit.SubspaceSequenceNumber = destination.Space.SequenceNumber;
        }
        c->StoredAt(unit.Address, 64);
    }
}
