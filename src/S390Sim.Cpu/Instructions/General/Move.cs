using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>MOVE, MOVE INVERSE, MOVE NUMERICS, MOVE ZONES, MOVE RIGHT TO LEFT (chapter 7).</summary>
internal static unsafe class Move
{
    [Instruction(Op.MVI)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Mvi(CpuState* c, Insn* i) => c->Store8(i->Address1(c), i->B1, (byte)i->I2) ? i + 2 : null;

    [Instruction(Op.MVIY)]
    public static Insn* Mviy(CpuState* c, Insn* i) => c->Store8(i->Address1(c), i->B1, (byte)i->I2) ? i + 3 : null;

    [Instruction(Op.MVHHI)]
    public static Insn* Mvhhi(CpuState* c, Insn* i) => c->Store16(i->Address1(c), i->B1, (ushort)i->I2) ? i + 3 : null;

    [Instruction(Op.MVHI)]
    public static Insn* Mvhi(CpuState* c, Insn* i) => c->Store32(i->Address1(c), i->B1, (uint)(short)i->I2) ? i + 3 : null;

    [Instruction(Op.MVGHI)]
    public static Insn* Mvghi(CpuState* c, Insn* i) => c->Store64(i->Address1(c), i->B1, (ulong)(short)i->I2) ? i + 3 : null;

    [Instruction(Op.MVC)]
    public static Insn* Mvc(CpuState* c, Insn* i)
    {
        var length = i->L1 + 1;
        var source = i->Address2(c);
        var destination = i->Address1(c);
        var from = c->Readable(source, length);
        var to = c->Writable(destination, length);
        if (from == null || to == null) return MvcSlow(c, i, destination, source, length);
        LeftToRight(to, from, length);
        return i + 3;
    }

    /// <summary>Moves byte by byte, left to right: a source that the move itself overwrites is fetched after that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LeftToRight(byte* to, byte* from, int length)
    {
        var distance = (nuint)(to - from);
        if (distance - 1 >= (nuint)length - 1) Buffer.MemoryCopy(from, to, length, length);
        else Propagate(to, from, length);
    }

    private static void Propagate(byte* to, byte* from, int length)
    {
        if (to == from + 1) new Span<byte>(to, length).Fill(*from);
        else for (var n = 0; n < length; n++) to[n] = from[n];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* MvcSlow(CpuState* c, Insn* i, ulong destination, ulong source, int length)
    {
        if (!c->Locate(source, i->B2, length, AccessKind.Fetch, out var from)) return null;
        if (!c->Locate(destination, i->B1, length, AccessKind.Store, out var to)) return null;
        for (var n = 0; n < length; n++) to[n] = from[n];
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.MVCIN)]
    public static Insn* Mvcin(CpuState* c, Insn* i)
    {
        var length = i->L1 + 1;
        var source = (i->Address2(c) - i->L1) & c->AddressMask;
        if (!c->Locate(source, i->B2, length, AccessKind.Fetch, out var from)) return null;
        if (!c->Locate(i->Address1(c), i->B1, length, AccessKind.Store, out var to)) return null;
        for (var n = 0; n < length; n++) to[n] = from[length - 1 - n];
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.MVN)]
    public static Insn* Mvn(CpuState* c, Insn* i) => Merge(c, i, 0x0F);

    [Instruction(Op.MVZ)]
    public static Insn* Mvz(CpuState* c, Insn* i) => Merge(c, i, 0xF0);

    // The masked bits of each byte are moved, left to right.
    private static Insn* Merge(CpuState* c, Insn* i, byte mask)
    {
        var length = i->L1 + 1;
        if (!c->Locate(i->Address2(c), i->B2, length, AccessKind.Fetch, out var from)) return null;
        if (!c->Locate(i->Address1(c), i->B1, length, AccessKind.Store, out var to)) return null;
        for (var n = 0; n < length; n++) to[n] = (byte)((to[n] & ~mask) | (from[n] & mask));
        to.Stored();
        return i + 3;
    }

    [Instruction(Op.MVCRL)]
    public static Insn* Mvcrl(CpuState* c, Insn* i)
    {
        var length = (int)(c->Gr[0] & 0xFF) + 1;
        if (!c->Locate(i->Address2(c), i->B2, length, AccessKind.Fetch, out var from)) return null;
        if (!c->Locate(i->Address1(c), i->B1, length, AccessKind.Store, out var to)) return null;
        for (var n = length - 1; n >= 0; n--) to[n] = from[n];
        to.Stored();
        return i + 3;
    }
}
