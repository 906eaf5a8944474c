using S390Sim.Cpu;

namespace S390Sim.Hypervisor;

/// <summary>What the user-space part of a virtual machine does for its guest, other than PCI.</summary>
public interface IVirtualMachineServices
{
    /// <summary>SERVICE CALL.</summary>
    /// <param name="machine">The virtual machine: its storage and floating interruptions are the guest's.</param>
    /// <param name="command">Command word.</param>
    /// <param name="blockAddress">Guest real address of the SCCB.</param>
    /// <param name="prefix">Prefix of the guest's CPU.</param>
    /// <param name="conditionCode">Condition code.</param>
    /// <returns>None, or the program exception.</returns>
    ProgramCode ServiceCall(VirtualMachine machine, uint command, ulong blockAddress, ulong prefix, out int conditionCode);

    /// <summary>DIAGNOSE.</summary>
    /// <returns>None when done, or the program exception.</returns>
    ProgramCode Diagnose(InterceptContext context, uint code);
}
