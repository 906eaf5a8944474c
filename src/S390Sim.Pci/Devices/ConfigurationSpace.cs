using System.Buffers.Binary;

namespace S390Sim.Pci;

/// <summary>What a device says that it is.</summary>
/// <param name="Vendor">Vendor identifier.</param>
/// <param name="Device">Device identifier.</param>
/// <param name="Class">Class code: base class, subclass and interface in 24 bits.</param>
/// <param name="Revision">Revision.</param>
/// <param name="SubsystemVendor">Subsystem vendor identifier.</param>
/// <param name="Subsystem">Subsystem identifier.</param>
public readonly record struct PciIdentity(
    ushort Vendor, ushort Device, uint Class, byte Revision = 0, ushort SubsystemVendor = 0, ushort Subsystem = 0);

/// <summary>
/// Configuration space of a type 0 function, little-endian as PCI has it: 256 bytes, or 4096 with a PCI Express capability. A
/// store changes the bits that are writable and no others; sizing a BAR is nothing more than that.
/// </summary>
public sealed class ConfigurationSpace
{
    /// <summary>Bytes of the part that every function has.</summary>
    public const int Size = 256;
    /// <summary>Bytes with the extended part.</summary>
    public const int ExtendedSize = 4096;
    /// <summary>COMMAND bit 1: the function answers at its BARs; not needed for loads and stores by handle.</summary>
    public const ushort CommandMemory = 0x0002;
    /// <summary>COMMAND bit 2: the function may make requests of its own.</summary>
    public const ushort CommandMaster = 0x0004;

    /// <summary>Offset of COMMAND, two bytes.</summary>
    public const int Command = 0x04;

    private const int Status = 0x06, Bars = 0x10, SubsystemIds = 0x2C, CapabilityPointer = 0x34, InterruptLine = 0x3C;
    private const ushort CommandWritable = 0x0546;      // memory, master, parity, SERR, interrupt disable
    private const ushort StatusCapabilities = 0x0010;

    private readonly record struct Watch(int Offset, int Length, Action? BeforeLoad, Action? AfterStore);

    private readonly List<Watch> _watches = [];
    private byte[] _bytes = new byte[Size];
    private byte[] _initial = new byte[Size];
    private byte[] _writable = new byte[Size];
    private int _lastLink = CapabilityPointer;
    private int _free = 0x40;

    /// <summary>Makes the space of a device without BARs and capabilities.</summary>
    public ConfigurationSpace(PciIdentity identity)
    {
        Declare(0x00, 2, identity.Vendor);
        Declare(0x02, 2, identity.Device);
        Declare(0x08, 4, (identity.Class << 8) | identity.Revision);
        Declare(SubsystemIds, 4, ((uint)identity.Subsystem << 16) | identity.SubsystemVendor);
        Declare(Command, 2, 0, CommandWritable);
        Declare(InterruptLine, 1, 0, 0xFF);
    }

    /// <summary>Vendor identifier.</summary>
    public ushort Vendor => (ushort)Peek(0x00, 2);
    /// <summary>Device identifier.</summary>
    public ushort Device => (ushort)Peek(0x02, 2);
    /// <summary>Whether the function may make requests of its own.</summary>
    public bool IsMaster => (_bytes[Command] & CommandMaster) != 0;

    /// <summary>The bytes, in order of address.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A program's load of 1, 2 or 4 bytes; beyond the end all bits are one.</summary>
    public uint Load(ulong offset, int length)
    {
        if (offset >= (ulong)_bytes.Length) return uint.MaxValue >> (32 - 8 * length);
        foreach (var watch in _watches)
        {
            if (Touches(watch, (int)offset, length)) watch.BeforeLoad?.Invoke();
        }
        return Peek((int)offset, length);
    }

    /// <summary>A program's store of 1, 2 or 4 bytes: the writable bits change; beyond the end nothing.</summary>
    public void Store(ulong offset, int length, uint value)
    {
        if (offset >= (ulong)_bytes.Length) return;
        for (var n = 0; n < length; n++)
        {
            var mask = _writable[(int)offset + n];
            ref var b = ref _bytes[(int)offset + n];
            b = (byte)((b & ~mask) | ((byte)(value >> (8 * n)) & mask));
        }
        foreach (var watch in _watches)
        {
            if (Touches(watch, (int)offset, length)) watch.AfterStore?.Invoke();
        }
    }

    /// <summary>1, 2 or 4 bytes as they are, without what a load would bring about.</summary>
    public uint Peek(int offset, int length)
    {
        var at = _bytes.AsSpan(offset);
        return length switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(at),
        };
    }

    /// <summary>Sets bytes whatever is writable, until the next reset.</summary>
    public void Set(int offset, int length, uint value)
    {
        for (var n = 0; n < length; n++) _bytes[offset + n] = (byte)(value >> (8 * n));
    }

    /// <summary>Declares bytes: what they are after a reset and which of their bits a program may change.</summary>
    public void Declare(int offset, int length, uint value, uint writable = 0)
    {
        Set(offset, length, value);
        for (var n = 0; n < length; n++)
        {
            _initial[offset + n] = (byte)(value >> (8 * n));
            _writable[offset + n] = (byte)(writable >> (8 * n));
        }
    }

    /// <summary>Asks to be told of a program's loads and stores that touch some bytes.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="beforeLoad">Called before their values are taken.</param>
    /// <param name="afterStore">Called when their writable bits have changed.</param>
    public void OnAccess(int offset, int length, Action? beforeLoad = null, Action? afterStore = null)
        => _watches.Add(new Watch(offset, length, beforeLoad, afterStore));

    /// <summary>Appends a capability to the list.</summary>
    /// <param name="id">Capability identifier.</param>
    /// <param name="length">Bytes, with the two of identifier and link.</param>
    /// <returns>Its offset.</returns>
    public int AddCapability(byte id, int length)
    {
        var offset = _free;
        _free += (length + 3) & ~3;
        if (_free > Size) throw new ArgumentOutOfRangeException(nameof(length), "no room for the capability");
        Declare(offset, 1, id);
        Declare(_lastLink, 1, (uint)offset);
        _lastLink = offset + 1;
        Declare(Status, 2, StatusCapabilities);
        return offset;
    }

    /// <summary>Adds the extended part, which is without capabilities: all zeros.</summary>
    public void Extend()
    {
        Array.Resize(ref _bytes, ExtendedSize);
        Array.Resize(ref _initial, ExtendedSize);
        Array.Resize(ref _writable, ExtendedSize);
    }

    /// <summary>Back to what was declared.</summary>
    public void Reset() => _initial.CopyTo(_bytes, 0);

    internal void DeclareBar(int index, ulong size, bool is64Bit, bool isPrefetchable)
    {
        var at = Bars + 4 * index;
        var mask = ~(size - 1);
        Declare(at, 4, (is64Bit ? 0x4u : 0) | (isPrefetchable ? 0x8u : 0), (uint)mask & ~0xFu);
        if (is64Bit) Declare(at + 4, 4, 0, (uint)(mask >> 32));
    }

    private static bool Touches(in Watch watch, int offset, int length)
        => offset < watch.Offset + watch.Length && watch.Offset < offset + length;
}
