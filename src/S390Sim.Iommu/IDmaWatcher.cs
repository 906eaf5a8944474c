namespace S390Sim.Iommu;

/// <summary>Sees what devices do to storage, after it was done.</summary>
public interface IDmaWatcher
{
    /// <summary>A device read or stored bytes that lie within a page; a longer access comes in such pieces, in order.</summary>
    /// <param name="deviceId">The device at the IOMMU.</param>
    /// <param name="access">What it did.</param>
    /// <param name="absolute">Host absolute address of the first byte.</param>
    /// <param name="bytes">The bytes.</param>
    void Moved(uint deviceId, IoAccess access, ulong absolute, ReadOnlySpan<byte> bytes);

    /// <summary>An access was refused, and ended there.</summary>
    void Refused(uint deviceId, IoAccess access);
}
