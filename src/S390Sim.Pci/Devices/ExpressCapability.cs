namespace S390Sim.Pci;

/// <summary>
/// The PCI Express capability of an endpoint: configuration space has its extended part, and the program can ask for a
/// function-level reset by device control bit 15.
/// </summary>
public static class ExpressCapability
{
    private const byte Id = 0x10;
    private const int Length = 0x3C;
    private const int DeviceCapabilities = 4, DeviceControl = 8, LinkCapabilities = 12, LinkStatus = 18;
    private const uint VersionTwoEndpoint = 2;                                    // version 2, type 0
    private const uint RoleBasedErrors = 1 << 15, CanReset = 1 << 28;
    private const uint ControlWritable = 0x70FF, InitiateReset = 0x8000;          // maximum read request, error reporting
    private const uint FourLanesAt8GT = 0x043;

    /// <summary>Adds the capability to a device.</summary>
    public static void AddTo(PciDevice device)
    {
        var space = device.Configuration;
        var at = space.AddCapability(Id, Length);
        space.Declare(at + 2, 2, VersionTwoEndpoint);
        space.Declare(at + DeviceCapabilities, 4, RoleBasedErrors | CanReset);
        space.Declare(at + DeviceControl, 2, 0x2810, ControlWritable | InitiateReset);
        space.Declare(at + LinkCapabilities, 4, FourLanesAt8GT);
        space.Declare(at + LinkStatus, 2, FourLanesAt8GT);
        space.Extend();
        space.OnAccess(at + DeviceControl, 2, afterStore: () =>
        {
            if ((space.Peek(at + DeviceControl, 2) & InitiateReset) != 0) device.Reset();
        });
    }
}

/// <summary>
/// The power-management capability with the states D0 and D3hot. The state is kept; coming back from D3hot resets nothing, and
/// the device goes on answering.
/// </summary>
public static class PowerManagementCapability
{
    private const byte Id = 0x01;
    private const uint Version = 3, NoSoftReset = 0x0008, PowerState = 0x0003;

    /// <summary>Adds the capability to a device.</summary>
    public static void AddTo(PciDevice device)
    {
        var space = device.Configuration;
        var at = space.AddCapability(Id, 8);
        space.Declare(at + 2, 2, Version);
        space.Declare(at + 4, 2, NoSoftReset, PowerState);
    }
}
