using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>LOAD MULTIPLE, LOAD MULTIPLE HIGH, LOAD MULTIPLE DISJOINT, LOAD ACCESS MULTIPLE (chapter 7).</summary>
[SkipLocalsInit]
internal static unsafe class LoadMultiple
{
    [Instruction(Op.LMG)]
    public static Insn* Lmg(CpuState* c, Insn* i)
    {
        var count = Registers(i);
        var direct = c->Readable(i->Address2(c), count * 8);
        if (direct == null) return LmgSlow(c, i);
        for (var n = 0; n < count; n++)
            c->Gr[(i->R1 + n) & 15] = BinaryPrimitives.ReverseEndianness(((ulong*)direct)[n]);
        return i + 3;
    }

    [Instruction(Op.LM)]
    public static Insn* Lm(CpuState* c, Insn* i) => LowWords(c, i) ? i + 2 : null;

    [Instruction(Op.LMY)]
    public static Insn* Lmy(CpuState* c, Insn* i) => LowWords(c, i) ? i + 3 : null;

    [Instruction(Op.LMH)]
    public static Insn* Lmh(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = Registers(i);
        if (!c->Fetch(i->Address2(c), i->B2, new Span<byte>(words, count * 4))) return null;
        for (var n = 0; n < count; n++)
            c->High((i->R1 + n) & 15) = BinaryPrimitives.ReverseEndianness(words[n]);
        return i + 3;
    }

    [Instruction(Op.LMD)]
    public static Insn* Lmd(CpuState* c, Insn* i)
    {
        var high = stackalloc uint[16];
        var low = stackalloc uint[16];
        var count = Registers(i);
        if (!c->Fetch(i->Address2(c), i->B2, new Span<byte>(high, count * 4))) return null;
        if (!c->Fetch(i->Address1(c), i->B1, new Span<byte>(low, count * 4))) return null;
        for (var n = 0; n < count; n++)
        {
            c->High((i->R1 + n) & 15) = BinaryPrimitives.ReverseEndianness(high[n]);
            c->Low((i->R1 + n) & 15) = BinaryPrimitives.ReverseEndianness(low[n]);
        }
        return i + 3;
    }

    [Instruction(Op.LAM)]
    public static Insn* Lam(CpuState* c, Insn* i) => AccessRegisters(c, i) ? i + 2 : null;

    [Instruction(Op.LAMY)]
    public static Insn* Lamy(CpuState* c, Insn* i) => AccessRegisters(c, i) ? i + 3 : null;

    /// <summary>How many registers R1 to R3 are; they wrap around from 15 to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Registers(Insn* i) => ((i->R3 - i->R1) & 15) + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* LmgSlow(CpuState* c, Insn* i)
    {
        var doublewords = stackalloc ulong[16];
        var count = Registers(i);
        if (!c->Fetch(i->Address2(c), i->B2, new Span<byte>(doublewords, count * 8))) return null;
        for (var n = 0; n < count; n++)
            c->Gr[(i->R1 + n) & 15] = BinaryPrimitives.ReverseEndianness(doublewords[n]);
        return i + 3;
    }

    private static bool LowWords(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = Registers(i);
        if (!c->Fetch(i->Address2(c), i->B2, new Span<byte>(words, count * 4))) return false;
        for (var n = 0; n < count; n++)
            c->Low((i->R1 + n) & 15) = BinaryPrimitives.ReverseEndianness(words[n]);
        return true;
    }

    private static bool AccessRegisters(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = Registers(i);
        var address = i->Address2(c);
        if ((address & 3) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        if (!c->Fetch(address, i->B2, new Span<byte>(words, count * 4))) return false;
        for (var n = 0; n < count; n++)
            c->Ar[(i->R1 + n) & 15] = BinaryPrimitives.ReverseEndianness(words[n]);
        return true;
    }
}
