using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.Control;

/// <summary>Interpretive execution (sie.md section 1).</summary>
internal static unsafe class InterpretiveExecution
{
    private const ulong Frame = ~0x1FFFUL;      // of 8 KB, as the prefix area

    /// <summary>START INTERPRETIVE EXECUTION: the operand is the real address of a state description of 512 bytes.</summary>
    [Instruction(Op.SIE)]
    public static Insn* Sie(CpuState* c, Insn* i)
    {
        // Outside the two areas that prefixing exchanges a real address is an absolute one.
        var block = i->Address2(c);
        if ((block & 0x1FF) != 0 || (block & Frame) == 0 || (block & Frame) == c->Prefix) return c->Program(ProgramCode.Specification);
        if (!c->Processor.Storage.Contains(block, StateDescription.Size)) return c->Program(ProgramCode.Addressing);
        return c->Processor.Sie.Start(c, i, block);
    }
}
