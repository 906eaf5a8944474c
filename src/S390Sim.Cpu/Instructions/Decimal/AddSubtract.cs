using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>ADD, COMPARE and SUBTRACT DECIMAL, ZERO AND ADD (chapter 8).</summary>
internal static unsafe class AddSubtract
{
    [Instruction(Op.AP)]
    public static Insn* Ap(CpuState* c, Insn* i)
        => Operands(c, i, AccessKind.Store, out var to, out var first, out var second)
            ? (first + second).PutResult(c, i, to) : null;

    [Instruction(Op.SP)]
    public static Insn* Sp(CpuState* c, Insn* i)
        => Operands(c, i, AccessKind.Store, out var to, out var first, out var second)
            ? (first + -second).PutResult(c, i, to) : null;

    /// <summary>No overflow: the longer operand decides how many digits are compared.</summary>
    [Instruction(Op.CP)]
    public static Insn* Cp(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, AccessKind.Fetch, out _, out var first, out var second)) return null;
        var difference = first + -second;
        c->Cc = difference.Digits == UInt128.Zero ? 0 : difference.IsNegative ? 1 : 2;
        return i + 3;
    }

    /// <summary>The first operand is not looked at.</summary>
    [Instruction(Op.ZAP)]
    public static Insn* Zap(CpuState* c, Insn* i)
    {
        if (!c->Locate(i->Address2(c), i->B2, i->L2 + 1, AccessKind.Fetch, out var from)
            || !c->Locate(i->Address1(c), i->B1, i->L1 + 1, AccessKind.Store, out var to)
            || !Packed.Take(c, from, out var number)) return null;
        return number.PutResult(c, i, to);
    }

    private static bool Operands(CpuState* c, Insn* i, AccessKind kind,
        out StorageOperand to, out Packed first, out Packed second)
    {
        to = default;
        first = second = default;
        return c->Locate(i->Address2(c), i->B2, i->L2 + 1, AccessKind.Fetch, out var from)
            && c->Locate(i->Address1(c), i->B1, i->L1 + 1, kind, out to)
            && Packed.Take(c, to, out first)
            && Packed.Take(c, from, out second);
    }
}
