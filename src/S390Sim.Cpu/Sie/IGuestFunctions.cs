namespace S390Sim.Cpu;

/// <summary>What SIE asks of the PCI functions of the guest that a processor runs, to interpret instructions that name one.</summary>
public interface IGuestFunctions
{
    /// <summary>
    /// Whether a handle is that of a function of the guest's whose own translation tables the machine follows: its RPCIT concerns
    /// nobody but the machine.
    /// </summary>
    bool AreTablesFollowed(uint handle);
}
