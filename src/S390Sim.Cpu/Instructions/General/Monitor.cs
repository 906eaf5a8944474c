using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Cpu.Instructions.General;

/// <summary>MONITOR CALL (chapter 7).</summary>
internal static unsafe class Monitor
{
    /// <summary>Bit 48 + n of control register 8 is the mask of monitor class n.</summary>
    [Instruction(Op.MC)]
    public static Insn* Mc(CpuState* c, Insn* i)
    {
        var number = (byte)i->I2;
        if ((number & 0xF0) != 0) return c->Program(ProgramCode.Specification);
        if ((c->Cr[8] & (0x8000UL >> number)) == 0) return i + 2;
        c->Program(ProgramCode.MonitorEvent);
        c->Fault.MonitorClass = number;
        c->Fault.MonitorCode = i->Address1(c);
        return null;
    }
}
