using S390Sim.Cpu;

namespace S390Sim.Pci;

/// <summary>
/// What a PCI instruction needs of whoever executes it: a processor, or a hypervisor that decodes its guest's intercepted
/// instruction.
/// </summary>
public interface IPciContext
{
    /// <summary>Whether the PSW is in the problem state.</summary>
    bool ProblemState { get; }

    /// <summary>Address of the CPU.</summary>
    ushort CpuAddress { get; }

    /// <summary>The bits that an address has in the addressing mode.</summary>
    ulong AddressMask { get; }

    /// <summary>Whether memory-I/O instructions are enabled: CR2 bit 58.</summary>
    bool AllowsMemoryIo { get; }

    /// <summary>A general register, 0-15.</summary>
    ulong this[int register] { get; set; }

    /// <summary>Sets the condition code, 0-3.</summary>
    void SetConditionCode(int conditionCode);

    /// <summary>Fetches up to 8192 bytes; false when an access exception was recorded.</summary>
    /// <param name="address">Logical address.</param>
    /// <param name="baseRegister">Names the access register in access-register mode.</param>
    /// <param name="bytes">The operand, in storage order.</param>
    bool TryFetch(ulong address, int baseRegister, Span<byte> bytes);

    /// <summary>Stores up to 8192 bytes, all or none; false when an access exception was recorded.</summary>
    bool TryStore(ulong address, int baseRegister, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Translates a logical address to an absolute one that need not be in storage; false when an access exception was recorded.
    /// </summary>
    /// <param name="address">Logical address.</param>
    /// <param name="baseRegister">Names the access register in access-register mode.</param>
    /// <param name="isStore">Whether the access is a store, which protection may forbid.</param>
    /// <param name="absolute">Absolute address of the byte.</param>
    bool TryTranslate(ulong address, int baseRegister, bool isStore, out ulong absolute);

    /// <summary>Records a program interruption.</summary>
    void Program(ProgramCode code);
}

/// <summary>How an instruction ended.</summary>
public enum PciOutcome
{
    /// <summary>It completed; the condition code is set if the instruction sets one.</summary>
    Completed,
    /// <summary>It ended in a program interruption, which the context recorded.</summary>
    Interrupted,
}
