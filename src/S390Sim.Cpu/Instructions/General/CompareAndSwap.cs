using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// COMPARE AND SWAP, COMPARE DOUBLE AND SWAP, TEST AND SET (chapter 7). Processors take turns between instructions, so that
/// the fetch and the store are one interlocked update. The operand is checked for storing even when it compares unequal.
/// </summary>
internal static unsafe class CompareAndSwap
{
    [Instruction(Op.CS)]
    public static Insn* Cs(CpuState* c, Insn* i) => Word(c, i) ? Ends(c, i, 2, InterceptionControls.CompareAndSwap) : null;

    [Instruction(Op.CSY)]
    public static Insn* Csy(CpuState* c, Insn* i) => Word(c, i) ? Ends(c, i, 3, InterceptionControls.CompareAndSwap) : null;

    [Instruction(Op.CSG)]
    public static Insn* Csg(CpuState* c, Insn* i)
    {
        if (!Update(c, i, 8, out var operand)) return null;
        var old = BinaryPrimitives.ReverseEndianness(*(ulong*)operand.First);
        var equal = old == c->Gr[i->R1];
        if (equal) *(ulong*)operand.First = BinaryPrimitives.ReverseEndianness(c->Gr[i->R3]);
        else c->Gr[i->R1] = old;
        operand.Stored();
        c->Cc = equal ? 0 : 1;
        return Ends(c, i, 3, InterceptionControls.CompareAndSwap);
    }

    [Instruction(Op.CDS)]
    public static Insn* Cds(CpuState* c, Insn* i) => WordPair(c, i) ? Ends(c, i, 2, InterceptionControls.CompareDoubleAndSwap) : null;

    [Instruction(Op.CDSY)]
    public static Insn* Cdsy(CpuState* c, Insn* i) => WordPair(c, i) ? Ends(c, i, 3, InterceptionControls.CompareDoubleAndSwap) : null;

    [Instruction(Op.CDSG)]
    public static Insn* Cdsg(CpuState* c, Insn* i)
    {
        if (!EvenPairs(c, i) || !Update(c, i, 16, out var operand)) return null;
        var quadword = (ulong*)operand.First;
        var high = BinaryPrimitives.ReverseEndianness(quadword[0]);
        var low = BinaryPrimitives.ReverseEndianness(quadword[1]);
        var equal = high == c->Gr[i->R1] && low == c->Gr[i->R1 + 1];
        if (equal)
        {
            quadword[0] = BinaryPrimitives.ReverseEndianness(c->Gr[i->R3]);
            quadword[1] = BinaryPrimitives.ReverseEndianness(c->Gr[i->R3 + 1]);
            operand.Stored();
        }
        else
        {
            c->Gr[i->R1] = high;
            c->Gr[i->R1 + 1] = low;
        }
        c->Cc = equal ? 0 : 1;
        return Ends(c, i, 3, InterceptionControls.CompareDoubleAndSwap);
    }

    [Instruction(Op.TS)]
    public static Insn* Ts(CpuState* c, Insn* i)
    {
        if (!c->Locate(i->Address1(c), i->B1, 1, AccessKind.Store, out var operand)) return null;
        c->Cc = operand[0] >> 7;
        operand[0] = 0xFF;
        operand.Stored();
        return Ends(c, i, 2, InterceptionControls.TestAndSet);
    }

    // Somebody holds what the program wants: the host of a guest may want to know.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Ends(CpuState* c, Insn* i, int slots, InterceptionControls control)
        => c->Cc == 0 || c->SieLevel == 0 ? i + slots : EndsInGuest(c, i, slots, control);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Insn* EndsInGuest(CpuState* c, Insn* i, int slots, InterceptionControls control)
        => (SieUnit.Block(c).InterceptionControl & (uint)control) != 0 && Interceptions.MayLeave(c)
            ? Interceptions.Completed(c, i) : i + slots;

    private static bool Word(CpuState* c, Insn* i)
    {
        if (!Update(c, i, 4, out var operand)) return false;
        var old = BinaryPrimitives.ReverseEndianness(*(uint*)operand.First);
        var equal = old == c->Low(i->R1);
        if (equal) *(uint*)operand.First = BinaryPrimitives.ReverseEndianness(c->Low(i->R3));
        else c->Low(i->R1) = old;
        operand.Stored();
        c->Cc = equal ? 0 : 1;
        return true;
    }

    private static bool WordPair(CpuState* c, Insn* i)
    {
        if (!EvenPairs(c, i) || !Update(c, i, 8, out var operand)) return false;
        var old = BinaryPrimitives.ReverseEndianness(*(ulong*)operand.First);
        var equal = old == (((ulong)c->Low(i->R1) << 32) | c->Low(i->R1 + 1));
        if (equal)
        {
            var replacement = ((ulong)c->Low(i->R3) << 32) | c->Low(i->R3 + 1);
            *(ulong*)operand.First = BinaryPrimitives.ReverseEndianness(replacement);
            operand.Stored();
        }
        else
        {
            c->Low(i->R1) = (uint)(old >> 32);
            c->Low(i->R1 + 1) = (uint)old;
        }
        c->Cc = equal ? 0 : 1;
        return true;
    }

    private static bool EvenPairs(CpuState* c, Insn* i)
    {
        if (((i->R1 | i->R3) & 1) == 0) return true;
        c->Program(ProgramCode.Specification);
        return false;
    }

    // An operand on its integral boundary, which lies in one block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Update(CpuState* c, Insn* i, int size, out StorageOperand operand)
    {
        var address = i->Address2(c);
        if ((address & (uint)(size - 1)) == 0) return c->Locate(address, i->B2, size, AccessKind.Store, out operand);
        operand = default;
        c->Program(ProgramCode.Specification);
        return false;
    }
}
