using S390Sim.Cpu;
using S390Sim.Generated;
using S390Sim.Isa;

namespace S390Sim.Machine;

/// <summary>The instructions by which a program turns to what is outside of the processor complex.</summary>
internal static unsafe class ServiceCall
{
    /// <summary>SERVICE CALL: R1 the command word, R2 the real address of the SCCB.</summary>
    [Instruction(Op.SERVC)]
    public static Insn* Servc(CpuState* c, Insn* i)
    {
        var result = c->Processor.Service<ServiceProcessor>().Call(c->Low(i->R1), c->Gr[i->R2], c->Prefix);
        if (result.Exception != ProgramCode.None) return c->Program(result.Exception);
        c->Cc = result.ConditionCode;
        return c->ResumeAfter(i);
    }

    /// <summary>DIAGNOSE: the second-operand address is the function code, the registers are the function's.</summary>
    [Instruction(Op.DIAG)]
    public static Insn* Diag(CpuState* c, Insn* i)
    {
        // A function may load a PSW.
        c->PswAddress = c->NextAddress(i);
        var functions = c->Processor.Service<DiagnoseFunctions>();
        var exception = functions.Call((uint)i->Address2(c) & 0xFFFF, c->Gr[i->R3], c->Processor);
        return exception == ProgramCode.None ? c->Resume(c->PswAddress) : c->Program(exception);
    }
}
