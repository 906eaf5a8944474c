using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>The checks that hold for whole classes of instructions, made once before their semantics.</summary>
internal static unsafe class Gate
{
    /// <summary>
    /// The operation exception of an unassigned, unimplemented or not installed operation code. A privileged one is that first.
    /// What SIE intercepts goes to the host, implemented or not.
    /// </summary>
    public static Insn* OperationException(CpuState* c, Insn* i)
    {
        if (c->ProblemState && (InstructionTable.Get(i->Op).Flags & InstructionFlags.Privileged) != 0)
            return c->Program(ProgramCode.PrivilegedOperation);
        if (c->SieLevel == 0) return c->Program(ProgramCode.Operation);
        return !c->Processor.Handlers.IsBound(i->Op) && Interceptions.IsIntercepted(c, i)
            ? Interceptions.Instruction(c, i)
            : Interceptions.OperationException(c, i);
    }

    /// <summary>
    /// Privilege first, then interception (sie.md section 5: hardware may do either first; a hypervisor tests the problem
    /// state again), then the semantics.
    /// </summary>
    public static Insn* Enter(CpuState* c, Insn* i)
    {
        var op = i->Op;
        if (c->ProblemState && (InstructionTable.Get(op).Flags & InstructionFlags.Privileged) != 0)
            return c->Program(ProgramCode.PrivilegedOperation);
        if (c->SieLevel != 0 && Interceptions.IsIntercepted(c, i))
            return Interceptions.Instruction(c, i);
        return c->Processor.Handlers.Semantics(op)(c, i);
    }
}
