using System.Buffers.Binary;
using System.Numerics;

namespace S390Sim.Pci;

/// <summary>Message-signalled interruptions of a device: the MSI capability or the MSI-X one.</summary>
public interface IMessages
{
    /// <summary>Whether messages are enabled.</summary>
    bool IsEnabled { get; }

    /// <summary>Writes a vector's message, or makes it pending when masked; false when disabled or the write failed.</summary>
    bool Send(int vector);
}

/// <summary>The MSI capability, with a 64-bit address: the vector number replaces the low bits of the message's data.</summary>
public sealed class MessageCapability : IMessages
{
    private const byte Id = 0x05;
    private const int Control = 2, AddressLow = 4, AddressHigh = 8, Data = 12, Mask = 16, Pending = 20;
    private const ushort Enable = 0x0001, EnabledVectors = 0x0070, Is64Bit = 0x0080, Masking = 0x0100;

    private readonly PciDevice _device;
    private readonly int _offset;
    private readonly bool _hasMasks;

    /// <summary>Adds the capability to a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="vectors">Vectors that it can use: 1, 2, 4, 8, 16 or 32.</param>
    /// <param name="masking">Whether vectors can be masked.</param>
    public MessageCapability(PciDevice device, int vectors = 1, bool masking = false)
    {
        _device = device;
        _hasMasks = masking;
        var space = device.Configuration;
        _offset = space.AddCapability(Id, masking ? 24 : 14);
        var capable = (uint)BitOperations.Log2((uint)vectors) << 1;
        space.Declare(_offset + Control, 2, capable | Is64Bit | (masking ? Masking : 0u), Enable | EnabledVectors);
        space.Declare(_offset + AddressLow, 4, 0, 0xFFFF_FFFC);
        space.Declare(_offset + AddressHigh, 4, 0, 0xFFFF_FFFF);
        space.Declare(_offset + Data, 2, 0, 0xFFFF);
        if (!masking) return;
        space.Declare(_offset + Mask, 4, 0, uint.MaxValue >> (32 - vectors));
        space.OnAccess(_offset + Control, 2, afterStore: SendUnmasked);
        space.OnAccess(_offset + Mask, 4, afterStore: SendUnmasked);
    }

    /// <inheritdoc/>
    public bool IsEnabled => (Load(Control, 2) & Enable) != 0;

    /// <inheritdoc/>
    public bool Send(int vector = 0)
    {
        if (!IsEnabled) return false;
        if (_hasMasks && ((Load(Mask, 4) >> vector) & 1) != 0)
        {
            SetPending(Load(Pending, 4) | (1u << vector));
            return true;
        }
        var low = (1u << (int)((Load(Control, 2) & EnabledVectors) >> 4)) - 1;
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, (Load(Data, 2) & ~low) | ((uint)vector & low));
        return _device.WriteMemory(((ulong)Load(AddressHigh, 4) << 32) | Load(AddressLow, 4), data);
    }

    private void SendUnmasked()
    {
        var ready = IsEnabled ? Load(Pending, 4) & ~Load(Mask, 4) : 0;
        SetPending(Load(Pending, 4) & ~ready);
        for (; ready != 0; ready &= ready - 1) Send(BitOperations.TrailingZeroCount(ready));
    }

    private void SetPending(uint pending) => _device.Configuration.Set(_offset + Pending, 4, pending);

    private uint Load(int field, int length) => _device.Configuration.Peek(_offset + field, length);
}
