using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>ADD LOGICAL, with carry, with signed immediate, and high (chapter 7, "ADD LOGICAL").</summary>
internal static unsafe class AddLogical
{
    [Instruction(Op.ALR)]
    public static Insn* Alr(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 1);

    [Instruction(Op.ALRK)]
    public static Insn* Alrk(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.AL)]
    public static Insn* Al(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 2) : null;

    [Instruction(Op.ALY)]
    public static Insn* Aly(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.ALFI)]
    public static Insn* Alfi(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.ALHSIK)]
    public static Insn* Alhsik(CpuState* c, Insn* i) => Sum(c, ref c->Low(i->R1), c->Low(i->R3), (uint)(short)i->I2, i + 3);

    [Instruction(Op.ALGR)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Algr(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.ALGRK)]
    public static Insn* Algrk(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R2], c->Gr[i->R3], i + 2);

    [Instruction(Op.ALG)]
    public static Insn* Alg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.ALGFR)]
    public static Insn* Algfr(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)c->Low(i->R2), i + 2);

    [Instruction(Op.ALGF)]
    public static Insn* Algf(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)b, i + 3) : null;

    [Instruction(Op.ALGFI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Algfi(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R1], (ulong)(uint)i->I2, i + 3);

    [Instruction(Op.ALGHSIK)]
    public static Insn* Alghsik(CpuState* c, Insn* i) => Sum(c, ref c->Gr[i->R1], c->Gr[i->R3], (ulong)(short)i->I2, i + 3);

    [Instruction(Op.ALHHHR)]
    public static Insn* Alhhhr(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R2), c->High(i->R3), i + 2);

    [Instruction(Op.ALHHLR)]
    public static Insn* Alhhlr(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R2), c->Low(i->R3), i + 2);

    [Instruction(Op.ALSIH)]
    public static Insn* Alsih(CpuState* c, Insn* i) => Sum(c, ref c->High(i->R1), c->High(i->R1), (uint)i->I2, i + 3);

    [Instruction(Op.ALCR)]
    public static Insn* Alcr(CpuState* c, Insn* i) => WithCarry(c, ref c->Low(i->R1), c->Low(i->R1), c->Low(i->R2), i + 2);

    [Instruction(Op.ALC)]
    public static Insn* Alc(CpuState* c, Insn* i)
        => Operand.Word(c, i, out var b) ? WithCarry(c, ref c->Low(i->R1), c->Low(i->R1), b, i + 3) : null;

    [Instruction(Op.ALCGR)]
    public static Insn* Alcgr(CpuState* c, Insn* i) => WithCarry(c, ref c->Gr[i->R1], c->Gr[i->R1], c->Gr[i->R2], i + 2);

    [Instruction(Op.ALCG)]
    public static Insn* Alcg(CpuState* c, Insn* i)
        => Operand.Doubleword(c, i, out var b) ? WithCarry(c, ref c->Gr[i->R1], c->Gr[i->R1], b, i + 3) : null;

    [Instruction(Op.ALSIHN)]
    public static Insn* Alsihn(CpuState* c, Insn* i)
    {
        c->High(i->R1) += (uint)i->I2;
        return i + 3;
    }

    [Instruction(Op.ALSI)]
    public static Insn* Alsi(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if (!c->Load32(address, i->B1, out var a)) return null;
        var sum = a + (uint)(sbyte)i->I2;
        if (!c->Store32(address, i->B1, sum)) return null;
        c->Cc = ConditionCode.OfCarry(sum < a, sum);
        return i + 3;
    }

    [Instruction(Op.ALGSI)]
    public static Insn* Algsi(CpuState* c, Insn* i)
    {
        var address = i->Address1(c);
        if (!c->Load64(address, i->B1, out var a)) return null;
        var sum = a + (ulong)(sbyte)i->I2;
        if (!c->Store64(address, i->B1, sum)) return null;
        c->Cc = ConditionCode.OfCarry(sum < a, sum);
        return i + 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Sum(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        var sum = a + b;
        result = sum;
        c->Cc = ConditionCode.OfCarry(sum < a, sum);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Sum(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        var sum = a + b;
        result = sum;
        c->Cc = ConditionCode.OfCarry(sum < a, sum);
        return next;
    }

    // The carry in is the carry out of an earlier operation: condition code 2 or 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* WithCarry(CpuState* c, ref uint result, uint a, uint b, Insn* next)
    {
        var sum = (ulong)a + b + ((uint)c->Cc >> 1);
        result = (uint)sum;
        c->Cc = ConditionCode.OfCarry(sum >> 32 != 0, (uint)sum);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* WithCarry(CpuState* c, ref ulong result, ulong a, ulong b, Insn* next)
    {
        var partial = a + b;
        var sum = partial + ((uint)c->Cc >> 1);
        result = sum;
        c->Cc = ConditionCode.OfCarry(partial < a || sum < partial, sum);
        return next;
    }
}
