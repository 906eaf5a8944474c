using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Prefix, CPU identity and signalling (chapters 4 and 10).</summary>
internal static unsafe class Configuration
{
    /// <summary>SET PREFIX: both blocks of the new prefix area must be installed.</summary>
    [Instruction(Op.SPX)]
    public static Insn* Spx(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Load32(address, i->B2, out var prefix)) return null;
        prefix &= 0x7FFF_E000;
        if (!c->ResolveAbsolute(prefix, store: false, out _) || !c->ResolveAbsolute(prefix + 4096, store: false, out _)) return null;
        c->Prefix = prefix;
        c->PurgeTlb();
        c->Processor.Sie.NoteGuestPurge();
        return c->ResumeAfter(i);
    }

    /// <summary>STORE PREFIX.</summary>
    [Instruction(Op.STPX)]
    public static Insn* Stpx(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 3) != 0) return c->Program(ProgramCode.Specification);
        return c->Store32(address, i->B2, (uint)c->Prefix) ? i + 2 : null;
    }

    /// <summary>LOAD PROGRAM PARAMETER: what samples of the CPU are labelled with.</summary>
    [Instruction(Op.LPP)]
    public static Insn* Lpp(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        if (!c->Load64(address, i->B2, out var parameter)) return null;
        c->ProgramParameter = parameter;
        return i + 2;
    }

    /// <summary>STORE CPU ADDRESS.</summary>
    [Instruction(Op.STAP)]
    public static Insn* Stap(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 1) != 0) return c->Program(ProgramCode.Specification);
        var own = c->SieLevel != 0 ? SieUnit.Block(c).CpuAddress : c->Processor.CpuAddress;
        return c->Store16(address, i->B2, own) ? i + 2 : null;
    }

    /// <summary>STORE CPU ID: a guest's has all ones for the version.</summary>
    [Instruction(Op.STIDP)]
    public static Insn* Stidp(CpuState* c, Insn* i)
    {
        var address = i->Address2(c);
        if ((address & 7) != 0) return c->Program(ProgramCode.Specification);
        var id = c->Processor.CpuId;
        return c->Store64(address, i->B2, c->SieLevel != 0 ? id | 0xFFUL << 56 : id) ? i + 2 : null;
    }

    /// <summary>STORE FACILITY LIST: the first 32 facility bits at real 200.</summary>
    [Instruction(Op.STFL)]
    public static Insn* Stfl(CpuState* c, Insn* i)
    {
        if (!c->TryLowcore(out var lowcore)) return null;
        lowcore.StflList = (uint)(c->Processor.Facilities.Doublewords[0] >> 32);
        c->StoredAt(lowcore.Address, 512);
        return i + 2;
    }

    /// <summary>SIGNAL PROCESSOR: order in the second-operand address, CPU address in R3, parameter in the odd register of R1.</summary>
    [Instruction(Op.SIGP)]
    public static Insn* Sigp(CpuState* c, Insn* i)
    {
        if (c->SieLevel != 0) return SieSignals.Interpret(c, i);
        var order = (SignalOrder)(byte)i->Address2(c);
        var parameter = (uint)c->Gr[i->R1 | 1];
        var (statusRegister, address) = (i->R1, (ushort)c->Gr[i->R3]);
        // The order may reset this very processor, PSW and all.
        c->PswAddress = c->NextAddress(i);
        var outcome = c->Processor.Group.Signal(c->Processor, order, address, parameter);
        c->Cc = outcome.ConditionCode;
        if (outcome.ConditionCode == 1) c->Low(statusRegister) = outcome.Status;
        return c->Resume(c->PswAddress);
    }
}
