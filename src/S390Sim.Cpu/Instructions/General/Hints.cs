using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>
/// Instructions that tell the machine what the program will do and change nothing else: PREFETCH DATA, BRANCH PREDICTION
/// PRELOAD, NEXT INSTRUCTION ACCESS INTENT, PERFORM PROCESSOR ASSIST (chapter 7).
/// </summary>
internal static unsafe class Hints
{
    [Instruction(Op.PFD)]
    [Instruction(Op.PFDRL)]
    [Instruction(Op.BPP)]
    [Instruction(Op.BPRP)]
    public static Insn* SixBytes(CpuState* c, Insn* i) => i + 3;

    [Instruction(Op.NIAI)]
    [Instruction(Op.PPA)]
    public static Insn* FourBytes(CpuState* c, Insn* i) => i + 2;
}
