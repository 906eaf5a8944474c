using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>COMPARE UNTIL SUBSTRING EQUAL (chapter 7).</summary>
internal static unsafe class CompareUntilSubstring
{
    private const int Limit = 4096;

    [Instruction(Op.CUSE)]
    public static Insn* Cuse(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R2) & 1) != 0) return c->Program(ProgramCode.Specification);
        var wanted = (ulong)(byte)c->Low(0);
        var first = Length(c, i->R1 + 1);
        var second = Length(c, i->R2 + 1);
        var longer = Math.Max(first, second);
        ulong at = 0, equal = 0;
        // The number of bytes is limited only where the last ones were unequal: a substring under way is not cut.
        while (equal < wanted && at < longer && (at < Limit || equal != 0))
        {
            if (!Load(c, i->R1, at, first, out var a) || !Load(c, i->R2, at, second, out var b))
            {
                if (at == equal) return null;
                // What was compared before the substring under way is done; the access is made again from there.
                return End(c, i, at - equal, first, second, 3);
            }
            at++;
            equal = a == b ? equal + 1 : 0;
        }
        if (equal == wanted) return End(c, i, at - equal, first, second, 0);
        if (at < longer) return End(c, i, at, first, second, 3);
        return End(c, i, at - equal, first, second, equal != 0 ? 1 : 2);
    }

    // An operand that has ended goes on with padding: bits 56-63 of register 1.
    private static bool Load(CpuState* c, int register, ulong at, ulong length, out byte value)
    {
        if (at < length) return c->Load8((c->Gr[register] + at) & c->AddressMask, register, out value);
        value = (byte)c->Low(1);
        return true;
    }

    private static Insn* End(CpuState* c, Insn* i, ulong passed, ulong first, ulong second, int conditionCode)
    {
        Pass(c, i->R1, Math.Min(passed, first));
        Pass(c, i->R2, Math.Min(passed, second));
        c->Cc = conditionCode;
        return i + 2;
    }

    private static void Pass(CpuState* c, int pair, ulong bytes)
    {
        LongOperand.SetAddress(c, pair, LongOperand.Address(c, pair) + bytes);
        if (bytes != 0) LongOperand.SetLength(c, pair + 1, LongOperand.Length(c, pair + 1) - bytes);
    }

    // A signed length; a negative one is treated as zero, and stays.
    private static ulong Length(CpuState* c, int register)
        => LongOperand.IsExtended(c) ? (ulong)Math.Max(0, (long)c->Gr[register]) : (ulong)Math.Max(0, (int)c->Low(register));
}
