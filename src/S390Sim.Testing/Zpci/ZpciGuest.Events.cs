using S390Sim.Pci;

namespace S390Sim.Testing.Zpci;

/// <summary>The events that the program fetches.</summary>
public sealed partial class ZpciGuest
{
    private const int Many = 64;

    /// <summary>Fetches all events by STORE EVENT INFORMATION, oldest first.</summary>
    public IReadOnlyList<PciEvent> FetchEvents()
    {
        const ulong block = ZpciLayout.Events, response = block + 0x10;
        List<PciEvent> events = [];
        while (events.Count < Many)
        {
            Set(block, 0x0010_000E_0000_0000);
            Set(block + 8, 0x2000_0000_0000_0000);
            ChannelSubsystemCall(block);
            if (((Get64(response) >> 32) & 0xFFFF) != 1) break;
            events.Add(new PciEvent(Get(response + 0xB, 1)[0], (uint)Get64(response + 0x40), (uint)(Get64(response + 0x48) >> 32),
                (ushort)Get64(response + 0x58), Get64(response + 0x50), (uint)Get64(response + 0x48)));
        }
        return events;
    }
}
