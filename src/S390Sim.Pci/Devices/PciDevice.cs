using System.Numerics;

namespace S390Sim.Pci;

/// <summary>What a base address register opens: a region that is loaded from and stored to, values little-endian.</summary>
public interface IPciRegion
{
    /// <summary>Bytes; a power of two of at least 16.</summary>
    ulong Size { get; }

    /// <summary>Whether an access of this length is possible at an offset.</summary>
    bool Accepts(ulong offset, int length);

    /// <summary>Loads; the access was accepted.</summary>
    ulong Load(ulong offset, int length);

    /// <summary>Stores; the access was accepted.</summary>
    void Store(ulong offset, int length, ulong value);
}

/// <summary>
/// A PCI device: configuration space, the regions behind its BARs, and requests to storage, which it makes on behalf of the
/// function that owns it. It sees I/O virtual addresses only.
/// </summary>
public abstract class PciDevice
{
    private readonly IPciRegion?[] _bars = new IPciRegion?[6];

    /// <summary>Makes a device.</summary>
    protected PciDevice(PciIdentity identity) => Configuration = new ConfigurationSpace(identity);

    /// <summary>Configuration space.</summary>
    public ConfigurationSpace Configuration { get; }

    /// <summary>The function on whose behalf the device acts; assigning a device to a virtual machine changes it.</summary>
    public PciFunction? Owner { get; set; }

    /// <summary>The region of a BAR, or null when it is not implemented.</summary>
    public IPciRegion? Bar(int index) => _bars[index];

    /// <summary>Size of a BAR as a power of two, 0 when absent.</summary>
    public byte BarSize(int index) => _bars[index] is { } region ? (byte)BitOperations.Log2(region.Size) : (byte)0;

    /// <summary>Function-level reset; a device adds what it has to forget.</summary>
    public virtual void Reset() => Configuration.Reset();

    /// <summary>Declares a memory BAR.</summary>
    protected void AddBar(int index, IPciRegion region, bool is64Bit = false, bool isPrefetchable = false)
    {
        _bars[index] = region;
        Configuration.DeclareBar(index, region.Size, is64Bit, isPrefetchable);
    }

    /// <summary>Reads storage; false when the device may make no requests or the access failed.</summary>
    protected bool ReadMemory(ulong iova, Span<byte> bytes)
        => Configuration.IsMaster && Owner is { } owner && owner.Read(iova, bytes);

    /// <summary>Stores into storage; false as for reading.</summary>
    protected internal bool WriteMemory(ulong iova, ReadOnlySpan<byte> bytes)
        => Configuration.IsMaster && Owner is { } owner && owner.Write(iova, bytes);

    /// <summary>Does something after a time in TOD units; at once when the owner's configuration has no clock.</summary>
    protected void After(ulong units, Action action)
    {
        if (Owner?.Configuration?.Clock is { } clock) clock.After(units, action);
        else action();
    }
}
