using System.Runtime.CompilerServices;
using S390Sim.Isa;

namespace S390Sim.Cpu;

/// <summary>The checks that hold for whole classes of instructions, made once before their semantics.</summary>
internal static unsafe class Gate
{
    /// <summary>The operation exception of an instruction whose facility is not installed: nobody knows that it is privileged.</summary>
    public static Insn* NotInstalled(CpuState* c, Insn* i)
        => c->SieLevel == 0 ? c->Program(ProgramCode.Operation) : OperationException(c, i);

    /// <summary>
    /// The operation exception of an unassigned or unimplemented operation code. A privileged one is that first.
    /// What SIE intercepts goes to the host, implemented or not.
    /// </summary>
    public static Insn* OperationException(CpuState* c, Insn* i)
    {
        if (c->ProblemState && (InstructionTable.Get(i->Op).Flags & InstructionFlags.Privileged) != 0)
            return c->Program(ProgramCode.PrivilegedOperation);
        if (c->SieLevel == 0) return c->Program(ProgramCode.Operation);
        return !c->Processor.Handlers.IsBound(i->Op) && Interceptions.IsIntercepted(c, i)
            ? Interceptions.Leave(c, i)
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
            return Interceptions.Leave(c, i);
        return c->Semantics[(int)op](c, i);
    }

    /// <summary>CR0 bit 45: the AFP-register control.</summary>
    internal const ulong AfpControl = 1UL << 18;
    /// <summary>Data-exception codes of instructions that need the AFP-register control.</summary>
    internal const byte AfpRegisterData = 1, BfpData = 2, DfpData = 3;

    /// <summary>
    /// With the AFP-register control zero only floating-point registers 0, 2, 4 and 6 exist, and neither BFP nor DFP
    /// instructions (chapter 9, "Data-Exception Codes").
    /// </summary>
    public static Insn* FloatingPoint(CpuState* c, Insn* i)
        => HasAllRegisters(c) ? c->Semantics[(int)i->Op](c, i) : WithoutAdditionalRegisters(c, i);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* WithoutAdditionalRegisters(CpuState* c, Insn* i)
    {
        var row = InstructionTable.Get(i->Op);
        if ((row.Flags & InstructionFlags.Bfp) != 0) return c->Data(BfpData);
        if ((row.Flags & InstructionFlags.Dfp) != 0) return c->Data(DfpData);
        return NamesAdditionalRegister(row.Syntax, i) ? c->Data(AfpRegisterData) : c->Semantics[(int)i->Op](c, i);
    }

    /// <summary>Whether the AFP-register controls are one, of a guest's host too: nothing is to be asked of a floating-point instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasAllRegisters(CpuState* c) => (c->Cr[0] & c->AfpControl) != 0;

    private static bool NamesAdditionalRegister(string syntax, Insn* i)
        => (syntax.Contains("F1", StringComparison.Ordinal) && IsAdditional(i->R1))
            || (syntax.Contains("F2", StringComparison.Ordinal) && IsAdditional(i->R2))
            || (syntax.Contains("F3", StringComparison.Ordinal) && IsAdditional(i->R3));

    private static bool IsAdditional(byte register) => (register & ~6) != 0;
}
