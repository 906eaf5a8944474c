namespace S390Sim.Cpu;

/// <summary>What SIE asks of the PCI functions of the guest that a processor runs, to interpret instructions that name one.</summary>
public interface IGuestFunctions
{
    /// <summary>
    /// Whether a handle is that of a function of the guest's whose own translation tables the machine follows: its RPCIT concerns
    /// nobody but the machine.
    /// </summary>
    bool AreTablesFollowed(uint handle);

    /// <summary>
    /// Whether a handle is that of an enabled function that is designated to a guest's GISA, so that the machine executes the
    /// guest's PCI loads and stores to it (sie.md section 10.2).
    /// </summary>
    /// <param name="handle">Function handle.</param>
    /// <param name="gisa">The guest's GISA designation; not zero.</param>
    bool IsDesignated(uint handle, uint gisa);

    /// <summary>The same of the function whose memory is at a guest absolute address, for the instructions of memory I/O.</summary>
    bool IsMemoryDesignated(ulong absolute, uint gisa);
}
