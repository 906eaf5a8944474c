using S390Sim.Cpu.Instructions.General;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.AddressSpaces;

/// <summary>BRANCH AND SET AUTHORITY (chapter 10): into the reduced-authority state and back, by the dispatchable unit.</summary>
internal static unsafe class ReducedAuthority
{
    [Instruction(Op.BSA)]
    public static Insn* Bsa(CpuState* c, Insn* i)
    {
        if (!c->TryDispatchableUnit(out var unit)) return null;
        var reduced = (unit.Authority & DispatchableUnit.ReducedAuthority) != 0;
        if (reduced != (i->R2 == 0)) return c->Program(ProgramCode.SpecialOperation);
        return reduced ? Return(c, i, unit) : Reduce(c, i, unit);
    }

    // R1 holds the PSW-key mask and key to go on with, R2 the address.
    private static Insn* Reduce(CpuState* c, Insn* i, DispatchableUnit unit)
    {
        var key = (int)(c->Gr[i->R1] >> 4) & 0xF;
        if (c->ProblemState && (c->PswKeyMask & (0x8000 >> key)) == 0) return c->Program(ProgramCode.PrivilegedOperation);
        var psw = BranchLinkage.ToAddress(c->Psw, c->Gr[i->R2]);
        psw = psw with { Mask = (psw.Mask & ~Psw.KeyMask) | ((ulong)key << 52) | Psw.Problem };
        if (!TryTrace(c, psw)) return null;
        unit.Authority = ((uint)c->PswKeyMask << 16) | ((uint)(c->PswMask >> 48) & 0xF0)
            | DispatchableUnit.ReducedAuthority | (c->ProblemState ? 1u : 0);
        var next = c->NextAddress(i);
        unit.ReturnAddress = (c->PswMask & Psw.ExtendedAddressing) != 0 ? next
            : next | ((c->PswMask & Psw.BasicAddressing) != 0 ? 0x8000_0000UL : 0);
        c->StoredAt(unit.Address, 64);
        c->Cr[3] &= c->Gr[i->R1] | ~0xFFFF_0000UL;
        return Go(c, i, psw);
    }

    private static Insn* Return(CpuState* c, Insn* i, DispatchableUnit unit)
    {
        var authority = unit.Authority;
        var psw = BranchLinkage.ToAddress(c->Psw, unit.ReturnAddress);
        var mask = (psw.Mask & ~(Psw.KeyMask | Psw.Problem)) | ((ulong)(authority & 0xF0) << 48);
        psw = psw with { Mask = mask | ((authority & 1) != 0 ? Psw.Problem : 0) };
        if (!TryTrace(c, psw)) return null;
        if (i->R1 != 0) BranchLinkage.Link(c, i);
        unit.Authority = authority & ~DispatchableUnit.ReducedAuthority;
        c->StoredAt(unit.Address, 64);
        c->Cr[3] = (c->Cr[3] & ~0xFFFF_0000UL) | (authority & 0xFFFF_0000);
        return Go(c, i, psw);
    }

    private static bool TryTrace(CpuState* c, Psw psw)
    {
        if (!TraceTable.IsOn(c, TraceTable.Branches)) return true;
        var trace = TraceEntry.Branch(psw.Address, psw.Mask);
        if (!trace.TryReserve(c)) return false;
        trace.Make(c);
        return true;
    }

    private static Insn* Go(CpuState* c, Insn* i, Psw psw)
    {
        c->BreakingEvent = c->AddressOf(i);
        c->LoadPsw(psw);
        return c->Resume(psw.Address);
    }
}
