using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>ADD, ADD HALFWORD, ADD IMMEDIATE and ADD HIGH: signed sums (chapter 7, "ADD").</summary>
internal static unsafe class Add
{
    [Instruction(Op.AR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ar(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.ARK)]
    public static Insn* Ark(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.A)]
    public static Insn* A(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.AY)]
    public static Insn* Ay(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.AFI)]
    public static Insn* Afi(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.AH)]
    public static Insn* Ah(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), (uint)b, i + 2) : null;

    [Instruction(Op.AHY)]
    public static Insn* Ahy(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), (uint)b, i + 3) : null;

    [Instruction(Op.AHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ahi(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R1), (uint)(short)i->I2, i + 2);

    [Instruction(Op.AHIK)]
    public static Insn* Ahik(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R3), (uint)(short)i->I2, i + 3);

    [Instruction(Op.AGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Agr(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.AGRK)]
    public static Insn* Agrk(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R2], c->Gr[i->R3], i + 2);

    [Instruction(Op.AG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ag(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.AGFR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Agfr(CpuState* c, Insn* i)
        => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(int)c->Low(i->R2), i + 2);

    [Instruction(Op.AGF)]
    public static Insn* Agf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(int)b, i + 3) : null;

    [Instruction(Op.AGFI)]
    public static Insn* Agfi(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)i->I2, i + 3);

    [Instruction(Op.AGH)]
    public static Insn* Agh(CpuState* c, Insn* i)
        => Operand.Halfword(c, i, out var b) ? Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)b, i + 3) : null;

    [Instruction(Op.AGHI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Aghi(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(short)i->I2, i + 2);

    [Instruction(Op.AGHIK)]
    public static Insn* Aghik(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R3], (ulong)(short)i->I2, i + 3);

    [Instruction(Op.AHHHR)]
    public static Insn* Ahhhr(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R2), c->High(i->R3), i + 2);

    [Instruction(Op.AHHLR)]
    public static Insn* Ahhlr(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.AIH)]
    public static Insn* Aih(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.ASI)]
    public static Insn* Asi(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if (!c->Load32(address, i->B1, out var a)) return null;
        var b = (uint)(sbyte)i->I2;
        if (!c->Store32(address, i->B1, a + b)) return null;
        c->Cc = ConditionCode.OfSum((int)a, (int)b, (int)(a + b));
        return Completed(c, i + 3);
    }

    [Instruction(Op.AGSI)]
    public static Insn* Agsi(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if (!c->Load64(address, i->B1, out var a)) return null;
        var b = (ulong)(sbyte)i->I2;
        if (!c->Store64(address, i->B1, a + b)) return null;
        c->Cc = ConditionCode.OfSum((long)a, (long)b, (long)(a + b));
        return Completed(c, i + 3);
    }

    // The 32-bit sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Sum(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        var sum = a + b;
        result = sum;
        if ((int)((a ^ sum) & (b ^ sum)) < 0) return Overflow(c, next);
        c->Cc = ConditionCode.OfSign((int)sum);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Sum(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        var sum = a + b;
        result = sum;
        if ((long)((a ^ sum) & (b ^ sum)) < 0) return Overflow(c, next);
        c->Cc = ConditionCode.OfSign((long)sum);
        return next;
    }

    /// <summary>Overflow completes the instruction with condition code 3, then interrupts if the program mask says so.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static Insn* Overflow(CpuState* c, Insn* next)
    {
        c->Cc = 3;
        return c->OverflowIsMasked() ? next : null;
    }

    /// <summary>The next instruction, unless condition code 3 ends in a fixed-point-overflow interruption.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Insn* Completed(CpuState* c, Insn* next) => c->Cc != 3 || c->OverflowIsMasked() ? next : null;
}
