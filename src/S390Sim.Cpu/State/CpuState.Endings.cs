using System.Runtime.CompilerServices;

namespace S390Sim.Cpu;

/// <summary>How an instruction's method ends (Principles of Operation, chapter 5, "Types of Instruction Ending").</summary>
public unsafe partial struct CpuState
{
    /// <summary>Ends in a program interruption. The old PSW follows from the code: see <see cref="ProgramCodeExtensions.Nullifies"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Insn* Program(ProgramCode code)
    {
        Fault = new ProgramFault { Code = code };
        Exit = ExitKind.Program;
        return null;
    }

    /// <summary>Ends in a data exception with a data-exception code (also stored in the FPC when IEEE says so; the caller does that).</summary>
    public Insn* Data(byte dataExceptionCode)
    {
        Fault = new ProgramFault { Code = ProgramCode.Data, DataExceptionCode = dataExceptionCode };
        Exit = ExitKind.Program;
        return null;
    }

    /// <summary>
    /// After a fixed-point overflow: true when the program mask suppresses the interruption; else records it, and the caller,
    /// which has completed the instruction, returns null.
    /// </summary>
    public bool OverflowIsMasked()
    {
        if ((PswMask & Cpu.Psw.FixedPointOverflow) == 0) return true;
        Program(ProgramCode.FixedPointOverflow);
        return false;
    }

    /// <summary>Ends with the PSW already replaced, its address in <see cref="PswAddress"/>: interruptions may have become open.</summary>
    public Insn* Resume(ulong address)
    {
        PswAddress = address;
        Exit = ExitKind.Resume;
        return null;
    }

    /// <summary>Ends normally, but looks for interruptions before the next instruction (masks or tables changed).</summary>
    public Insn* ResumeAfter(Insn* i) => Resume(NextAddress(i));

    /// <summary>Ends with the same instruction to be executed again (an interruptible or CPU-determined unit of operation was done).</summary>
    public Insn* ResumeAt(Insn* i) => Resume(AddressOf(i));

    /// <summary>
    /// The same without leaving the loop where that is possible: a unit of operation of an interruptible instruction was done,
    /// and the loop looks at the deadline before the next.
    /// </summary>
    public Insn* Repeat(Insn* i) => IsPageSlot(i) ? i : ResumeAt(i);

    private readonly bool IsPageSlot(Insn* i) => i == PageSlots + i->Index;

    /// <summary>Logical address of the instruction; of the EXECUTE when it is a target.</summary>
    public readonly ulong AddressOf(Insn* i) => (FetchBase + (ulong)i->Index * 2) & AddressMask;

    /// <summary>Logical address of the next sequential instruction.</summary>
    public readonly ulong NextAddress(Insn* i)
        => (AddressOf(i) + (Executing ? ExecuteLength : i->Length)) & AddressMask;

    /// <summary>Takes a branch: to a slot of the same page directly, otherwise through the fetch TLB.</summary>
    /// <param name="i">The branching instruction.</param>
    /// <param name="target">Branch address; made to fit the addressing mode here.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Insn* Branch(Insn* i, ulong target)
    {
        target &= AddressMask;
        BreakingEvent = FetchBase + (ulong)i->Index * 2;
        if ((target & ~0xFFFUL) == FetchBase && (target & 1) == 0)
            return PageSlots + (int)((target & 0xFFF) >> 1);
        return BranchOut(target);
    }

    /// <summary>Takes a relative branch; its slot tells when it stays in its page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Insn* BranchRelative(Insn* i, int halfwords)
    {
        var near = i->Near;
        if (near == 0) return BranchFar(i, halfwords);
        _breakingSlot = i;
        return i + near;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Insn* BranchFar(Insn* i, int halfwords) => Branch(i, Relative(i, halfwords));

    /// <summary>The address some halfwords away from the instruction; of its own place when it is the target of EXECUTE.</summary>
    public readonly ulong Relative(Insn* i, int halfwords)
    {
        var start = halfwords == FarMarker && Executing
            ? TargetAddress + (ulong)((long)FarRelative * 2)
            : FetchBase + (ulong)i->Index * 2 + (ulong)((long)halfwords * 2);
        return start & AddressMask;
    }

    /// <summary>Stands in a slot for a relative operand that does not fit; see <see cref="FarRelative"/>.</summary>
    internal const int FarMarker = int.MinValue;

    /// <summary>Goes on in another page, or at an address to be looked at more closely outside the loop.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Insn* BranchOut(ulong target)
    {
        target &= AddressMask;
        var entry = FetchTlb + (int)((target >> 12) & (Cpu.Tlb.FetchEntries - 1));
        if (entry->Tag != ((target & ~0xFFFUL) | FetchTag) || (target & 1) != 0)
            return Resume(target);
        FetchBase = target & ~0xFFFUL;
        PageSlots = entry->Slots;
        return PageSlots + (int)((target & 0xFFF) >> 1);
    }
}
