using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>SHIFT AND ROUND DECIMAL (chapter 8).</summary>
internal static unsafe class ShiftAndRound
{
    /// <summary>
    /// Bits 58-63 of the second-operand address are the signed number of digits to shift left; negative is right. The rounding
    /// digit is added to the last digit shifted out, and must be valid whether it is used or not.
    /// </summary>
    [Instruction(Op.SRP)]
    public static Insn* Srp(CpuState* c, Insn* i)
    {
        var shift = (int)((uint)i->Address2(c) << 26) >> 26;
        if (!c->Locate(i->Address1(c), i->B1, i->L1 + 1, AccessKind.Store, out var to)) return null;
        if (!Packed.Take(c, to, out var number)) return null;
        var rounding = (uint)i->I3;
        if (rounding > 9) return c->Data(0);
        if (shift < 0) return (number with { Digits = Right(number.Digits, -shift, rounding) }).PutResult(c, i, to);
        return Left(c, i, to, number, shift);
    }

    private static UInt128 Right(UInt128 digits, int count, uint rounding)
    {
        var kept = digits >> (4 * count - 4);
        var carry = ((uint)kept & 0xF) + rounding > 9 ? 1u : 0;
        return Packed.Sum(kept >> 4, UInt128.Zero, carry);
    }

    // Digits may leave on the left of 32: then the sign stays, and the rest is what the field has places for.
    private static Insn* Left(CpuState* c, Insn* i, in StorageOperand to, Packed number, int count)
    {
        var result = number with { Digits = number.Digits << (4 * count) };
        if (result.Digits >> (4 * count) == number.Digits) return result.PutResult(c, i, to);
        result.Put(c, to);
        return Packed.Overflow(c, i);
    }
}
