using PciInstructions = S390Sim.Pci.PciInstructions<S390Sim.Hypervisor.InterceptContext>;

namespace S390Sim.Hypervisor;

/// <summary>
/// RPCIT in the kernel: only for a handle without simulation bits, of a function of this virtual machine whose domain is lent; anything else is user space's
/// (kvm-pci-design.md section 13). The lookup is in the virtual machine's own list, so a foreign handle tells nothing.
/// </summary>
internal static class RefreshTranslations
{
    /// <summary>Whether the kernel handles the instruction.</summary>
    public static bool Claims(InterceptContext context)
    {
        var machine = context.Vcpu.Machine;
        var handle = (uint)(context[context.Operands.R1] >> 32);
        if ((handle & machine.Pci.SimulationMask) != 0) return false;
        var function = machine.Pci.FindByIndex((ushort)handle);
        return function is not null && function.Handle == handle && machine.Design.HandlesInKernel(function);
    }

    /// <summary>Handles it: checks, walk, pins, host entries, flush, status and condition code.</summary>
    public static bool Handle(InterceptContext context)
    {
        var machine = context.Vcpu.Machine;
        PciInstructions.Rpcit(context, machine.Pci, context.Operands.R1, context.Operands.R2);
        return true;
    }
}
