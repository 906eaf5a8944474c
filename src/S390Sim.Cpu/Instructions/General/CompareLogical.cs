using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE LOGICAL in all forms but storage to storage (chapter 7, "COMPARE LOGICAL").</summary>
internal static unsafe class CompareLogical
{
    [Instruction(Op.CLR)]
    public static Insn* Clr(CpuState* c, Insn* i) => Logical(c, c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.CL)]
    public static Insn* Cl(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Logical(c, c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.CLY)]
    public static Insn* Cly(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Logical(c, c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.CLFI)]
    public static Insn* Clfi(CpuState* c, Insn* i) => Logical(c, c->Low(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.CLRL)]
    public static Insn* Clrl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Logical(c, c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.CLHRL)]
    public static Insn* Clhrl(CpuState* c, Insn* i)
        => Operand.RelativeLogicalHalfword(c, i, out var b) ? Logical(c, c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.CLGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clgr(CpuState* c, Insn* i) => Logical(c, c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.CLG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Clg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Logical(c, c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CLGRL)]
    public static Insn* Clgrl(CpuState* c, Insn* i)
        => Operand.RelativeDoubleword(c, i, out var b) ? Logical(c, c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CLGFR)]
    public static Insn* Clgfr(CpuState* c, Insn* i) => Logical(c, c->Gr[i->R1], c->Low(i->R2), i + 2);

    [Instruction(Op.CLGF)]
    public static Insn* Clgf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Logical(c, c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CLGFI)]
    public static Insn* Clgfi(CpuState* c, Insn* i) => Logical(c, c->Gr[i->R1], (uint)i->I2, i + 3);

    [Instruction(Op.CLGFRL)]
    public static Insn* Clgfrl(CpuState* c, Insn* i)
        => Operand.RelativeWord(c, i, out var b) ? Logical(c, c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CLGHRL)]
    public static Insn* Clghrl(CpuState* c, Insn* i)
        => Operand.RelativeLogicalHalfword(c, i, out var b) ? Logical(c, c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.CLHHR)]
    public static Insn* Clhhr(CpuState* c, Insn* i) => Logical(c, c->High(i->R1), c->High(i->R2), i + 2);

    [Instruction(Op.CLHLR)]
    public static Insn* Clhlr(CpuState* c, Insn* i) => Logical(c, c->High(i->R1), c->Low(i->R2), i + 2);

    [Instruction(Op.CLHF)]
    public static Insn* Clhf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Logical(c, c->High(i->R1), b, i + 3) : null;

    [Instruction(Op.CLIH)]
    public static Insn* Clih(CpuState* c, Insn* i) => Logical(c, c->High(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.CLI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Cli(CpuState* c, Insn* i)
        => c->Load8(i->Address1(c), i->B1, out var a) ? Logical(c, a, (byte)i->I2, i + 2) : null;

    [Instruction(Op.CLIY)]
    public static Insn* Cliy(CpuState* c, Insn* i)
        => c->Load8(i->Address1(c), i->B1, out var a) ? Logical(c, a, (byte)i->I2, i + 3) : null;

    [Instruction(Op.CLHHSI)]
    public static Insn* Clhhsi(CpuState* c, Insn* i)
        => c->Load16(i->Address1(c), i->B1, out var a) ? Logical(c, a, (ushort)i->I2, i + 3) : null;

    [Instruction(Op.CLFHSI)]
    public static Insn* Clfhsi(CpuState* c, Insn* i)
        => c->Load32(i->Address1(c), i->B1, out var a) ? Logical(c, a, (ushort)i->I2, i + 3) : null;

    [Instruction(Op.CLGHSI)]
    public static Insn* Clghsi(CpuState* c, Insn* i)
        => c->Load64(i->Address1(c), i->B1, out var a) ? Logical(c, a, (ushort)i->I2, i + 3) : null;

    [Instruction(Op.CLM)]
    public static Insn* Clm(CpuState* c, Insn* i) => UnderMask(c, i, c->Low(i->R1), i + 2);

    [Instruction(Op.CLMY)]
    public static Insn* Clmy(CpuState* c, Insn* i) => UnderMask(c, i, c->Low(i->R1), i + 3);

    [Instruction(Op.CLMH)]
    public static Insn* Clmh(CpuState* c, Insn* i) => UnderMask(c, i, c->High(i->R1), i + 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Logical(CpuState* c, ulong a, ulong b, Insn* next)
    {
        c->Cc = ConditionCode.OfLogicalComparison(a, b);
        return next;
    }

    // The bytes that the mask selects, against as many contiguous bytes of storage.
    private static Insn* UnderMask(CpuState* c, Insn* i, uint register, Insn* next)
    {
        if (!CharacterMask.Load(c, i, out var operand)) return null;
        c->Cc = ConditionCode.OfLogicalComparison(register & CharacterMask.Bits(i->M3), operand);
        return next;
    }
}
