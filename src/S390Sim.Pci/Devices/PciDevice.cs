using System.Numerics;

namespace S390Sim.Pci;

/// <summary>
/// A PCI device: configuration space, the regions behind its BARs, and requests to storage, which it makes on behalf of the
/// function that owns it. It sees I/O virtual addresses only.
/// </summary>
public abstract class PciDevice : IDisposable
{
    private readonly IPciRegion?[] _bars = new IPciRegion?[6];
    private readonly List<DeviceTimer> _timers = [];

    /// <summary>Makes a device.</summary>
    protected PciDevice(PciIdentity identity) => Configuration = new ConfigurationSpace(identity);

    /// <summary>Configuration space.</summary>
    public ConfigurationSpace Configuration { get; }

    /// <summary>The function on whose behalf the device acts; assigning a device to a virtual machine changes it.</summary>
    public PciFunction? Owner { get; set; }

    /// <summary>What the device keeps data in that outlast a reset; none for most.</summary>
    public virtual IEnumerable<DiskImage> Images => [];

    /// <summary>The region of a BAR, or null when it is not implemented.</summary>
    public IPciRegion? Bar(int index) => _bars[index];

    /// <summary>Size of a BAR as a power of two, 0 when absent.</summary>
    public byte BarSize(int index) => _bars[index] is { } region ? (byte)BitOperations.Log2(region.Size) : (byte)0;

    /// <summary>
    /// Function-level reset: configuration space and regions as declared, nothing under way. A device adds what it has to forget.
    /// </summary>
    public virtual void Reset()
    {
        foreach (var timer in _timers) timer.Stop();
        Configuration.Reset();
        foreach (var bar in _bars) bar?.Reset();
    }

    /// <summary>Lets go of what the device has of the host.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the device has of the host; a device adds its files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    internal PciClock? Clock => Owner?.Configuration?.Clock;

    /// <summary>Declares a memory BAR; one of 64 bits takes the next one's place too.</summary>
    protected void AddBar(int index, IPciRegion region, bool is64Bit = false, bool isPrefetchable = false)
    {
        if (!BitOperations.IsPow2(region.Size) || region.Size < 16 || (!is64Bit && region.Size > 1UL << 31))
            throw new ArgumentException("the size is not that of a BAR", nameof(region));
        _bars[index] = region;
        Configuration.DeclareBar(index, region.Size, is64Bit, isPrefetchable);
    }

    /// <summary>Makes something that the device can do after a time.</summary>
    protected DeviceTimer AddTimer(Action action)
    {
        var timer = new DeviceTimer(this, action);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Reads storage, all or nothing; false when the device may make no requests or the function refused.</summary>
    protected internal bool ReadMemory(ulong iova, Span<byte> bytes)
        => Configuration.IsMaster && Owner is { } owner && owner.Read(iova, bytes);

    /// <summary>Stores into storage, all or nothing; false as for reading.</summary>
    protected internal bool WriteMemory(ulong iova, ReadOnlySpan<byte> bytes)
        => Configuration.IsMaster && Owner is { } owner && owner.Write(iova, bytes);
}
