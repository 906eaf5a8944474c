using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>The MSI capability with one vector and a 64-bit address.</summary>
public sealed class MessageCapability
{
    private const byte Id = 0x05;
    private const int Length = 14, Control = 2, AddressLow = 4, AddressHigh = 8, Data = 12;
    private const ushort Enable = 0x0001, Is64Bit = 0x0080;

    private readonly PciDevice _device;
    private readonly int _offset;

    /// <summary>Adds the capability to a device.</summary>
    public MessageCapability(PciDevice device)
    {
        _device = device;
        var space = device.Configuration;
        _offset = space.AddCapability(Id, Length);
        space.Set(_offset + Control, 2, Is64Bit);
        space.SetWritable(_offset + Control, 2, Enable);
        space.SetWritable(_offset + AddressLow, 4, 0xFFFF_FFFC);
        space.SetWritable(_offset + AddressHigh, 4, 0xFFFF_FFFF);
        space.SetWritable(_offset + Data, 2, 0xFFFF);
    }

    /// <summary>Whether messages are enabled.</summary>
    public bool IsEnabled => (Load(Control, 2) & Enable) != 0;

    /// <summary>Writes the message; false when messages are disabled or the write failed.</summary>
    public bool Send()
    {
        if (!IsEnabled) return false;
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, Load(Data, 2));
        return _device.WriteMemory(((ulong)Load(AddressHigh, 4) << 32) | Load(AddressLow, 4), data);
    }

    private uint Load(int field, int length) => _device.Configuration.Load((ulong)(_offset + field), length);
}
