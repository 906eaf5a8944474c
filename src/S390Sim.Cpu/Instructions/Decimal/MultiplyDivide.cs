using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>
/// MULTIPLY and DIVIDE DECIMAL (chapter 8). The second operand has at most 8 bytes and is shorter than the first. Signs follow
/// the rules of algebra even where a result is zero; the condition code stays.
/// </summary>
internal static unsafe class MultiplyDivide
{
    /// <summary>The multiplicand has at least as many bytes of leftmost zeros as the multiplier has bytes.</summary>
    [Instruction(Op.MP)]
    public static Insn* Mp(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, out var to, out var first, out var second)) return null;
        if (first.Exceeds(i->L1 - i->L2)) return c->Data(0);
        var product = Packed.FromBinary(first.ToBinary() * second.ToBinary());
        new Packed(product, first.IsNegative ^ second.IsNegative).Put(c, to);
        return i + 3;
    }

    /// <summary>The quotient is left of the remainder, which is as long as the divisor and has the dividend's sign.</summary>
    [Instruction(Op.DP)]
    public static Insn* Dp(CpuState* c, Insn* i)
    {
        if (!Operands(c, i, out var to, out var dividend, out var divisor)) return null;
        if (divisor.Digits == UInt128.Zero) return c->Program(ProgramCode.DecimalDivide);
        var (q, r) = UInt128.DivRem(dividend.ToBinary(), divisor.ToBinary());
        var quotient = new Packed(Packed.FromBinary(q), dividend.IsNegative ^ divisor.IsNegative);
        var remainder = new Packed(Packed.FromBinary(r), dividend.IsNegative);
        var quotientLength = i->L1 - i->L2;
        if (quotient.Exceeds(quotientLength)) return c->Program(ProgramCode.DecimalDivide);
        Span<byte> result = stackalloc byte[16];
        result = result[..(i->L1 + 1)];
        quotient.Write(result[..quotientLength]);
        remainder.Write(result[quotientLength..]);
        to.CopyFrom(ref *c, result);
        return i + 3;
    }

    private static bool Operands(CpuState* c, Insn* i, out StorageOperand to, out Packed first, out Packed second)
    {
        to = default;
        first = second = default;
        if (i->L2 > 7 || i->L2 >= i->L1)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        return c->Locate(i->Address2(c), i->B2, i->L2 + 1, AccessKind.Fetch, out var from)
            && c->Locate(i->Address1(c), i->B1, i->L1 + 1, AccessKind.Store, out to)
            && Packed.Take(c, to, out first)
            && Packed.Take(c, from, out second);
    }
}
