using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>BRANCH AND LINK, BRANCH AND SAVE, and the forms that set the addressing mode (chapter 7).</summary>
internal static unsafe class BranchLinkage
{
    [Instruction(Op.BASR)]
    public static Insn* Basr(CpuState* c, Insn* i)
        => IsTraced(c, i) && !Trace(c, c->Gr[i->R2]) ? null : Save(c, i, i->R2 != 0, c->Gr[i->R2], i + 1);

    [Instruction(Op.BAS)]
    public static Insn* Bas(CpuState* c, Insn* i) => Save(c, i, true, i->Address2(c), i + 2);

    [Instruction(Op.BALR)]
    public static Insn* Balr(CpuState* c, Insn* i)
        => IsTraced(c, i) && !Trace(c, c->Gr[i->R2]) ? null : Link(c, i, i->R2 != 0, c->Gr[i->R2], i + 1);

    [Instruction(Op.BAL)]
    public static Insn* Bal(CpuState* c, Insn* i) => Link(c, i, true, i->Address2(c), i + 2);

    [Instruction(Op.BRAS)]
    [Instruction(Op.BRASL)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Bras(CpuState* c, Insn* i)
    {
        SaveNext(c, i);
        return c->BranchRelative(i, i->RI2);
    }

    [Instruction(Op.BASSM)]
    public static Insn* Bassm(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
        if (c->Cr[12] != 0 && !TraceModeBranch(c, i, target, isBranchTraced: true)) return null;
        SaveNext(c, i);
        if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] |= 1;
        return i->R2 == 0 ? i + 1 : SetModeAndBranch(c, i, target);
    }

    [Instruction(Op.BSM)]
    public static Insn* Bsm(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
        if (c->Cr[12] != 0 && !TraceModeBranch(c, i, target, isBranchTraced: false)) return null;
        if (i->R1 != 0)
        {
            if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] |= 1;
            else c->Low(i->R1) = (c->Low(i->R1) & 0x7FFF_FFFF) | BasicModeBit(c);
        }
        return i->R2 == 0 ? i + 1 : SetModeAndBranch(c, i, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Save(CpuState* c, Insn* i, bool branches, ulong target, Insn* next)
    {
        SaveNext(c, i);
        return branches ? c->Branch(i, target) : next;
    }

    // In the 24-bit mode BRANCH AND LINK also saves the ILC, the condition code and the program mask.
    private static Insn* Link(CpuState* c, Insn* i, bool branches, ulong target, Insn* next)
    {
        SaveNext(c, i);
        if (c->AddressMask == 0xFF_FFFF)
        {
            var length = c->Executing ? c->ExecuteLength : i->Length;
            c->Low(i->R1) |= (length << 29) | ((uint)c->Cc << 28) | ((uint)(c->PswMask >> 40) & 0xF) << 24;
        }
        return branches ? c->Branch(i, target) : next;
    }

    // The updated instruction address, with the basic-addressing-mode bit unless the mode is 64-bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SaveNext(CpuState* c, Insn* i)
    {
        var next = c->NextAddress(i);
        if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] = next;
        else c->Low(i->R1) = (uint)next | BasicModeBit(c);
    }

    private static uint BasicModeBit(CpuState* c) => c->AddressMask == 0xFF_FFFF ? 0 : 0x8000_0000;

    /// <summary>The link information of BRANCH AND SAVE in R1, for other instructions that have it.</summary>
    internal static void Link(CpuState* c, Insn* i) => SaveNext(c, i);

    /// <summary>The PSW with an address out of a register or table, whose bit 32 is the mode except in the 64-bit mode.</summary>
    internal static Psw ToAddress(Psw psw, ulong address)
    {
        if ((psw.Mask & Psw.ExtendedAddressing) != 0) return psw with { Address = address };
        return (address & 0x8000_0000) != 0
            ? new Psw(psw.Mask | Psw.BasicAddressing, address & 0x7FFF_FFFF)
            : new Psw(psw.Mask & ~Psw.BasicAddressing, address & 0xFF_FFFF);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTraced(CpuState* c, Insn* i) => (long)c->Cr[12] < 0 && i->R2 != 0;

    // Makes the branch trace entry; false after an exception or host fault.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Trace(CpuState* c, ulong target) => Make(c, TraceEntry.Branch(target & c->AddressMask, c->PswMask));

    private static bool Make(CpuState* c, TraceEntry entry)
    {
        if (!entry.TryReserve(c)) return false;
        entry.Make(c);
        return true;
    }

    // A switch into or out of the 64-bit mode is traced with mode tracing; BASSM is a traced branch besides.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TraceModeBranch(CpuState* c, Insn* i, ulong target, bool isBranchTraced)
    {
        if (i->R2 == 0) return true;
        isBranchTraced &= TraceTable.IsOn(c, TraceTable.Branches);
        var mask = (c->PswMask & ~(Psw.ExtendedAddressing | Psw.BasicAddressing)) | ModeOf(target);
        var address = target & ~1UL & Psw.AddressMask(mask);
        if (TraceTable.IsOn(c, TraceTable.Modes) && ((mask ^ c->PswMask) & Psw.ExtendedAddressing) != 0)
        {
            return Make(c, isBranchTraced
                ? TraceEntry.ModeSwitchingBranch(address, mask) : TraceEntry.ModeSwitch(c->NextAddress(i), c->PswMask));
        }
        return !isBranchTraced || Make(c, TraceEntry.Branch(address, mask));
    }

    // Bit 63 of the register asks for the 64-bit mode; else bit 32 for the 31-bit mode.
    private static ulong ModeOf(ulong target)
        => (target & 1) != 0 ? Psw.ExtendedAddressing | Psw.BasicAddressing
            : (target & 0x8000_0000) != 0 ? Psw.BasicAddressing : 0;

    private static Insn* SetModeAndBranch(CpuState* c, Insn* i, ulong target)
    {
        var mask = c->Psw.Mask & ~(Psw.ExtendedAddressing | Psw.BasicAddressing);
        c->SetPswMask(mask | ModeOf(target));
        return c->Branch(i, target & ~1UL);
    }
}
