using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>What a device says that it is.</summary>
/// <param name="Vendor">Vendor identifier.</param>
/// <param name="Device">Device identifier.</param>
/// <param name="Class">Class code: base class, subclass and interface in 24 bits.</param>
/// <param name="Revision">Revision.</param>
public readonly record struct PciIdentity(ushort Vendor, ushort Device, uint Class, byte Revision = 0);

/// <summary>
/// The 256 bytes of configuration space of a type 0 function, little-endian as PCI has them. A store changes the bits that
/// are writable and no others; sizing a BAR is nothing more than that.
/// </summary>
public sealed class ConfigurationSpace
{
    /// <summary>Bytes.</summary>
    public const int Size = 256;
    /// <summary>COMMAND bit 1: the function answers at its BARs; not needed for loads and stores by handle.</summary>
    public const ushort CommandMemory = 0x0002;
    /// <summary>COMMAND bit 2: the function may make requests of its own.</summary>
    public const ushort CommandMaster = 0x0004;

    private const int Command = 0x04, Status = 0x06, Bars = 0x10, CapabilityPointer = 0x34, InterruptLine = 0x3C;
    private const ushort CommandWritable = 0x0546;      // memory, master, parity, SERR, interrupt disable
    private const ushort StatusCapabilities = 0x0010;

    private readonly byte[] _bytes = new byte[Size];
    private readonly byte[] _writable = new byte[Size];
    private int _lastLink = CapabilityPointer;
    private int _free = 0x40;

    /// <summary>Makes the space of a device without BARs and capabilities.</summary>
    public ConfigurationSpace(PciIdentity identity)
    {
        Set(0x00, 2, identity.Vendor);
        Set(0x02, 2, identity.Device);
        Set(0x08, 4, (identity.Class << 8) | identity.Revision);
        SetWritable(Command, 2, CommandWritable);
        SetWritable(InterruptLine, 1, 0xFF);
    }

    /// <summary>Vendor identifier.</summary>
    public ushort Vendor => (ushort)Load(0x00, 2);
    /// <summary>Device identifier.</summary>
    public ushort Device => (ushort)Load(0x02, 2);
    /// <summary>Whether the function may make requests of its own.</summary>
    public bool IsMaster => (Load(Command, 2) & CommandMaster) != 0;

    /// <summary>The bytes, in order of address.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Loads 1, 2 or 4 bytes; beyond the end all bits are one.</summary>
    public uint Load(ulong offset, int length)
    {
        if (offset >= Size) return uint.MaxValue >> (32 - 8 * length);
        var at = _bytes.AsSpan((int)offset);
        return length switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(at),
        };
    }

    /// <summary>Stores the writable bits of 1, 2 or 4 bytes; beyond the end nothing.</summary>
    public void Store(ulong offset, int length, uint value)
    {
        if (offset >= Size) return;
        for (var n = 0; n < length; n++)
        {
            var mask = _writable[(int)offset + n];
            ref var b = ref _bytes[(int)offset + n];
            b = (byte)((b & ~mask) | ((byte)(value >> (8 * n)) & mask));
        }
    }

    /// <summary>Sets bytes whatever is writable.</summary>
    public void Set(int offset, int length, uint value)
    {
        for (var n = 0; n < length; n++) _bytes[offset + n] = (byte)(value >> (8 * n));
    }

    /// <summary>Makes bits writable.</summary>
    public void SetWritable(int offset, int length, uint mask)
    {
        for (var n = 0; n < length; n++) _writable[offset + n] = (byte)(mask >> (8 * n));
    }

    /// <summary>Appends a capability to the list.</summary>
    /// <param name="id">Capability identifier.</param>
    /// <param name="length">Bytes, with the two of identifier and link.</param>
    /// <returns>Its offset.</returns>
    public int AddCapability(byte id, int length)
    {
        var offset = _free;
        _free += (length + 3) & ~3;
        if (_free > Size) throw new ArgumentOutOfRangeException(nameof(length), "no room for the capability");
        _bytes[offset] = id;
        _bytes[_lastLink] = (byte)offset;
        _lastLink = offset + 1;
        Set(Status, 2, StatusCapabilities);
        return offset;
    }

    /// <summary>Back to what power-on gave: every writable bit zero.</summary>
    public void Reset()
    {
        for (var n = 0; n < Size; n++) _bytes[n] &= (byte)~_writable[n];
    }

    internal void DeclareBar(int index, ulong size, bool is64Bit, bool isPrefetchable)
    {
        var at = Bars + 4 * index;
        var mask = ~(size - 1);
        Set(at, 4, (is64Bit ? 0x4u : 0) | (isPrefetchable ? 0x8u : 0));
        SetWritable(at, 4, (uint)mask & ~0xFu);
        if (is64Bit) SetWritable(at + 4, 4, (uint)(mask >> 32));
    }
}
