namespace S390Sim.Cpu;

/// <summary>
/// The absolute storage that one configuration sees: main storage itself on the bare machine, its part of the host's storage
/// for a virtual machine. What serves a configuration (service processor, channel subsystem, adapters) reads and writes here.
/// </summary>
public interface IAbsoluteStorage
{
    /// <summary>Bytes of storage.</summary>
    ulong Size { get; }

    /// <summary>Reads a range; false, with nothing read, when some of it is not installed.</summary>
    bool TryRead(ulong address, Span<byte> bytes);

    /// <summary>Stores a range; false, with nothing stored, when some of it is not installed.</summary>
    bool TryWrite(ulong address, ReadOnlySpan<byte> bytes);

    /// <summary>ORs a byte in one interlocked update (indicator bits); false when it is not installed.</summary>
    /// <param name="address">Absolute address.</param>
    /// <param name="bits">Bits to set.</param>
    /// <param name="old">The byte before.</param>
    bool TryOr(ulong address, byte bits, out byte old);

    /// <summary>The storage key of the block that holds a byte; false when it is not installed.</summary>
    bool TryReadKey(ulong address, out byte key);
}
