using Microsoft.Extensions.ObjectPool;
using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's dispatch of SIE exits: what the kernel handles, what it emulates with the instruction's ordinary semantics, and what
/// goes on to user space (sie.md section 4).
/// </summary>
internal sealed class InterceptHandlers(VirtualMachine machine)
{
    private readonly ObjectPool<InterceptContext> _contexts =
        new DefaultObjectPool<InterceptContext>(new DefaultPooledObjectPolicy<InterceptContext>());

    private readonly UserSpace _userSpace = new(machine);

    /// <summary>Handles an interception; null to enter SIE again.</summary>
    public StopReason? Handle(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        switch ((Interception)block.InterceptionCode)
        {
            case Interception.Instruction: return Instruction(vcpu);
            case Interception.Program: return Reinject(vcpu, block);
            case Interception.OperationException: return Present(vcpu, ProgramCode.Operation, vcpu.InstructionLength);
            case Interception.ExternalRequest or Interception.IoRequest or Interception.StopRequest: return null;
            case Interception.Wait: return vcpu.Wait();
            default: return StopReason.Interception;
        }
    }

    private StopReason? Instruction(VirtualCpu vcpu)
    {
        var context = _contexts.Get();
        context.Take(vcpu);
        context.Per = vcpu.FetchEvent();
        Dispatch(context);
        var fault = context.Fault;
        fault.Per = context.Per;
        var length = context.Length;
        _contexts.Return(context);
        if (machine.Design is HistoricDesign { Oops: not null }) return StopReason.HostFault;
        if (fault.Code != ProgramCode.None) return vcpu.InjectProgram(fault, length, isAhead: true) ? null : StopReason.HostFault;
        if (fault.Per.Events == PerEvents.None) return null;
        fault.Code = ProgramCode.PerEvent;
        return vcpu.InjectAsStored(fault, length) ? null : StopReason.HostFault;
    }

    private void Dispatch(InterceptContext context)
    {
        // The machine may intercept before it checks privilege, so every handler must check (sie.md section 5).
        if (context.ProblemState && (InstructionTable.Get(context.Op).Flags & InstructionFlags.Privileged) != 0)
        {
            context.Program(ProgramCode.PrivilegedOperation);
            return;
        }
        if (context.Op == Op.RPCIT) machine.Refreshes++;
        switch (context.Op)
        {
            case Op.RPCIT when machine.Design is HistoricDesign historic && HistoricRefresh.Handles(machine, historic, context):
                Enter(context, kernel: true);
                HistoricRefresh.Handle(machine, historic, context);
                return;
            case Op.RPCIT when RefreshTranslations.Handles(machine, context):
                Enter(context, kernel: true);
                RefreshTranslations.Handle(machine, context);
                return;
            case Op.SIGP:
                Enter(context, kernel: true);
                Signals.Handle(context);
                return;
            case var op when UserSpace.Knows(op):
                Enter(context, kernel: false);
                context.Vcpu.Exits.UserSpace++;
                _userSpace.Handle(context);
                return;
            default:
                // Control instructions whose controls are on: what the guest shall see is what they always do.
                Enter(context, kernel: true);
                context.Vcpu.Emulate(context.Per);
                context.Per = default;      // presented with the instruction's own interruption, or after it
                if (context.Op == Op.SCK) machine.ShareTodClock(context.Vcpu);
                return;
        }
    }

    private void Enter(InterceptContext context, bool kernel)
    {
        if (machine.Stages.IsActive)
            machine.Stages.Report(HypervisorStages.HandlerEntered, context.Text, context.Vcpu.Psw.Address, kernel ? 1UL : 0);
    }

    // An intercepted program interruption is presented with what the machine stored of it.
    private static StopReason? Reinject(VirtualCpu vcpu, StateDescription block)
    {
        var fault = new ProgramFault
        {
            Code = (ProgramCode)(block.ProgramCode & ~(ushort)ProgramCode.PerEvent),
            DataExceptionCode = (byte)block.DataExceptionCode,
            ExceptionAccess = block.ExceptionAccess,
            OperandAccess = block.OperandAccess,
            TranslationException = block.TranslationException,
            MonitorClass = (byte)block.MonitorClass,
            MonitorCode = block.TranslationException,
            Per = new PerReport
            {
                Events = (block.ProgramCode & (ushort)ProgramCode.PerEvent) != 0 ? (PerEvents)(block.PerCode >> 8) : PerEvents.None,
                Mode = (byte)block.PerCode,
                Address = block.PerAddress,
                Access = block.PerAccess,
            },
        };
        if (fault.Code == ProgramCode.None) fault.Code = ProgramCode.PerEvent;
        if (vcpu.IsProgramLoop(fault)) return StopReason.ProgramLoop;
        return vcpu.InjectAsStored(fault, block.ProgramIlc) ? null : StopReason.HostFault;
    }

    private static StopReason? Present(VirtualCpu vcpu, ProgramCode code, uint length)
        => vcpu.InjectProgram(new ProgramFault { Code = code }, length, isAhead: true) ? null : StopReason.HostFault;
}
