using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>CHECKSUM (chapter 7).</summary>
internal static unsafe class Checksum
{
    private const int Limit = 4096;

    /// <summary>
    /// Adds the words of the second operand to bits 32-63 of R1, with the carry going around to the right. The last word is
    /// extended with zeros.
    /// </summary>
    [Instruction(Op.CKSM)]
    public static Insn* Cksm(CpuState* c, Insn* i)
    {
        if ((i->R2 & 1) != 0) return c->Program(ProgramCode.Specification);
        var address = LongOperand.Address(c, i->R2);
        var length = LongOperand.Length(c, i->R2 + 1);
        var bytes = (int)Math.Min(length, Limit);
        if (!c->Locate(address, i->R2, bytes, AccessKind.Fetch, out var operand)) return null;
        ulong sum = c->Low(i->R1);
        for (var n = 0; n < bytes; n++) sum += (ulong)operand[n] << (24 - (n & 3) * 8);
        while (sum > uint.MaxValue) sum = (sum >> 32) + (uint)sum;
        c->Low(i->R1) = (uint)sum;
        LongOperand.Consume(c, i->R2, (ulong)bytes);
        c->Cc = (ulong)bytes == length ? 0 : 3;
        return i + 2;
    }
}
