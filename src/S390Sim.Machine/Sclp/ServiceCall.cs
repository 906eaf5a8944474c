using S390Sim.Cpu;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>The instructions by which a program turns to what is outside of the processor complex.</summary>
internal static unsafe class ServiceCall
{
    private const uint YieldTimeSlice = 0x44;

    /// <summary>SERVICE CALL: R1 the command word, R2 the real address of the SCCB.</summary>
    [Instruction(Op.SERVC)]
    public static Insn* Servc(CpuState* c, Insn* i)
    {
        var result = c->Processor.Service<ServiceProcessor>().Call(c->Low(i->R1), c->Gr[i->R2], c->Prefix);
        if (result.Exception != ProgramCode.None) return c->Program(result.Exception);
        c->Cc = result.ConditionCode;
        return c->ResumeAfter(i);
    }

    /// <summary>DIAGNOSE: voluntary time-slice end; other functions are not installed.</summary>
    [Instruction(Op.DIAG)]
    public static Insn* Diag(CpuState* c, Insn* i)
        => Diagnose((uint)i->Address2(c) & 0xFFFF, c->Processor) is not ProgramCode.None and var exception
            ? c->Program(exception) : c->ResumeAfter(i);

    /// <summary>What a function code of DIAGNOSE does here; the same for a guest of the hypervisor.</summary>
    public static ProgramCode Diagnose(uint code, IScheduledCpu cpu)
    {
        if (code != YieldTimeSlice) return ProgramCode.Specification;
        cpu.Yield();
        return ProgramCode.None;
    }
}
