using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.FloatingPoint;

/// <summary>
/// Floating-point-support instructions that move operands whatever their format (chapter 9). A short operand is bits 0-31 of
/// its register, and the rest of the register stays.
/// </summary>
internal static unsafe class LoadStore
{
    private const ulong Sign = 1UL << 63;
    private const ulong ShortMask = 0xFFFF_FFFF_0000_0000;

    [Instruction(Op.LDR)]
    public static Insn* Ldr(CpuState* c, Insn* i)
    {
        c->Fpr(i->R1) = c->Fpr(i->R2);
        return i + 1;
    }

    [Instruction(Op.LER)]
    public static Insn* Ler(CpuState* c, Insn* i)
    {
        SetShort(c, i->R1, (uint)(c->Fpr(i->R2) >> 32));
        return i + 1;
    }

    /// <summary>LOAD (extended): register pairs n and n + 2, of which n names one.</summary>
    [Instruction(Op.LXR)]
    public static Insn* Lxr(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R2) & 2) != 0) return c->Program(ProgramCode.Specification);
        var (high, low) = (c->Fpr(i->R2), c->Fpr(i->R2 + 2));
        c->Fpr(i->R1) = high;
        c->Fpr(i->R1 + 2) = low;
        return i + 2;
    }

    [Instruction(Op.LD), Instruction(Op.LDY)]
    public static Insn* Ld(CpuState* c, Insn* i)
    {
        if (!c->Load64(i->Address2(c), i->B2, out var operand)) return null;
        c->Fpr(i->R1) = operand;
        return i + (i->Length >> 1);
    }

    [Instruction(Op.LE), Instruction(Op.LEY)]
    public static Insn* Le(CpuState* c, Insn* i)
    {
        if (!c->Load32(i->Address2(c), i->B2, out var operand)) return null;
        SetShort(c, i->R1, operand);
        return i + (i->Length >> 1);
    }

    [Instruction(Op.STD), Instruction(Op.STDY)]
    public static Insn* Std(CpuState* c, Insn* i)
        => c->Store64(i->Address2(c), i->B2, c->Fpr(i->R1)) ? i + (i->Length >> 1) : null;

    [Instruction(Op.STE), Instruction(Op.STEY)]
    public static Insn* Ste(CpuState* c, Insn* i)
        => c->Store32(i->Address2(c), i->B2, (uint)(c->Fpr(i->R1) >> 32)) ? i + (i->Length >> 1) : null;

    [Instruction(Op.LDGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ldgr(CpuState* c, Insn* i)
    {
        c->Fpr(i->R1) = c->Gr[i->R2];
        return i + 2;
    }

    [Instruction(Op.LGDR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Lgdr(CpuState* c, Insn* i)
    {
        c->Gr[i->R1] = c->Fpr(i->R2);
        return i + 2;
    }

    [Instruction(Op.LZER)]
    public static Insn* Lzer(CpuState* c, Insn* i)
    {
        SetShort(c, i->R1, 0);
        return i + 2;
    }

    [Instruction(Op.LZDR)]
    public static Insn* Lzdr(CpuState* c, Insn* i)
    {
        c->Fpr(i->R1) = 0;
        return i + 2;
    }

    [Instruction(Op.LZXR)]
    public static Insn* Lzxr(CpuState* c, Insn* i)
    {
        if ((i->R1 & 2) != 0) return c->Program(ProgramCode.Specification);
        c->Fpr(i->R1) = 0;
        c->Fpr(i->R1 + 2) = 0;
        return i + 2;
    }

    /// <summary>COPY SIGN: the second operand's digits with the third operand's sign.</summary>
    [Instruction(Op.CPSDR)]
    public static Insn* Cpsdr(CpuState* c, Insn* i) => SetSign(c, i, c->Fpr(i->R3) & Sign);

    [Instruction(Op.LCDFR)]
    public static Insn* Lcdfr(CpuState* c, Insn* i) => SetSign(c, i, ~c->Fpr(i->R2) & Sign);

    [Instruction(Op.LNDFR)]
    public static Insn* Lndfr(CpuState* c, Insn* i) => SetSign(c, i, Sign);

    [Instruction(Op.LPDFR)]
    public static Insn* Lpdfr(CpuState* c, Insn* i) => SetSign(c, i, 0);

    private static Insn* SetSign(CpuState* c, Insn* i, ulong sign)
    {
        c->Fpr(i->R1) = (c->Fpr(i->R2) & ~Sign) | sign;
        return i + 2;
    }

    private static void SetShort(CpuState* c, int register, uint value)
        => c->Fpr(register) = (c->Fpr(register) & ~ShortMask) | ((ulong)value << 32);
}
