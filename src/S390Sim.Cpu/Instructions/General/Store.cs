using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>STORE of bytes, halfwords, words and doublewords, reversed, high, relative, under mask (chapter 7).</summary>
internal static unsafe class Store
{
    [Instruction(Op.ST)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* St(CpuState* c, Insn* i) => c->Store32(i->Address2(c), i->B2, c->Low(i->R1)) ? i + 2 : null;

    [Instruction(Op.STY)]
    public static Insn* Sty(CpuState* c, Insn* i) => c->Store32(i->Address2(c), i->B2, c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STFH)]
    public static Insn* Stfh(CpuState* c, Insn* i) => c->Store32(i->Address2(c), i->B2, c->High(i->R1)) ? i + 3 : null;

    [Instruction(Op.STG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Stg(CpuState* c, Insn* i) => c->Store64(i->Address2(c), i->B2, c->Gr[i->R1]) ? i + 3 : null;

    [Instruction(Op.STH)]
    public static Insn* Sth(CpuState* c, Insn* i) => c->Store16(i->Address2(c), i->B2, (ushort)c->Low(i->R1)) ? i + 2 : null;

    [Instruction(Op.STHY)]
    public static Insn* Sthy(CpuState* c, Insn* i) => c->Store16(i->Address2(c), i->B2, (ushort)c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STHH)]
    public static Insn* Sthh(CpuState* c, Insn* i)
        => c->Store16(i->Address2(c), i->B2, (ushort)c->High(i->R1)) ? i + 3 : null;

    [Instruction(Op.STC)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Stc(CpuState* c, Insn* i) => c->Store8(i->Address2(c), i->B2, (byte)c->Low(i->R1)) ? i + 2 : null;

    [Instruction(Op.STCY)]
    public static Insn* Stcy(CpuState* c, Insn* i) => c->Store8(i->Address2(c), i->B2, (byte)c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STCH)]
    public static Insn* Stch(CpuState* c, Insn* i) => c->Store8(i->Address2(c), i->B2, (byte)c->High(i->R1)) ? i + 3 : null;

    [Instruction(Op.STRVH)]
    public static Insn* Strvh(CpuState* c, Insn* i)
        => c->Store16(i->Address2(c), i->B2, BinaryPrimitives.ReverseEndianness((ushort)c->Low(i->R1))) ? i + 3 : null;

    [Instruction(Op.STRV)]
    public static Insn* Strv(CpuState* c, Insn* i)
        => c->Store32(i->Address2(c), i->B2, BinaryPrimitives.ReverseEndianness(c->Low(i->R1))) ? i + 3 : null;

    [Instruction(Op.STRVG)]
    public static Insn* Strvg(CpuState* c, Insn* i)
        => c->Store64(i->Address2(c), i->B2, BinaryPrimitives.ReverseEndianness(c->Gr[i->R1])) ? i + 3 : null;

    [Instruction(Op.STCM)]
    public static Insn* Stcm(CpuState* c, Insn* i) => CharacterMask.Store(c, i, c->Low(i->R1)) ? i + 2 : null;

    [Instruction(Op.STCMY)]
    public static Insn* Stcmy(CpuState* c, Insn* i) => CharacterMask.Store(c, i, c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STCMH)]
    public static Insn* Stcmh(CpuState* c, Insn* i) => CharacterMask.Store(c, i, c->High(i->R1)) ? i + 3 : null;

    [Instruction(Op.STHRL)]
    public static Insn* Sthrl(CpuState* c, Insn* i)
        => c->Store16(c->Relative(i, i->RI2), CpuState.ZeroRegister, (ushort)c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STRL)]
    public static Insn* Strl(CpuState* c, Insn* i)
        => Operand.Aligned(c, i, 3, out var address) && c->Store32(address, CpuState.ZeroRegister, c->Low(i->R1)) ? i + 3 : null;

    [Instruction(Op.STGRL)]
    public static Insn* Stgrl(CpuState* c, Insn* i)
        => Operand.Aligned(c, i, 7, out var address) && c->Store64(address, CpuState.ZeroRegister, c->Gr[i->R1]) ? i + 3 : null;
}
