using S390Sim.Pci;

namespace S390Sim.Machine;

/// <summary>Makes the devices that a configuration names and plugs them as functions that a program sees.</summary>
public static class DevicePlugging
{
    /// <summary>Adds a function for each device, in order. FIDs and UIDs that were left open are the lowest free ones from 1.</summary>
    /// <exception cref="ConfigurationException">A device cannot be made; none is left plugged.</exception>
    public static void Plug(IReadOnlyList<DeviceConfiguration> devices, PciConfiguration pci, PciGroup? group = null,
        uint simulationBits = FunctionHandle.Emulated)
    {
        if (devices.Count == 0) return;
        var fids = devices.Select(d => d.FunctionId).OfType<uint>().ToHashSet();
        var uids = devices.Select(d => d.UserId).OfType<ushort>().Select(u => (uint)u).ToHashSet();
        ushort index = 0;
        try
        {
            foreach (var device in devices)
            {
                var fid = device.FunctionId ?? TakeFree(fids);
                var uid = device.UserId ?? TakeFree(uids);
                var made = DeviceType.Of(device.Type).Create(device with { FunctionId = fid, Failures = pci.Failures });
                var function = new PciFunction(index++, fid, made)
                {
                    Uid = uid,
                    SimulationBits = simulationBits,
                    Group = group ?? PciGroup.Default,
                    UtilityString = UtilityString(device),
                };
                pci.Add(function);
                if (device.Text(DeviceType.StateKey) == DeviceType.StandbyState) function.Deconfigure();
            }
        }
        catch
        {
            Dispose(pci);
            throw;
        }
    }

    /// <summary>Lets the devices go of what they have of the host.</summary>
    public static void Dispose(PciConfiguration pci)
    {
        foreach (var function in pci.Functions) function.Device.Dispose();
    }

    private static byte[] UtilityString(DeviceConfiguration device)
    {
        var text = device.Text(DeviceType.UtilityKey);
        if (text.Length == 0) return [];
        var field = new byte[DeviceType.UtilityLength];
        Ebcdic.Write(text, field);
        return field;
    }

    private static uint TakeFree(HashSet<uint> taken)
    {
        var id = 1u;
        while (!taken.Add(id)) id++;
        return id;
    }
}
