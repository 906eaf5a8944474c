using S390Sim.Cpu;
using S390Sim.Isa;

namespace S390Sim.Hypervisor;

/// <summary>
/// KVM's dispatch of SIE exits: what the kernel handles, what it emulates with the instruction's ordinary semantics, and what
/// goes on to user space (sie.md section 4).
/// </summary>
internal sealed class InterceptHandlers(VirtualMachine machine)
{
    private readonly UserSpace _userSpace = new(machine);

    // Rows whose facility the guest has not: whoever intercepted them, they are operation exceptions.
    private readonly bool[] _lacking = [.. Enumerable.Range(0, InstructionTable.Count + 1).Select(op => Lacks(machine, (Op)op))];

    private static bool Lacks(VirtualMachine machine, Op op)
        => op != Op.Invalid && InstructionTable.Get(op).Facility.StfleBit() is >= 0 and var bit && !machine.Processor.Facilities[bit];

    /// <summary>Handles an interception; null to enter SIE again.</summary>
    public StopReason? Handle(VirtualCpu vcpu)
    {
        var block = vcpu.Block;
        switch ((Interception)block.InterceptionCode)
        {
            case Interception.Instruction: return Instruction(vcpu, isPartial: false);
            case Interception.Program: return Reinject(vcpu, block);
            case Interception.InstructionAndProgram: return Instruction(vcpu, isPartial: false) ?? Reinject(vcpu, block);
            case Interception.PartialExecution: return Instruction(vcpu, isPartial: true);
            case Interception.OperationException: return OperationException(vcpu);
            case Interception.ExternalRequest or Interception.IoRequest or Interception.StopRequest: return null;
            case Interception.ExternalInterruption: return ExternalInterruptions.Handle(vcpu);
            case Interception.Wait: return vcpu.Wait();
            case Interception.KeylessSubset:
                StorageKeyHandlers.Enable(vcpu);
                return null;
            case Interception.Validity when block.Ipb >> 16 == (uint)ValidityReason.PrefixAccess: return vcpu.CheckStop();
            default: return StopReason.Interception;
        }
    }

    private static StopReason? OperationException(VirtualCpu vcpu)
    {
        if (OperationExceptions.IsLoop(vcpu)) return StopReason.ProgramLoop;
        var fault = new ProgramFault { Code = ProgramCode.Operation, Per = vcpu.FetchEvent() };
        return vcpu.InjectProgram(fault, vcpu.InstructionLength, isAhead: true) ? null : vcpu.CheckStop();
    }

    private StopReason? Instruction(VirtualCpu vcpu, bool isPartial)
    {
        var context = vcpu.Intercepted;
        context.Take();
        if (!isPartial) Dispatch(context);
        else if (!PartialExecution.Handle(context)) context.Program(ProgramCode.Operation);
        if (machine.Design.HostFailure is not null) return StopReason.HostFault;
        return context.Fault.Code == ProgramCode.None && context.Per.Events == PerEvents.None ? null : Interrupt(vcpu, context);
    }

    private static StopReason? Interrupt(VirtualCpu vcpu, InterceptContext context)
    {
        var fault = context.Fault;
        fault.Per = context.Per;
        if (fault.Code != ProgramCode.None)
            return vcpu.InjectProgram(fault, context.Length, isAhead: true) ? null : vcpu.CheckStop();
        fault.Code = ProgramCode.PerEvent;
        return vcpu.InjectAsStored(fault, context.Length) ? null : vcpu.CheckStop();
    }

    private void Dispatch(InterceptContext context)
    {
        if (_lacking[(int)context.Op])
        {
            context.Program(ProgramCode.Operation);
            return;
        }
        // The machine may intercept before it checks privilege, so every handler must check (sie.md section 5).
        if (context.ProblemState && (InstructionTable.Get(context.Op).Flags & InstructionFlags.Privileged) != 0)
        {
            context.Program(ProgramCode.PrivilegedOperation);
            return;
        }
        var entry = InterceptTable.Find(context.Op);
        if (entry.Handle is { } handle && (entry.Claims is null || entry.Claims(context)))
        {
            Enter(context, kernel: true);
            if (handle(context)) return;
        }
        Enter(context, kernel: false);
        context.Vcpu.Exits.UserSpace++;
        machine.Counters.UserSpaceExits++;
        _userSpace.Handle(context);
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
        return vcpu.InjectAsStored(fault, block.ProgramIlc) ? null : vcpu.CheckStop();
    }
}
