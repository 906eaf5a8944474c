using S390Sim.Generated;

namespace S390Sim.Pci;

/// <summary>Function information block (FIB): operand of MODIFY and STORE PCI FUNCTION CONTROLS.</summary>
[Block(0x50)]
public readonly unsafe partial struct FunctionInformationBlock
{
    /// <summary>Format: 1 with directed interruptions, else 0.</summary>
    [At(0x00)] public partial byte Format { get; set; }
    /// <summary>Function controls, stored by STORE PCI FUNCTION CONTROLS; see <see cref="FunctionControls"/>.</summary>
    [At(0x08)] public partial byte Controls { get; set; }
    /// <summary>PCI base address: first usable DMA address.</summary>
    [At(0x10)] public partial ulong BaseAddress { get; set; }
    /// <summary>PCI address limit: last usable DMA address.</summary>
    [At(0x18)] public partial ulong AddressLimit { get; set; }
    /// <summary>I/O translation anchor.</summary>
    [At(0x20)] public partial ulong Iota { get; set; }
    /// <summary>Interruption parameters, first word: see <see cref="InterruptionParameters"/>.</summary>
    [At(0x28)] public partial uint Interruption { get; set; }
    /// <summary>Format 1, bits 0-15: offset of the function's first bit in each CPU's vector.</summary>
    [At(0x2C)] public partial uint DirectedOffset { get; set; }
    /// <summary>Absolute address of the adapter-interruption bit vector.</summary>
    [At(0x30)] public partial ulong BitVector { get; set; }
    /// <summary>Absolute address of the doubleword with the adapter-interruption summary bit.</summary>
    [At(0x38)] public partial ulong SummaryBit { get; set; }
    /// <summary>Absolute address of the function measurement block; storage key in the low four bits.</summary>
    [At(0x40)] public partial ulong MeasurementBlock { get; set; }
    /// <summary>Guest (GISA) designation.</summary>
    [At(0x4C)] public partial uint GuestDesignation { get; set; }
}

/// <summary>Bits of <see cref="FunctionInformationBlock.Controls"/>.</summary>
[Flags]
public enum FunctionControls : byte
{
    /// <summary>The function is disabled.</summary>
    None = 0,
    /// <summary>The function is enabled.</summary>
    Enabled = 0x80,
    /// <summary>The function is in error.</summary>
    Error = 0x40,
    /// <summary>Loads and stores are blocked.</summary>
    LoadStoreBlocked = 0x20,
    /// <summary>I/O address translation is registered.</summary>
    TranslationRegistered = 0x10,
}

/// <summary>Parameters of floating adapter interruptions (FIB format 0).</summary>
/// <param name="Word">Bits 1-3 subclass, 4-15 number, 18-23 offset in the vector, 24 summary, 26-31 its offset.</param>
/// <param name="BitVector">Absolute address of the interruption bit vector.</param>
/// <param name="SummaryAddress">Absolute address of the doubleword with the summary bit.</param>
public readonly record struct InterruptionParameters(uint Word, ulong BitVector, ulong SummaryAddress)
{
    private const uint AssignedBits = 0x7FFF_3FBF;

    /// <summary>Parameters from a FIB.</summary>
    public static InterruptionParameters From(FunctionInformationBlock fib)
        => new(fib.Interruption & AssignedBits, fib.BitVector, fib.SummaryBit);

    /// <summary>Interruption subclass.</summary>
    public int Subclass => (int)(Word >> 28) & 7;
    /// <summary>Number of interruptions.</summary>
    public int Count => (int)(Word >> 16) & 0xFFF;
    /// <summary>Bit offset of vector 0 in the bit vector.</summary>
    public int VectorOffset => (int)(Word >> 8) & 0x3F;
    /// <summary>Whether there is a summary bit.</summary>
    public bool HasSummary => (Word & 0x80) != 0;
    /// <summary>Bit offset of the summary bit.</summary>
    public int SummaryOffset => (int)Word & 0x3F;
}

/// <summary>Parameters of interruptions that are directed to CPUs (FIB format 1).</summary>
/// <param name="Count">Number of interruptions.</param>
/// <param name="VectorOffset">Bit offset of the function's vector 0 in each CPU's bit vector.</param>
public readonly record struct DirectedParameters(int Count, int VectorOffset)
{
    /// <summary>Parameters from a FIB.</summary>
    public static DirectedParameters From(FunctionInformationBlock fib)
        => new((int)(fib.Interruption >> 16) & 0xFFF, (int)(fib.DirectedOffset >> 16));
}
