namespace S390Sim.Hypervisor;

/// <summary>The way of an intercepted RPCIT into the handlers of <c>v3</c> and <c>v4</c> (kvm-pci-design.md section 4.3).</summary>
internal static class HistoricRefresh
{
    /// <summary>Whether the kernel handles the instruction: not with simulation bits, nor, under v3, without an anchor.</summary>
    public static bool Claims(VirtualMachine machine, HistoricDesign design, InterceptContext context)
    {
        var handle = Handle(context);
        if ((handle & machine.Pci.SimulationMask) != 0) return false;
        var function = machine.Pci.Find(handle);
        return function is not { IsEnabled: true } || design.HandlesInKernel(function);
    }

    /// <summary>Handles it. An odd R2 is not refused; the doubleword behind register 15 is that of the first access registers.</summary>
    public static void Handle(VirtualMachine machine, HistoricDesign design, InterceptContext context)
    {
        var function = machine.Pci.Find(Handle(context));
        var r2 = context.Operands.R2;
        design.Handle(context, function is { IsEnabled: true } ? function : null, context[r2], r2 == 15 ? Behind(context) : context[r2 + 1]);
    }

    // Where KVM keeps general registers, access registers 0 and 1 follow.
    private static unsafe ulong Behind(InterceptContext context)
    {
        var c = context.Vcpu.Processor.State;
        return ((ulong)c->Ar[0] << 32) | c->Ar[1];
    }

    /// <summary>Sets a condition code and the status in bits 32-39 of the request.</summary>
    public static void Answer(InterceptContext context, int conditionCode, byte status)
    {
        const ulong statusBits = 0xFFUL << 24;
        var r1 = context.Operands.R1;
        if (status != 0) context.Vcpu.Machine.Counters.InsufficientReplies++;     // they know no other status
        context[r1] = (context[r1] & ~statusBits) | ((ulong)status << 24);
        context.SetConditionCode(conditionCode);
    }

    private static uint Handle(InterceptContext context) => (uint)(context[context.Operands.R1] >> 32);
}
