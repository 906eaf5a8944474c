namespace S390Sim.Pci;

/// <summary>
/// Where a virtio device's structures are (virtio 1.2, 4.1.4): BAR 1 has the MSI-X table, BAR 4, of 64 bits, a page each for
/// common configuration, interruption status, the type's configuration and notifications; capabilities tell.
/// </summary>
internal static class VirtioRegisters
{
    private const byte VendorSpecific = 0x09;
    private const byte CommonType = 1, NotifyType = 2, StatusType = 3, DeviceType = 4;
    private const int MessageBar = 1, RegisterBar = 4;
    private const uint PageSize = 0x1000, Pending = 0x800;
    private const uint CommonPlace = 0, StatusPlace = PageSize, DevicePlace = 2 * PageSize, NotifyPlace = 3 * PageSize;
    private const uint CommonLength = 0x38, NotifyMultiplier = NotifyRegion.Stride;

    public static MessageTable AddMessages(VirtioDevice device, int vectors)
    {
        var messages = new MessageTable(device, vectors, MessageBar, table: 0, Pending);
        var region = new RegionMap(PageSize).Add(0, messages.Table).Add(Pending, messages.Pending);
        device.AddRegion(MessageBar, region, is64Bit: false);
        return messages;
    }

    public static void AddTo(VirtioDevice device, IPciRegion typeConfiguration, uint configurationLength)
    {
        var status = new RegisterBank(PageSize) { Unassigned = 0 };
        status.ReadOnly(0, 1, "interruption status", read: () => device.TakeInterrupts());
        device.AddRegion(RegisterBar, new RegionMap(4 * PageSize)
            .Add(CommonPlace, CommonConfiguration.Create(device, PageSize))
            .Add(StatusPlace, status)
            .Add(DevicePlace, typeConfiguration)
            .Add(NotifyPlace, new NotifyRegion(device, PageSize)), is64Bit: true);
        AddCapability(device, CommonType, CommonPlace, CommonLength);
        AddCapability(device, StatusType, StatusPlace, 1);
        AddCapability(device, DeviceType, DevicePlace, configurationLength);
        var notify = AddCapability(device, NotifyType, NotifyPlace, (uint)device.Queues.Length * NotifyMultiplier, length: 20);
        device.Configuration.Declare(notify + 16, 4, NotifyMultiplier);
        ConfigurationWindow.AddTo(device);
    }

    private static int AddCapability(VirtioDevice device, byte type, uint place, uint size, int length = 16)
    {
        var space = device.Configuration;
        var at = space.AddCapability(VendorSpecific, length);
        space.Declare(at + 2, 1, (uint)length);
        space.Declare(at + 3, 1, type);
        space.Declare(at + 4, 1, RegisterBar);
        space.Declare(at + 8, 4, place);
        space.Declare(at + 12, 4, size);
        return at;
    }
}

/// <summary>One place for each queue; a store there, of whatever value, tells that something is available in it.</summary>
internal sealed class NotifyRegion(VirtioDevice device, ulong size) : IPciRegion
{
    /// <summary>Bytes from a queue's place to the next one's.</summary>
    public const uint Stride = 4;

    public ulong Size => size;

    public bool Accepts(ulong offset, int length) => length is 1 or 2 or 4 && PciAccess.IsAligned(offset, length);

    public ulong Load(ulong offset, int length) => 0;

    public void Store(ulong offset, int length, ulong value)
    {
        if (offset % Stride == 0 && offset / Stride < (ulong)device.Queues.Length) device.Notify((int)(offset / Stride));
    }
}

/// <summary>
/// The capability through which BARs can be reached from configuration space (virtio 1.2, 4.1.4.9). What names no place that
/// could be accessed reads as zero and stores nothing.
/// </summary>
internal static class ConfigurationWindow
{
    private const byte VendorSpecific = 0x09, Type = 5;
    private const int Length = 20, BarField = 4, OffsetField = 8, LengthField = 12, Data = 16;

    public static void AddTo(VirtioDevice device)
    {
        var space = device.Configuration;
        var at = space.AddCapability(VendorSpecific, Length);
        space.Declare(at + 2, 1, Length);
        space.Declare(at + 3, 1, Type);
        space.Declare(at + BarField, 1, 0, 0xFF);
        space.Declare(at + OffsetField, 4, 0, uint.MaxValue);
        space.Declare(at + LengthField, 4, 0, uint.MaxValue);
        space.Declare(at + Data, 4, 0, uint.MaxValue);
        space.OnAccess(at + Data, 4,
            beforeLoad: () => space.Set(at + Data, 4, Load(device, at)), afterStore: () => Store(device, at));
    }

    private static uint Load(VirtioDevice device, int at)
        => Find(device, at) is var (region, offset, length) ? (uint)region.Load(offset, length) : 0;

    private static void Store(VirtioDevice device, int at)
    {
        if (Find(device, at) is not var (region, offset, length)) return;
        region.Store(offset, length, device.Configuration.Peek(at + Data, 4) & (uint.MaxValue >> (32 - 8 * length)));
    }

    private static (IPciRegion Region, ulong Offset, int Length)? Find(VirtioDevice device, int at)
    {
        var space = device.Configuration;
        var bar = space.Peek(at + BarField, 1);
        var (offset, length) = (space.Peek(at + OffsetField, 4), space.Peek(at + LengthField, 4));
        if (bar > 5 || length is not (1 or 2 or 4) || device.Bar((int)bar) is not { } region) return null;
        return offset % length == 0 && region.Accepts(offset, (int)length) ? (region, offset, (int)length) : null;
    }
}
