using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Makes the devices that a configuration names and plugs them as functions that a program sees.</summary>
public static class DevicePlugging
{
    /// <summary>Adds a function for each device, in order. FIDs and UIDs that were left open are the lowest free ones from 1.</summary>
    public static void Plug(
        IReadOnlyList<DeviceConfiguration> devices, PciConfiguration pci, uint simulationBits = FunctionHandle.Emulated)
    {
        var fids = devices.Select(d => d.FunctionId).OfType<uint>().ToHashSet();
        var uids = devices.Select(d => d.UserId).OfType<ushort>().Select(u => (uint)u).ToHashSet();
        ushort index = 0;
        foreach (var device in devices)
        {
            var fid = device.FunctionId ?? TakeFree(fids);
            var uid = device.UserId ?? TakeFree(uids);
            pci.Add(new PciFunction(index++, fid, Create(device.Type)) { Uid = uid, SimulationBits = simulationBits });
        }
    }

    /// <summary>A device by the name of its type.</summary>
    public static PciDevice Create(string type) => type switch
    {
        "edu" => new EduDevice(),
        _ => throw new ConfigurationException($"device {type}: unknown; known are {string.Join(", ", MachineConfigurationBuilder.DeviceTypes)}"),
    };

    private static uint TakeFree(HashSet<uint> taken)
    {
        var id = 1u;
        while (!taken.Add(id)) id++;
        return id;
    }
}
