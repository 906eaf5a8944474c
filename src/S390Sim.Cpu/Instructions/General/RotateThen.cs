using System.Numerics;
using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// ROTATE THEN INSERT, AND, OR and EXCLUSIVE OR SELECTED BITS (chapter 7). I3 and I4 are the first and last selected bit, I5
/// the amount of left rotation of the second operand.
/// </summary>
internal static unsafe class RotateThen
{
    // Bit 0 of I3: the result of RNSBG, ROSBG and RXSBG goes to the condition code only.
    private const int TestResults = 0x80;
    // Bit 0 of I4: the bits that are not selected become zeros.
    private const int ZeroRemaining = 0x80;

    [Instruction(Op.RISBG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Risbg(CpuState* c, Insn* i)
    {
        Insert(c, i);
        c->Cc = ConditionCode.OfSign((long)c->Gr[i->R1]);
        return i + 3;
    }

    [Instruction(Op.RISBGN)]
    public static Insn* Risbgn(CpuState* c, Insn* i)
    {
        Insert(c, i);
        return i + 3;
    }

    [Instruction(Op.RISBHG)]
    public static Insn* Risbhg(CpuState* c, Insn* i) => InsertWord(i, ref c->High(i->R1), (uint)(Rotated(c, i) >> 32));

    [Instruction(Op.RISBLG)]
    public static Insn* Risblg(CpuState* c, Insn* i) => InsertWord(i, ref c->Low(i->R1), (uint)Rotated(c, i));

    [Instruction(Op.RNSBG)]
    public static Insn* Rnsbg(CpuState* c, Insn* i) => Combined(c, i, c->Gr[i->R1] & (Rotated(c, i) | ~i->Selected));

    [Instruction(Op.ROSBG)]
    public static Insn* Rosbg(CpuState* c, Insn* i) => Combined(c, i, c->Gr[i->R1] | (Rotated(c, i) & i->Selected));

    [Instruction(Op.RXSBG)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Rxsbg(CpuState* c, Insn* i) => Combined(c, i, c->Gr[i->R1] ^ (Rotated(c, i) & i->Selected));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rotated(CpuState* c, Insn* i) => BitOperations.RotateLeft(c->Gr[i->R2], i->I5 & 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Insert(CpuState* c, Insn* i)
    {
        var selected = i->Selected;
        var remaining = (i->I4 & ZeroRemaining) != 0 ? 0 : c->Gr[i->R1] & ~selected;
        c->Gr[i->R1] = remaining | (Rotated(c, i) & selected);
    }

    // The selected bits are numbered within the word; the condition code stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* InsertWord(Insn* i, ref uint result, uint rotated)
    {
        var selected = Fixed.SelectedBitsOfWord(i->I3 & 31, i->I4 & 31);
        var remaining = (i->I4 & ZeroRemaining) != 0 ? 0 : result & ~selected;
        result = remaining | (rotated & selected);
        return i + 3;
    }

    // The condition code tells of the selected bits alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Insn* Combined(CpuState* c, Insn* i, ulong value)
    {
        c->Cc = ConditionCode.OfBits(value & i->Selected);
        if ((i->I3 & TestResults) == 0) c->Gr[i->R1] = value;
        return i + 3;
    }
}
