using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Decimal;

/// <summary>TEST DECIMAL (chapter 8).</summary>
internal static unsafe class TestDecimal
{
    /// <summary>Condition code 0 valid, 1 invalid sign, 2 an invalid digit, 3 both.</summary>
    [Instruction(Op.TP)]
    public static Insn* Tp(CpuState* c, Insn* i)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes = bytes[..(i->L1 + 1)];
        if (!c->Fetch(i->Address1(c), i->B1, bytes)) return null;
        var hasBadDigit = (bytes[^1] >> 4) > 9;
        foreach (var b in bytes[..^1]) hasBadDigit |= (b >> 4) > 9 || (b & 0xF) > 9;
        var hasBadSign = (bytes[^1] & 0xF) < 0xA;
        c->Cc = (hasBadDigit ? 2 : 0) | (hasBadSign ? 1 : 0);
        return i + 3;
    }
}
