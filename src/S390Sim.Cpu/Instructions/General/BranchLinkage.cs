using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>BRANCH AND LINK, BRANCH AND SAVE, and the forms that set the addressing mode (chapter 7).</summary>
internal static unsafe class BranchLinkage
{
    [Instruction(Op.BASR)]
    public static Insn* Basr(CpuState* c, Insn* i) => Save(c, i, i->R2 != 0, c->Gr[i->R2], i + 1);

    [Instruction(Op.BAS)]
    public static Insn* Bas(CpuState* c, Insn* i) => Save(c, i, true, i->Address2(c), i + 2);

    [Instruction(Op.BALR)]
    public static Insn* Balr(CpuState* c, Insn* i) => Link(c, i, i->R2 != 0, c->Gr[i->R2], i + 1);

    [Instruction(Op.BAL)]
    public static Insn* Bal(CpuState* c, Insn* i) => Link(c, i, true, i->Address2(c), i + 2);

    [Instruction(Op.BRAS)]
    [Instruction(Op.BRASL)]
    public static Insn* Bras(CpuState* c, Insn* i)
    {
        SaveNext(c, i);
        return c->BranchRelative(i, i->RI2);
    }

    [Instruction(Op.BASSM)]
    public static Insn* Bassm(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
        SaveNext(c, i);
        if (c->AddressMask == ulong.MaxValue) c->Gr[i->R1] |= 1;
        return i->R2 == 0 ? i + 1 : SetModeAndBranch(c, i, target);
    }

    [Instruction(Op.BSM)]
    public static Insn* Bsm(CpuState* c, Insn* i)
    {
        var target = c->Gr[i->R2];
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

    // Bit 63 of the register asks for the 64-bit mode; else bit 32 for the 31-bit mode.
    private static Insn* SetModeAndBranch(CpuState* c, Insn* i, ulong target)
    {
        var mode = (target & 1) != 0 ? Psw.ExtendedAddressing | Psw.BasicAddressing
            : (target & 0x8000_0000) != 0 ? Psw.BasicAddressing : 0;
        var mask = c->Psw.Mask & ~(Psw.ExtendedAddressing | Psw.BasicAddressing);
        c->SetPswMask(mask | mode);
        return c->Branch(i, target & ~1UL);
    }
}
