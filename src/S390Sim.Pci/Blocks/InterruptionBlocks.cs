using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Information block of SET INTERRUPTION CONTROLS 4: directed interruptions of all CPUs (DIIB).</summary>
[Block(0x20)]
public readonly unsafe partial struct DirectedInformationBlock
{
    /// <summary>Bits 1-3: interruption subclass.</summary>
    [At(0x00)] public partial uint Subclass { get; set; }
    /// <summary>Number of CPUs.</summary>
    [At(0x06)] public partial ushort Cpus { get; set; }
    /// <summary>DISB: absolute address of the summary bits, one for each CPU.</summary>
    [At(0x08)] public partial ulong SummaryBits { get; set; }
}

/// <summary>Information block of SET INTERRUPTION CONTROLS 18: the bit vector of a CPU (CDIIB).</summary>
[Block(0x28)]
public readonly unsafe partial struct CpuDirectedInformationBlock
{
    /// <summary>DIBV: absolute address of the bit vector.</summary>
    [At(0x08)] public partial ulong BitVector { get; set; }
}
