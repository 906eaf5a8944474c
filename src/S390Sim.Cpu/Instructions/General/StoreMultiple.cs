using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>STORE MULTIPLE, STORE MULTIPLE HIGH, STORE ACCESS MULTIPLE (chapter 7).</summary>
[SkipLocalsInit]
internal static unsafe class StoreMultiple
{
    [Instruction(Op.STMG)]
    public static Insn* Stmg(CpuState* c, Insn* i)
    {
        var count = LoadMultiple.Registers(i);
        var direct = c->Writable(i->Address2(c), count * 8);
        if (direct == null) return StmgSlow(c, i);
        for (var n = 0; n < count; n++)
            ((ulong*)direct)[n] = BinaryPrimitives.ReverseEndianness(c->Gr[(i->R1 + n) & 15]);
        return i + 3;
    }

    [Instruction(Op.STM)]
    public static Insn* Stm(CpuState* c, Insn* i) => LowWords(c, i) ? i + 2 : null;

    [Instruction(Op.STMY)]
    public static Insn* Stmy(CpuState* c, Insn* i) => LowWords(c, i) ? i + 3 : null;

    [Instruction(Op.STMH)]
    public static Insn* Stmh(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = LoadMultiple.Registers(i);
        for (var n = 0; n < count; n++)
            words[n] = BinaryPrimitives.ReverseEndianness(c->High((i->R1 + n) & 15));
        return c->Store(i->Address2(c), i->B2, new ReadOnlySpan<byte>(words, count * 4)) ? i + 3 : null;
    }

    [Instruction(Op.STAM)]
    public static Insn* Stam(CpuState* c, Insn* i) => AccessRegisters(c, i) ? i + 2 : null;

    [Instruction(Op.STAMY)]
    public static Insn* Stamy(CpuState* c, Insn* i) => AccessRegisters(c, i) ? i + 3 : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* StmgSlow(CpuState* c, Insn* i)
    {
        var doublewords = stackalloc ulong[16];
        var count = LoadMultiple.Registers(i);
        for (var n = 0; n < count; n++)
            doublewords[n] = BinaryPrimitives.ReverseEndianness(c->Gr[(i->R1 + n) & 15]);
        return c->Store(i->Address2(c), i->B2, new ReadOnlySpan<byte>(doublewords, count * 8)) ? i + 3 : null;
    }

    private static bool LowWords(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = LoadMultiple.Registers(i);
        for (var n = 0; n < count; n++)
            words[n] = BinaryPrimitives.ReverseEndianness(c->Low((i->R1 + n) & 15));
        return c->Store(i->Address2(c), i->B2, new ReadOnlySpan<byte>(words, count * 4));
    }

    private static bool AccessRegisters(CpuState* c, Insn* i)
    {
        var words = stackalloc uint[16];
        var count = LoadMultiple.Registers(i);
        var address = i->Address2(c);
        if ((address & 3) != 0)
        {
            c->Program(ProgramCode.Specification);
            return false;
        }
        for (var n = 0; n < count; n++)
            words[n] = BinaryPrimitives.ReverseEndianness(c->Ar[(i->R1 + n) & 15]);
        return c->Store(address, i->B2, new ReadOnlySpan<byte>(words, count * 4));
    }
}
