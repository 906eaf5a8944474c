using System.Runtime.CompilerServices;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>INSERT PROGRAM MASK and SET PROGRAM MASK (chapter 7).</summary>
internal static unsafe class ProgramMask
{
    private const int ShiftInPsw = 40;

    [Instruction(Op.IPM)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Insn* Ipm(CpuState* c, Insn* i)
    {
        var mask = (uint)(c->PswMask >> ShiftInPsw) & 0xF;
        c->Low(i->R1) = (c->Low(i->R1) & 0x00FF_FFFF) | ((uint)c->Cc << 28) | (mask << 24);
        return i + 2;
    }

    [Instruction(Op.SPM)]
    public static Insn* Spm(CpuState* c, Insn* i)
    {
        var operand = c->Low(i->R1) >> 24;
        c->Cc = (int)(operand >> 4) & 3;
        c->PswMask = (c->PswMask & ~(0xFUL << ShiftInPsw)) | ((ulong)(operand & 0xF) << ShiftInPsw);
        return i + 1;
    }
}
